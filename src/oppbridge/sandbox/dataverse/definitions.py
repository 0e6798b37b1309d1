"""The metadata queries: EntityDefinitions and what hangs below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from odata_query import ast

from ..odata.grammar import parse_filter
from ..odata.options import Options, parse_options
from ..wire import Request, Response, answer_json
from .addresses import Segment
from .attributes import (
    describe_column,
    describe_columns,
    describe_keys,
    describe_relationships,
    describe_table,
    option_set,
)
from .refusals import NOT_FOUND, Refused, bad_query, no_such_set
from .schema.book import Book, Entry
from .schema.model import Type
from .urls import context_of

_NAMED = re.compile(r"(?:LogicalName|Name)\s*=\s*'([^']*)'")
_SPACE = "Microsoft.Dynamics.CRM."
_CASTS: dict[str, set[Type]] = {
    "PicklistAttributeMetadata": {Type.CHOICE},
    "StateAttributeMetadata": {Type.STATE},
    "StatusAttributeMetadata": {Type.STATUS},
    "BooleanAttributeMetadata": {Type.BOOLEAN},
    "StringAttributeMetadata": {Type.STRING},
    "MemoAttributeMetadata": {Type.MEMO},
    "MoneyAttributeMetadata": {Type.MONEY},
    "DecimalAttributeMetadata": {Type.DECIMAL},
    "DoubleAttributeMetadata": {Type.DOUBLE},
    "IntegerAttributeMetadata": {Type.INTEGER},
    "DateTimeAttributeMetadata": {Type.DATE, Type.MOMENT},
    "LookupAttributeMetadata": {Type.LOOKUP, Type.CUSTOMER, Type.OWNER},
    "MultiSelectPicklistAttributeMetadata": set(),
    "UniqueIdentifierAttributeMetadata": {Type.GUID},
}
_OPTIONED = frozenset({Type.CHOICE, Type.STATE, Type.STATUS, Type.BOOLEAN})
_RELATIONSHIPS = frozenset(
    {"ManyToOneRelationships", "OneToManyRelationships", "ManyToManyRelationships"}
)

Item = dict[str, Any]


def read_definitions(book: Book, segments: Sequence[Segment], request: Request) -> Response:
    """Answer a metadata query. All rows come in one response: there is no paging."""
    options = parse_options(request.query)
    head = segments[0]
    if head.name == "GlobalOptionSetDefinitions":
        return _global(book, head, options, request)
    if head.name == "RelationshipDefinitions":
        rows = [
            r
            for e in book.entries.values()
            for r in describe_relationships(book, e)["ManyToOneRelationships"]
        ]
        return _listed(rows, options, request, "RelationshipDefinitions")
    if head.inside is None:
        return _listed(
            [_table(book, e, options) for e in book.entries.values()],
            options,
            request,
            "EntityDefinitions",
        )
    entry = _entry(book, head)
    if len(segments) == 1:
        return _one(_table(book, entry, options), options, request, "EntityDefinitions")
    return _below(book, entry, segments[1:], options, request)


def _entry(book: Book, segment: Segment) -> Entry:
    match = _NAMED.fullmatch(segment.inside or "")
    name = match[1] if match else ""
    if match is None:
        wanted = (segment.inside or "").lower()
        name = next(
            (e.logical for e in book.entries.values() if describe_table(e)["MetadataId"] == wanted),
            wanted,
        )
    if name not in book.entries:
        raise Refused(404, NOT_FOUND, f"Could not find an entity with name {name}.")
    return book[name]


def _table(book: Book, entry: Entry, options: Options) -> Item:
    row = describe_table(entry)
    for expand in options.expand:
        if expand.name == "Attributes":
            row["Attributes"] = [_chosen(c, expand.options) for c in describe_columns(entry)]
        elif expand.name == "Keys":
            row["Keys"] = [_chosen(k, expand.options) for k in describe_keys(entry)]
        elif expand.name in _RELATIONSHIPS:
            row[expand.name] = [
                _chosen(r, expand.options) for r in describe_relationships(book, entry)[expand.name]
            ]
    return row


def _below(
    book: Book, entry: Entry, rest: Sequence[Segment], options: Options, request: Request
) -> Response:
    part = rest[0]
    context = f"EntityDefinitions('{entry.logical}')/{part.name}"
    if part.name == "Keys":
        return _listed(describe_keys(entry), options, request, context)
    if part.name in _RELATIONSHIPS:
        return _listed(describe_relationships(book, entry)[part.name], options, request, context)
    if part.name != "Attributes":
        raise no_such_set(part.name)
    cast = rest[1].name.removeprefix(_SPACE) if len(rest) > 1 else ""
    if cast and cast not in _CASTS:
        raise no_such_set(rest[1].name)
    if part.inside is not None:
        match = _NAMED.fullmatch(part.inside)
        column = entry.columns.get(match[1]) if match else None
        if column is None or (cast and column.type not in _CASTS[cast]):
            raise Refused(
                404,
                NOT_FOUND,
                f"Could not find an attribute with {part.inside} on {entry.logical}.",
            )
        return _one(
            _with_options(entry, describe_column(entry.definition, column), options),
            options,
            request,
            context,
        )
    rows = describe_columns(entry)
    if cast:
        names = {c.name for c in entry.definition.columns if c.type in _CASTS[cast]}
        rows = [_with_options(entry, row, options) for row in rows if row["LogicalName"] in names]
    return _listed(rows, options, request, context)


def _with_options(entry: Entry, row: Item, options: Options) -> Item:
    column = entry.columns.get(row["LogicalName"])
    for expand in options.expand:
        if expand.name == "OptionSet" and column is not None and column.type in _OPTIONED:
            row["OptionSet"] = _chosen(option_set(entry.definition, column), expand.options)
        elif expand.name == "GlobalOptionSet":
            row["GlobalOptionSet"] = None
    return row


def _global(book: Book, head: Segment, options: Options, request: Request) -> Response:
    sets: dict[str, Item] = {}
    for entry in book.entries.values():
        for column in entry.definition.columns:
            if column.type is Type.CHOICE:
                sets.setdefault(
                    column.name,
                    {**option_set(entry.definition, column), "Name": column.name, "IsGlobal": True},
                )
    if options.filter is not None:
        raise bad_query("The query parameter $filter is not supported")
    if head.inside is None:
        return _listed(list(sets.values()), options, request, "GlobalOptionSetDefinitions")
    match = _NAMED.fullmatch(head.inside)
    if match is None or match[1] not in sets:
        raise Refused(404, NOT_FOUND, f"Could not find an option set with {head.inside}.")
    return _one(sets[match[1]], options, request, "GlobalOptionSetDefinitions")


def _listed(rows: list[Item], options: Options, request: Request, context: str) -> Response:
    if options.filter:
        keep = _predicate(parse_filter(options.filter))
        rows = [row for row in rows if keep(row)]
    rows = [_chosen(row, options) for row in rows]
    return answer_json(
        200,
        {"@odata.context": context_of(request, f"{context}"), "value": rows},
    )


def _one(row: Item, options: Options, request: Request, context: str) -> Response:
    body = {
        "@odata.context": context_of(request, f"{context}/$entity"),
        **_chosen(row, options),
    }
    return answer_json(200, body)


def _chosen(row: Item, options: Options) -> Item:
    if not options.select:
        return row
    unknown = [name for name in options.select if name not in row and name in ("", "$")]
    if unknown:
        raise bad_query(f"Could not find a property named '{unknown[0]}'.")
    kept = {
        "@odata.type",
        "MetadataId",
        *options.select,
        *(expand.name for expand in options.expand),
    }
    return {name: value for name, value in row.items() if name in kept}


def _predicate(node: Any) -> Callable[[Item], bool]:
    match node:
        case ast.BoolOp(op=op, left=left, right=right):
            a, b = _predicate(left), _predicate(right)
            return (
                (lambda row: a(row) and b(row))
                if isinstance(op, ast.And)
                else (lambda row: a(row) or b(row))
            )
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _predicate(operand)
            return lambda row: not inner(row)
        case ast.Compare(comparator=comparator, left=left, right=right) if isinstance(
            comparator, ast.Eq | ast.NotEq
        ):
            wanted, equal = _constant(right), isinstance(comparator, ast.Eq)
            return lambda row: (_at(row, left) == wanted) is equal
        case ast.Call(func=func, args=[left, right]) if func.name in (
            "contains",
            "startswith",
            "endswith",
        ):
            text = str(_constant(right))
            tests = {
                "contains": str.__contains__,
                "startswith": str.startswith,
                "endswith": str.endswith,
            }
            return lambda row: bool(tests[func.name](str(_at(row, left) or ""), text))
    raise bad_query("The $filter of this metadata query is not supported.")


def _at(row: Item, node: Any) -> Any:
    if isinstance(node, ast.Attribute):
        inner = _at(row, node.owner)
        return inner.get(node.attr) if isinstance(inner, dict) else None
    return row.get(node.name)


def _constant(node: Any) -> Any:
    if isinstance(
        node, ast.Call
    ):  # an enum literal: Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'
        return _constant(node.args[0])
    return (
        None
        if isinstance(node, ast.Null)
        else node.py_val
        if not isinstance(node, ast.GUID)
        else node.val
    )
