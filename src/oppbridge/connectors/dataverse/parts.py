"""Operations on the parts of documents: lines, competitors, stakeholders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from oppbridge.contract import Action, Part, Write
from oppbridge.errors import Invalid
from oppbridge.http.batch import Operation

from .columns import ROLE, UNIT
from .desk import ROOT, Desk, Entity
from .finding import find_rows, rows_where
from .jobs import operation, part_id
from .parcels import bound, pointed
from .tables import Child, Kind

_PRODUCT = "productid@odata.bind"
_UNIT_NAME = "uomid_name"
_TEXT = "productdescription"
_DEFAULT_ROLE = "Stakeholder"


@dataclass(slots=True)
class Known:
    """What the parts of one call need to know: units of products, competitors, associations."""

    units: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    rivals: dict[str, str] = field(default_factory=dict)
    rival_ids: set[str] = field(default_factory=set)
    linked: set[tuple[str, str]] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    of_product: set[str] = field(default_factory=set)  # keys of lines that are of a product


def look_up(desk: Desk, entity: Entity, writes: Sequence[Write]) -> Known:
    """What is to be known before the parts of these writes can be spelled; a read of each kind."""
    known = Known()
    products: set[str] = set()
    names: set[str] = set()
    owners: set[str] = set()
    for write in writes:
        for part in write.parts:
            kind = child_of(entity, part).kind
            if kind is Kind.LINES and part.action is not Action.DELETE:
                products.add(pointed(part.row.get(_PRODUCT)) or "")
            if kind is Kind.COMPETITORS and part.action is Action.CREATE:
                names.add(_rival_name(part))
                owners.add(write.key or "")
    known.made = _made_already(desk, entity, [write for write in writes if write.again])
    known.of_product = _of_product(desk, entity, writes)
    _look_up_units(desk, products - {""}, known)
    if names:
        _look_up_rivals(desk, names, owners - {""}, known)
    return known


def _made_already(desk: Desk, entity: Entity, again: Sequence[Write]) -> set[str]:
    """The ids of parts to be created that an unanswered sending has created."""
    wanted: dict[str, set[str]] = {}
    for write in again:
        for part in write.parts:
            if part.action is Action.CREATE:
                wanted.setdefault(part.collection, set()).add(part.id)
    made: set[str] = set()
    for collection, ids in wanted.items():
        child = entity.table.children[collection]
        if child.kind is not Kind.COMPETITORS:
            rows = rows_where(desk, child.set, child.pk, ids, (child.pk,))
            made |= {str(row[child.pk]) for row in rows}
    return made


def _of_product(desk: Desk, entity: Entity, writes: Sequence[Write]) -> set[str]:
    """Of the lines that get another text: those of a product, which cannot be written in."""
    wanted: dict[str, set[str]] = {}
    for part in (part for write in writes for part in write.parts):
        if part.action is Action.UPDATE and part.key and part.row.get(_TEXT) is not None:
            wanted.setdefault(part.collection, set()).add(part.key)
    found: set[str] = set()
    for collection, keys in wanted.items():
        child = entity.table.children[collection]
        if child.kind is Kind.LINES:
            rows = rows_where(desk, child.set, child.pk, keys, (child.pk, "_productid_value"))
            found |= {str(row[child.pk]) for row in rows if row.get("_productid_value")}
    return found


def _look_up_units(desk: Desk, products: set[str], known: Known) -> None:
    columns = ("productid", "_defaultuomid_value", "_defaultuomscheduleid_value")
    for row in rows_where(desk, "products", "productid", products, columns):
        units = row.get("_defaultuomid_value"), row.get("_defaultuomscheduleid_value")
        known.units[str(row["productid"])] = units


def _look_up_rivals(desk: Desk, names: set[str], owners: set[str], known: Known) -> None:
    columns = ("competitorid", "name")
    for row in find_rows(desk, "competitors", "name", names, columns):
        known.rivals.setdefault(str(row["name"]).casefold(), str(row["competitorid"]))
    made = {_rival_id(name) for name in names}
    rows = rows_where(desk, "competitors", "competitorid", made, columns)
    known.rival_ids = {str(row["competitorid"]) for row in rows}
    pairs = ("opportunityid", "competitorid")
    links = "opportunitycompetitorscollection"
    for row in rows_where(desk, links, "opportunityid", owners, pairs):
        known.linked.add((str(row["opportunityid"]), str(row["competitorid"])))


def child_of(entity: Entity, part: Part) -> Child:
    """The table of a part. Raises Invalid for a collection the table does not have."""
    child = entity.table.children.get(part.collection)
    if child is None:
        raise Invalid(f"{entity.table.logical} has no collection {part.collection!r}")
    return child


def part_operations(
    desk: Desk, entity: Entity, owner: str, part: Part, known: Known
) -> list[Operation]:
    """The operations that carry out one part. Raises Invalid for what cannot be spelled."""
    child = child_of(entity, part)
    if part.action is Action.CREATE and part.id.lower() in known.made:
        return []
    if part.action is not Action.CREATE and part.key is None:
        raise Invalid(f"a part of {part.collection} is to be changed but has no key")
    spell: Callable[[Desk, Child, str, Part, Known], list[Operation]] = {
        Kind.LINES: _line,
        Kind.COMPETITORS: _competitor,
        Kind.STAKEHOLDERS: _stakeholder,
    }[child.kind]
    return spell(desk, child, owner, part, known)


def part_key(entity: Entity, part: Part, known: Known) -> str:
    """The native key a created part has."""
    if child_of(entity, part).kind is Kind.COMPETITORS:
        return known.rivals[_rival_name(part).casefold()]
    return part.id


def _line(desk: Desk, child: Child, owner: str, part: Part, known: Known) -> list[Operation]:
    if part.action is Action.DELETE:
        return [_delete(child, part)]
    row = dict(part.row)
    row.pop(child.pk, None)
    product = pointed(row.get(_PRODUCT))
    if part.action is Action.CREATE or product or _UNIT_NAME in row:
        _give_unit(desk, row, product, known, new=part.action is Action.CREATE)
    if row.get("priceperunit") is not None:
        # Otherwise the price list would replace the price.
        row["ispriceoverridden"] = True
    if product is not None or part.key in known.of_product:
        row.pop(_TEXT, None)  # a line is of a product or written in, never both
    if part.action is Action.UPDATE:
        return [_patch(child, part, bound(desk, row))] if row else []
    row = {name: value for name, value in row.items() if value is not None}
    row["isproductoverridden"] = product is None
    body = {child.pk: part.id, child.bind: _parent(child, owner), **bound(desk, row)}
    return [operation("POST", child.set, body, id=part_id(part.id))]


def _give_unit(
    desk: Desk, row: dict[str, Any], product: str | None, known: Known, *, new: bool
) -> None:
    """A unit must be of its product's group: the name is looked for there."""
    name = row.pop(_UNIT_NAME, None)
    default, group = known.units.get(product or "", (None, None))
    if name is not None and (product is not None or not new):
        row[UNIT.bind] = f"/uoms({desk.names.id(UNIT, str(name), group)})"
    elif product is not None and UNIT.bind not in row and default is not None:
        row[UNIT.bind] = f"/uoms({default})"


def _competitor(desk: Desk, child: Child, owner: str, part: Part, known: Known) -> list[Operation]:
    path = f"opportunities({owner})/{child.collection}"
    if part.action is Action.DELETE:
        return [operation("DELETE", f"{path}({part.key})/$ref", None, id=part_id(part.id))]
    if part.action is Action.UPDATE:
        raise Invalid("a competitor is named once: remove it and add the other one")
    name = _rival_name(part)
    folded = name.casefold()
    made: list[Operation] = []
    if folded not in known.rivals:
        known.rivals[folded] = _rival_id(name)
        if known.rivals[folded] not in known.rival_ids:
            body = {"competitorid": known.rivals[folded], **bound(desk, part.row)}
            made.append(operation("POST", "competitors", body))
            known.rival_ids.add(known.rivals[folded])
    rival = known.rivals[folded]
    if (owner, rival) in known.linked:
        return made
    known.linked.add((owner, rival))
    target = {"@odata.id": f"{desk.session.root}{ROOT}/competitors({rival})"}
    return [*made, operation("POST", f"{path}/$ref", target, id=part_id(part.id))]


def _stakeholder(desk: Desk, child: Child, owner: str, part: Part, known: Known) -> list[Operation]:
    if part.action is Action.DELETE:
        return [_delete(child, part)]
    if part.action is Action.UPDATE:
        return [_patch(child, part, bound(desk, part.row))]
    row = {name: value for name, value in part.row.items() if value is not None}
    row.pop(child.pk, None)
    if ROLE.bind not in row:
        row.setdefault("record2roleid_name", _DEFAULT_ROLE)
    body = {child.pk: part.id, child.bind: f"/opportunities({owner})", **bound(desk, row)}
    return [operation("POST", child.set, body, id=part_id(part.id))]


def _delete(child: Child, part: Part) -> Operation:
    return operation("DELETE", f"{child.set}({part.key})", None, id=part_id(part.id), If_Match="*")


def _patch(child: Child, part: Part, row: Mapping[str, Any]) -> Operation:
    path = f"{child.set}({part.key})"
    return operation("PATCH", path, dict(row), id=part_id(part.id), If_Match="*")


def _parent(child: Child, owner: str) -> str:
    parents = {
        "opportunityproducts": "opportunities",
        "quotedetails": "quotes",
        "salesorderdetails": "salesorders",
    }
    return f"/{parents[child.set]}({owner})"


def _rival_name(part: Part) -> str:
    name = part.row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Invalid("a competitor needs a name")
    return name.strip()


def _rival_id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"competitor/{name.casefold()}"))
