"""Control commands of the Supply Chain twin: postings, jobs, administration. None is part of OData.

Bodies are JSON objects. Documents: `send_quotation` and the other steps, `confirm_order`,
`pick_order`, `pack_order`, `invoice_order`, `cancel_order` with {company, number} and where it fits
{reason} or {quantities}. Jobs: `calculate_totals`. Administration: `assume` {answers}, `sequence`
{company, name, mode}, `user` {subject, company, companies, language}, `project` {name, entities,
incremental}, `stop_item` {company, item, stopped}, `order_settings` {company, item, site,
warehouse}, `stock` {company, item, site, warehouse, quantity, reserved, ordered}, `agree_price`
{company, item, price, currency, ...}, `hold` {company, account, status}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .numbers import Mode
from .packages import Project
from .postings import QUOTATION_STEPS
from .refusals import Refused
from .rules.products import show_distinct
from .settings import User

if TYPE_CHECKING:
    from .chain import SupplyChain

Body = Mapping[str, Any]


def run_command(service: SupplyChain, name: str, body: Body) -> Any:
    """Carry out a command.

    Raises `KeyError` for unknown ones and `ValueError` for what cannot be done.
    """
    step = name.removesuffix("_quotation")
    if name != step and step in QUOTATION_STEPS:
        return _post(
            lambda: service.postings.quotation(
                step, body["company"], body["number"], body.get("reason", "")
            )
        )
    return _post(lambda: _COMMANDS[name](service, body))


def _post(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Refused as refused:
        raise ValueError("; ".join(line.text("en-us") for line in refused.lines)) from refused


def _assume(service: SupplyChain, body: Body) -> Any:
    service.twin.assumptions = service.twin.assumptions.change(**body)
    return {"done": True}


def _sequence(service: SupplyChain, body: Body) -> Any:
    service.twin.numbers.set_mode(body["company"], body["name"], Mode(body["mode"]))
    return {"done": True}


def _project(service: SupplyChain, body: Body) -> Any:
    """Define a data project for the package API."""
    incremental = bool(body.get("incremental", False))
    known = service.twin.rows.schema.entities
    project = Project(tuple(known[name].name for name in body["entities"]), incremental)
    service.packages.projects[body["name"]] = project
    return {"done": True}


def _user(service: SupplyChain, body: Body) -> Any:
    companies = tuple(body["companies"]) if body.get("companies") else None
    service.add_user(
        body["subject"], User(body.get("company", "usmf"), companies, body.get("language", "en-us"))
    )
    return {"done": True}


def _stop(service: SupplyChain, body: Body) -> Any:
    stopped = "Yes" if body.get("stopped", True) else "No"
    key = (body["company"], body["item"])
    service.twin.rows.update("ReleasedProductsV2", key, {"SalesStopped": stopped}, moves_etag=False)
    show_distinct(service.twin, *key)
    return {"done": True}


def _order_settings(service: SupplyChain, body: Body) -> Any:
    """Where an item is shipped from unless line or header say otherwise."""
    place = {"DefaultSiteId": body["site"], "DefaultWarehouseId": body["warehouse"]}
    key = (body["company"], body["item"])
    service.twin.rows.update("ReleasedProductsV2", key, place, moves_etag=False)
    return {"done": True}


def _stock(service: SupplyChain, body: Body) -> Any:
    """Set what lies in a warehouse; the available quantities follow."""
    rows = service.twin.rows
    quantity, reserved = Decimal(str(body["quantity"])), Decimal(str(body.get("reserved", 0)))
    ordered, on_order = Decimal(str(body.get("ordered", 0))), Decimal(str(body.get("on_order", 0)))
    entity = rows.schema.entities["WarehousesOnHandV2"]
    key = dict.fromkeys(entity.key, "") | {
        "dataAreaId": body["company"],
        "ItemNumber": body["item"],
    }
    key |= {
        "InventorySiteId": body["site"],
        "InventoryWarehouseId": body["warehouse"],
        **body.get("dimensions", {}),
    }
    item = rows.get("ReleasedProductsV2", (body["company"], body["item"]), ("ProductName",))
    values = {
        "ProductName": item["ProductName"] if item else "",
        "OnHandQuantity": quantity,
        "ReservedOnHandQuantity": reserved,
        "AvailableOnHandQuantity": quantity - reserved,
        "OrderedQuantity": ordered,
        "AvailableOrderedQuantity": ordered,
        "OnOrderQuantity": on_order,
        "TotalAvailableQuantity": quantity - reserved + ordered,
    }
    ordered_key = tuple(key[name] for name in entity.key)
    if rows.get(entity.name, ordered_key, ("OnHandQuantity",)) is None:
        rows.insert(entity.name, {**key, **values})
    else:
        rows.update(entity.name, ordered_key, values)
    return {"available": str(values["AvailableOnHandQuantity"])}


def _agree(service: SupplyChain, body: Body) -> Any:
    """Post a trade agreement; `account` or `group` narrow it down, else it is for everybody."""
    rows = service.twin.rows
    record = rows.database.versions.last + 1
    item = rows.get(
        "ReleasedProductsV2", (body["company"], body["item"]), ("ProductNumber", "SalesUnitSymbol")
    )
    if item is None:
        raise ValueError(f"item {body['item']} is not released to {body['company']}")
    values = {
        "dataAreaId": body["company"],
        "RecordId": record,
        "ItemNumber": body["item"],
        "ProductNumber": item["ProductNumber"],
        "CustomerAccountNumber": body.get("account", ""),
        "PriceCustomerGroupCode": body.get("group", ""),
        "PriceCurrencyCode": body["currency"],
        "QuantityUnitySymbol": body.get("unit", item["SalesUnitSymbol"]),
        "FromQuantity": Decimal(str(body.get("from_quantity", 0))),
        "ToQuantity": Decimal(str(body.get("to_quantity", 0))),
        "Price": Decimal(str(body["price"])),
        "SalesPriceQuantity": Decimal(str(body.get("price_unit", 1))),
        "FixedPriceCharges": Decimal(str(body.get("charges", 0))),
    }
    rows.insert("SalesPriceAgreements", values)
    return {"record": record}


def _hold(service: SupplyChain, body: Body) -> Any:
    service.twin.rows.update(
        "CustomersV3", (body["company"], body["account"]), {"OnHoldStatus": body["status"]}
    )
    return {"done": True}


_COMMANDS: Mapping[str, Callable[[SupplyChain, Body], Any]] = {
    "confirm_order": lambda service, body: service.postings.confirm_order(
        body["company"], body["number"]
    ),
    "pick_order": lambda service, body: service.postings.pick_order(
        body["company"], body["number"]
    ),
    "pack_order": lambda service, body: service.postings.pack_order(
        body["company"], body["number"], body.get("quantities")
    ),
    "invoice_order": lambda service, body: service.postings.invoice_order(
        body["company"], body["number"], body.get("quantities")
    ),
    "cancel_order": lambda service, body: service.postings.cancel_order(
        body["company"], body["number"]
    ),
    "calculate_totals": lambda service, body: service.postings.calculate_totals(
        body["company"], body.get("number", "")
    ),
    "assume": _assume,
    "sequence": _sequence,
    "project": _project,
    "user": _user,
    "stop_item": _stop,
    "order_settings": _order_settings,
    "stock": _stock,
    "agree_price": _agree,
    "hold": _hold,
}
