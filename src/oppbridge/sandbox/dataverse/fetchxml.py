"""`?fetchXml=`: attributes, filters, orders, pages of one table. Link-entities are refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote as percent
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..odata.filters import Literal, Sql, bind, compare_literal
from ..tables import Kind, quote
from ..wire import Request, Response, answer_json
from .desk import Desk
from .dialect import Scope
from .prefer import PAGE, Prefer
from .refusals import bad_query
from .schema.book import Entry
from .shape import build_rows, make_shape
from .urls import context_of

_COMPARISONS = {"eq": "=", "ne": "<>", "neq": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def run_fetch(desk: Desk, entry: Entry, request: Request, prefer: Prefer) -> Response:
    """A page of the rows that the query describes, with its paging annotations."""
    fetch = _read(request.query["fetchXml"])
    table = _table(fetch, entry)
    select = (
        []
        if table.find("all-attributes") is not None
        else [_property(entry, a.get("name", "")) for a in table.findall("attribute")]
    )
    shape = make_shape(desk, entry, select, prefer)
    scope = Scope(desk, entry)
    filters = [_filter(scope, node) for node in table.findall("filter")]
    condition = _joined(filters, "and") if filters else Sql("1")
    orders = [
        f"{_at(scope, o.get('attribute', '')).text} {_way(o)}" for o in table.findall("order")
    ]
    orders.append(f"t0.{quote(entry.definition.key)}")
    size = min(PAGE, _number(fetch, "count") or _number(fetch, "top") or PAGE)
    page = _number(fetch, "page") or 1
    sql = (
        f"SELECT {shape.sql('t0')} FROM {quote(entry.logical)} t0 "
        f"WHERE {condition.text} ORDER BY {', '.join(orders)} "
        f"LIMIT {size + 1} OFFSET {(page - 1) * size}"
    )
    raws = desk.database.select(sql, condition.params)
    more = len(raws) > size and fetch.get("top") is None
    rows = build_rows(desk, shape, raws[:size])
    body: dict[str, Any] = {"@odata.context": context_of(request, entry.definition.entity_set)}
    if prefer.annotated("Microsoft.Dynamics.CRM.morerecords"):
        body["@Microsoft.Dynamics.CRM.morerecords"] = more
    if more and prefer.annotated("Microsoft.Dynamics.CRM.fetchxmlpagingcookie"):
        inner = percent(
            percent(f'<cookie page="{page}"><position last="{page * size}" /></cookie>', safe=""),
            safe="",
        )
        cookie = f'<cookie pagenumber="{page + 1}" pagingcookie="{inner}" istracking="False" />'
        body["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"] = cookie
    return answer_json(200, {**body, "value": rows}, prefer.applied())


def _table(fetch: Element, entry: Entry) -> Element:
    table = fetch.find("entity")
    if table is None or table.get("name") != entry.logical:
        raise bad_query("The fetch element must hold the entity of the set in the URL.")
    if table.find("link-entity") is not None or fetch.get("aggregate") == "true":
        raise bad_query("link-entity and aggregate are not served by this sandbox.")
    return table


def _number(fetch: Element, name: str) -> int:
    text = fetch.get(name, "0")
    if not text.isdigit():
        raise bad_query(f"Invalid value '{text}' for {name}.")
    return int(text)


def _read(text: str) -> Element:
    if "<!" in text:  # neither entities nor document types
        raise bad_query("Invalid XML.")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise bad_query("Invalid XML.") from None


def _way(order: Element) -> str:
    return "DESC" if order.get("descending") == "true" else "ASC"


def _property(entry: Entry, name: str) -> str:
    return entry.columns[name].wire if name in entry.columns else name


def _at(scope: Scope, name: str) -> Sql:
    return scope.path((_property(scope.entry, name),))


def _filter(scope: Scope, node: Element) -> Sql:
    parts = [
        _filter(scope, child) if child.tag == "filter" else _condition(scope, child)
        for child in node
    ]
    return _joined(parts, node.get("type", "and")) if parts else Sql("1")


def _joined(parts: list[Sql], word: str) -> Sql:
    return Sql(
        "(" + f" {word} ".join(part.text for part in parts) + ")",
        tuple(p for part in parts for p in part.params),
    )


def _condition(scope: Scope, node: Element) -> Sql:
    at, operator = _at(scope, node.get("attribute", "")), node.get("operator", "")
    if operator in ("null", "not-null"):
        return Sql(f"{at.text} IS {'NOT ' if operator == 'not-null' else ''}NULL")
    if operator in _COMPARISONS:
        return compare_literal(_COMPARISONS[operator], at, _literal(at, node.get("value", "")))
    if operator in ("like", "not-like"):
        return Sql(
            f"{at.text} {'NOT ' if operator == 'not-like' else ''}LIKE ?", (node.get("value", ""),)
        )
    if operator in ("in", "not-in"):
        values = [bind(at.kind, _literal(at, value.text or "")) for value in node.findall("value")]
        word = "NOT IN" if operator == "not-in" else "IN"
        return Sql(f"{at.text} {word} ({', '.join('?' * len(values))})", tuple(values))
    raise bad_query(f"The operator '{operator}' is not served by this sandbox.")


def _literal(at: Sql, text: str) -> Literal:
    if at.kind is Kind.BOOLEAN:
        return Literal(text in ("1", "true"), bool)
    if at.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE):
        try:
            return Literal(float(text), float)
        except ValueError:
            raise bad_query(f"'{text}' is not a number.") from None
    return Literal(text, str)
