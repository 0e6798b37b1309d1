"""The business rules of each table.

What is defaulted, refused, numbered and updated along with a write.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..draft import Rules
from .addresses import ADDRESSES
from .contacts import CONTACTS
from .customers import CUSTOMERS
from .documents import ORDERS, QUOTATIONS
from .lines import ORDER_LINES, QUOTATION_LINES
from .products import PRODUCTS, RELEASED, VARIANTS

RULES: Mapping[str, Rules] = {
    "CustomersV3": CUSTOMERS,
    "CustomerPostalAddresses": ADDRESSES,
    "ContactPersons": CONTACTS,
    "ProductsV2": PRODUCTS,
    "ReleasedProductsV2": RELEASED,
    "ReleasedProductVariantsV2": VARIANTS,
    "SalesQuotationHeadersV2": QUOTATIONS,
    "SalesQuotationLines": QUOTATION_LINES,
    "SalesOrderHeadersV2": ORDERS,
    "SalesOrderLines": ORDER_LINES,
}

__all__ = ["RULES"]
