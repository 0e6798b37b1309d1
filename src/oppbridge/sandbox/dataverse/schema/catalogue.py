"""Units, products, price lists, currencies, and the organisation's own row."""

from __future__ import annotations

from .model import (
    ACTIVE_INACTIVE,
    Definition,
    OnDelete,
    choice,
    date,
    flag,
    lookup,
    memo,
    moment,
    money,
    number,
    states,
    text,
    whole,
)
from .shared import FREIGHT, PAYMENT, SHIPPING, read_only, table

UOMSCHEDULE = table(
    Definition(
        "uomschedule", "uomschedules", 1056, "uomscheduleid", "name", "OrganizationOwned",
        (text("name", 200, required="system"), text("baseuomname", 100, updatable=False), memo("description")),
        ACTIVE_INACTIVE,
    )
)  # fmt: skip

UOM = table(
    Definition(
        "uom", "uoms", 1055, "uomid", "name", "OrganizationOwned",
        (
            text("name", 100, required="app"),
            lookup("uomscheduleid", "uomschedule", "unit_of_measurement_schedule_conversions", required="system", on_delete=OnDelete.CASCADE),
            lookup("baseuom", "uom", "unit_of_measurement_base_unit"),
            number("quantity", 5, "0", "1e11"),
            read_only(flag("isschedulebaseuom")),
        ),
    )
)  # fmt: skip

PRODUCT = table(
    Definition(
        "product", "products", 1024, "productid", "name", "OrganizationOwned",
        (
            text("name", 100, required="app"),
            text("productnumber", 100, required="system"),
            choice("productstructure", "1 Product, 2 Product Family, 3 Product Bundle", default=1, updatable=False),
            choice("producttypecode", "1 Sales Inventory, 2 Miscellaneous Charges, 3 Services, 4 Flat Fees", default=1),
            lookup("defaultuomid", "uom", "unit_of_measurement_products", required="app", on_delete=OnDelete.RESTRICT),
            lookup("defaultuomscheduleid", "uomschedule", "unit_of_measurement_schedule_products", required="app", on_delete=OnDelete.RESTRICT),
            whole("quantitydecimal", 0, 5, required="app"),
            lookup("pricelevelid", "pricelevel", "price_level_products"),
            *(money(name, "0", "1e12", precision_source=1) for name in ("price", "standardcost", "currentcost")),
            lookup("parentproductid", "product", "product_parent_product"),
            flag("isstockitem"), number("quantityonhand", 5), number("stockvolume", 5), number("stockweight", 5),
            text("size", 200), text("suppliername", 100), text("vendorname", 100), text("vendorid", 100), text("vendorpartnumber", 100),
            date("validfromdate"), date("validtodate"), text("producturl", 255), memo("description"),
            read_only(text("hierarchypath", 450)),
        ),
        states("0 Active: 1 Active", "1 Retired: 2 Retired", "2 Draft: 0 Draft", "3 Under Revision: 3 Under Revision"),
        unique=(("productnumber",),),
    )
)  # fmt: skip

PRICELEVEL = table(
    Definition(
        "pricelevel", "pricelevels", 1022, "pricelevelid", "name", "OrganizationOwned",
        (
            text("name", 100, required="app"), moment("begindate"), moment("enddate"), memo("description"),
            choice("freighttermscode", FREIGHT), choice("paymentmethodcode", PAYMENT), choice("shippingmethodcode", SHIPPING),
            lookup("transactioncurrencyid", "transactioncurrency", "transactioncurrency_pricelevel", required="app", on_delete=OnDelete.RESTRICT),
        ),
        states("0 Active: 100001 Active", "1 Inactive: 100002 Inactive"),
    )
)  # fmt: skip

PRODUCTPRICELEVEL = table(
    Definition(
        "productpricelevel", "productpricelevels", 1026, "productpricelevelid", None, "OrganizationOwned",
        (
            lookup("pricelevelid", "pricelevel", "price_level_product_price_levels", required="system", on_delete=OnDelete.CASCADE),
            lookup("productid", "product", "product_price_levels", required="system", on_delete=OnDelete.CASCADE),
            lookup("uomid", "uom", "unit_of_measurement_product_price_level", required="app", on_delete=OnDelete.RESTRICT),
            lookup("uomscheduleid", "uomschedule", "unit_of_measurement_schedule_product_price_level"),
            money("amount", "0", "1e12", precision_source=1), number("percentage", 5, "0", "1e5"),
            choice("pricingmethodcode", "1 Currency Amount, 2 Percent of List, 3 Percent Markup - Current Cost, "
                   "4 Percent Margin - Current Cost, 5 Percent Markup - Standard Cost, 6 Percent Margin - Standard Cost", default=1),
            choice("quantitysellingcode", "1 No Control, 2 Whole, 3 Whole and Fractional", default=1),
            choice("roundingpolicycode", "1 None, 2 Up, 3 Down, 4 To Nearest", default=1),
            choice("roundingoptioncode", "1 Ends in, 2 Multiple of", default=1), money("roundingoptionamount", "0", "1e12"),
            read_only(text("productnumber", 100)),
        ),
        unique=(("_pricelevelid_value", "_productid_value", "_uomid_value"),),
    )
)  # fmt: skip

TRANSACTIONCURRENCY = (
    table(
        Definition(
            "transactioncurrency", "transactioncurrencies", 9105, "transactioncurrencyid", "currencyname", "OrganizationOwned",
            (
                text("isocurrencycode", 5, required="system"), text("currencyname", 100, required="system"),
                text("currencysymbol", 10, required="system"), number("exchangerate", 10, "1e-10", "1e11", required="system"),
                whole("currencyprecision", 0, 4, required="system"),
            ),
            ACTIVE_INACTIVE,
            unique=(("isocurrencycode",),),
        )
    )
)  # fmt: skip

ORGANIZATION = table(
    Definition(
        "organization", "organizations", 1019, "organizationid", "name", "None",
        (
            text("name", 160), whole("languagecode", default=1033), whole("expirechangetrackingindays"),
            lookup("basecurrencyid", "transactioncurrency", "basecurrency_organization"),
            flag("issopintegrationenabled"), flag("oobpricecalculationenabled", default=True), whole("pricingdecimalprecision", 0, 10),
        ),
    )
)  # fmt: skip

TABLES = (
    UOMSCHEDULE,
    UOM,
    PRODUCT,
    PRICELEVEL,
    PRODUCTPRICELEVEL,
    TRANSACTIONCURRENCY,
    ORGANIZATION,
)
