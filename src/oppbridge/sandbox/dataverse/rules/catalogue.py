"""Units, products, price list items and currencies: what must be true of them."""

from __future__ import annotations

import uuid

from ..desk import Desk
from ..refusals import Refused
from .registry import Row, Rules


def _base_unit(desk: Desk, schedule: Row) -> None:
    from ..write import create_row

    name = schedule["baseuomname"] or "Primary Unit"
    unit = create_row(
        desk,
        "uom",
        {
            "name": name,
            "_uomscheduleid_value": schedule["uomscheduleid"],
            "quantity": 1,
            "_baseuom_value": None,
        },
    )
    desk.change("uom", unit, {"isschedulebaseuom": True})


def _new_product(desk: Desk, row: Row) -> None:
    if not row.get("productnumber"):
        raise Refused(400, "0x80043b05", "The product number cannot be null.")
    active = desk.settings.products_start_active and row.get("productstructure") == 1
    row["statecode"], row["statuscode"] = (0, 1) if active else (2, 0)


def _change_product(desk: Desk, old: Row, new: Row) -> None:
    columns = set(new) - {"statecode", "statuscode"}
    if not columns or new.get("statecode", old["statecode"]) in (2, 3):
        return
    if old["statecode"] == 1:
        raise Refused(400, "0x8004f995", "You can't edit a retired product.")
    if old["statecode"] == 0 and not desk.settings.assumptions.active_products_editable:
        raise Refused(400, "0x8004f975", "You can only edit products that are in the Draft state.")


def _new_item(desk: Desk, row: Row) -> None:
    price_list = desk.need("pricelevel", row["_pricelevelid_value"])
    product = desk.need("product", row["_productid_value"])
    row["productnumber"] = product["productnumber"]
    row["_transactioncurrencyid_value"] = price_list["_transactioncurrencyid_value"]
    row["_uomid_value"] = row.get("_uomid_value") or product["_defaultuomid_value"]
    unit = desk.get("uom", row["_uomid_value"])
    if unit is None:
        raise Refused(400, "0x80043b0d", "The unit id is missing.")
    row["_uomscheduleid_value"] = unit["_uomscheduleid_value"]
    if product["_defaultuomscheduleid_value"] not in (None, unit["_uomscheduleid_value"]):
        raise Refused(
            400,
            "0x80043b16",
            "The unit schedule id of the unit does not match that of the product.",
        )


def _change_currency(desk: Desk, old: Row, new: Row) -> None:
    base = desk.organization()["_basecurrencyid_value"]
    if old["transactioncurrencyid"] != base:
        return
    if "exchangerate" in new and new["exchangerate"] != old["exchangerate"]:
        raise Refused(
            400, "0x80048cf5", "The exchange rate of the base currency cannot be modified."
        )
    if new.get("statecode", 0) != 0:
        raise Refused(400, "0x80048cf4", "The base currency cannot be deactivated.")


def _delete_currency(desk: Desk, row: Row) -> None:
    if row["transactioncurrencyid"] == desk.organization()["_basecurrencyid_value"]:
        raise Refused(400, "0x80048cf3", "The base currency cannot be deleted.")


def _new_unit(desk: Desk, row: Row) -> None:
    row["uomid"] = row.get("uomid") or str(uuid.uuid4())
    row["quantity"] = row.get("quantity") or 1


RULES = {
    "uomschedule": Rules(created=_base_unit),
    "uom": Rules(creating=_new_unit),
    "product": Rules(creating=_new_product, changing=_change_product),
    "productpricelevel": Rules(creating=_new_item),
    "transactioncurrency": Rules(changing=_change_currency, deleting=_delete_currency),
}
