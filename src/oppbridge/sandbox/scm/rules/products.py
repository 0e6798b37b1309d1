"""Products, their release to a company, and the sets of sellable products that follow from it."""

from __future__ import annotations

from decimal import Decimal

from ...database import Row
from ..draft import Draft, Rules, Twin
from ..refusals import told

DIMENSIONS = (
    "ProductConfigurationId",
    "ProductSizeId",
    "ProductColorId",
    "ProductStyleId",
    "ProductVersionId",
)
_GROUPS = ("InventoryUnitSymbol", "SalesUnitSymbol", "ItemModelGroupId", "ProductGroupId")


def _product_defaults(twin: Twin, draft: Draft) -> None:
    draft.default("ProductSearchName", draft.get("ProductName")[:20].rstrip())


def _product_written(twin: Twin, draft: Draft) -> None:
    """A renamed product is renamed wherever it is released."""
    if draft.old is None:
        return
    number = draft.get("ProductNumber")
    texts = {name: draft.get(name) for name in ("ProductName", "ProductDescription")}
    for row in twin.rows.select(
        "ReleasedProductsV2", ("dataAreaId", "ItemNumber"), '"ProductNumber" = ?', [number]
    ):
        key = (row["dataAreaId"], row["ItemNumber"])
        twin.rows.update("ReleasedProductsV2", key, texts, moves_etag=False)
        show_distinct(twin, *key)


def _product_deletable(twin: Twin, row: Row) -> None:
    number = row["ProductNumber"]
    if twin.rows.exists("ReleasedProductsV2", {"ProductNumber": number}):
        raise told("dependent", label="Product", key=number, others="Released products")


def _release_defaults(twin: Twin, draft: Draft) -> None:
    columns = (
        "ProductName",
        "ProductDescription",
        "ProductType",
        "ProductSubtype",
        "ProductSearchName",
    )
    product = twin.rows.get("ProductsV2", (draft.get("ProductNumber"),), columns)
    if product and draft.old is None:
        draft.new["ProductName"] = product["ProductName"]
        draft.new["ProductDescription"] = product["ProductDescription"]
        draft.new["ProductType"] = product["ProductType"]
        draft.new["ProductSubType"] = product["ProductSubtype"]
        draft.default("ProductSearchName", product["ProductSearchName"])
        draft.default("SearchName", product["ProductSearchName"])
    draft.default("SalesUnitSymbol", draft.get("InventoryUnitSymbol"))
    draft.default("SalesPriceQuantity", Decimal(1))
    if draft.changes("SalesPrice") and draft.has("SalesPrice"):
        draft.new["SalesPriceDate"] = twin.today()


def _release_check(twin: Twin, draft: Draft) -> None:
    draft.require("ItemNumber")
    if draft.get("ProductSubType") == "ProductVariant":
        raise told("release", product=draft.get("ProductNumber"))


def _release_written(twin: Twin, draft: Draft) -> None:
    show_distinct(twin, draft.company, draft.get("ItemNumber"))


def _variant_written(twin: Twin, draft: Draft) -> None:
    show_distinct(twin, draft.company, draft.get("ProductMasterNumber"))


def show_distinct(twin: Twin, company: str, item: str) -> None:
    """Bring the read-only sets of sellable products up to date with one released product."""
    row = twin.rows.get("ReleasedProductsV2", (company, item))
    if row is None:
        return
    currency = twin.rows.get("LegalEntities", (company,), ("AccountingCurrency",))
    shared = _shown(twin, row, currency["AccountingCurrency"] if currency else "")
    sellable = all(row[name] for name in _GROUPS)
    for number, dimensions in _skus(twin, row):
        distinct = {**shared, **dimensions, "ProductNumber": number, "ItemNumber": item}
        _put(twin, "CDSReleasedDistinctProducts", distinct)
        if sellable:
            _put(
                twin,
                "SellableReleasedProducts",
                {**shared, "ProductNumber": number, "IsSalesStopped": row["SalesStopped"]},
            )


def _shown(twin: Twin, row: Row, currency: str) -> Row:
    service = row["ProductType"] == "Service"
    return {
        "dataAreaId": row["dataAreaId"],
        "CurrencyCode": currency,
        "ProductName": row["ProductName"],
        "ProductDescription": row["ProductDescription"],
        "ProductType": row["ProductType"],
        "SalesPrice": row["SalesPrice"],
        "UnitCost": row["UnitCost"],
        "SalesUnitSymbol": row["SalesUnitSymbol"],
        "InventoryUnitSymbol": row["InventoryUnitSymbol"],
        "SalesUnitDecimalPrecision": precision(twin, row["SalesUnitSymbol"]),
        "InventoryUnitDecimalPrecision": precision(twin, row["InventoryUnitSymbol"]),
        "IsStockedProduct": "No" if service else "Yes",
        "FieldServiceProductType": "Service" if service else "Inventory",
    }


def _skus(twin: Twin, row: Row) -> list[tuple[str, Row]]:
    if row["ProductSubType"] != "ProductMaster":
        return [(row["ProductNumber"], {})]
    where = '"dataAreaId" = ? AND "ProductMasterNumber" = ?'
    columns = (*DIMENSIONS, "ProductVariantNumber")
    variants = twin.rows.select(
        "ReleasedProductVariantsV2", columns, where, [row["dataAreaId"], row["ItemNumber"]]
    )
    return [
        (one["ProductVariantNumber"], {name: one[name] for name in DIMENSIONS}) for one in variants
    ]


def _put(twin: Twin, name: str, values: Row) -> None:
    entity = twin.rows.schema.entities[name]
    key = tuple(values[column] for column in entity.key)
    old = twin.rows.get(name, key)
    if old is None:
        twin.rows.insert(name, values)
    elif any(old[column] != value for column, value in values.items()):
        twin.rows.update(name, key, values)


def precision(twin: Twin, unit: str) -> int:
    """How many decimals quantities in this unit may have."""
    found = twin.rows.get("UnitsOfMeasure", (unit,), ("DecimalPrecision",))
    return int(found["DecimalPrecision"]) if found else 0


PRODUCTS = Rules(
    _product_defaults,
    after=_product_written,
    deletable=_product_deletable,
    initial=(("ProductSubtype", "Product"),),
)
RELEASED = Rules(_release_defaults, _release_check, after=_release_written)
VARIANTS = Rules(after=_variant_written)
