"""`$metadata`: the schema as CSDL XML, written with the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..wire import Response
from .schema.book import Book, Entry
from .schema.model import Column, Towards, Type

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
SPACE = "Microsoft.Dynamics.CRM"

_TYPES = {
    Type.INTEGER: "Edm.Int32",
    Type.DECIMAL: "Edm.Decimal",
    Type.MONEY: "Edm.Decimal",
    Type.DOUBLE: "Edm.Double",
    Type.BOOLEAN: "Edm.Boolean",
    Type.DATE: "Edm.Date",
    Type.MOMENT: "Edm.DateTimeOffset",
    Type.CHOICE: "Edm.Int32",
    Type.STATE: "Edm.Int32",
    Type.STATUS: "Edm.Int32",
    Type.GUID: "Edm.Guid",
    Type.LOOKUP: "Edm.Guid",
    Type.CUSTOMER: "Edm.Guid",
    Type.OWNER: "Edm.Guid",
}

# Each a signature: name, parameters (a question mark: may be null), result, what it is bound to.
_ACTIONS = (
    "WinOpportunity(OpportunityClose opportunityclose, Status Int32, Caller? String)",
    "LoseOpportunity(OpportunityClose opportunityclose, Status Int32, Caller? String)",
    "WinQuote(QuoteClose quoteclose, Status Int32)",
    "CloseQuote(QuoteClose quoteclose, Status Int32)",
    "ReviseQuote(QuoteId Guid, ColumnSet ColumnSet) -> quote",
    "ConvertQuoteToSalesOrder(QuoteId Guid, ColumnSet ColumnSet) -> salesorder",
    "GenerateQuoteFromOpportunity(OpportunityId Guid, ColumnSet ColumnSet) -> quote",
    "GenerateSalesOrderFromOpportunity(OpportunityId Guid, ColumnSet ColumnSet) -> crmbaseentity",
    "CancelSalesOrder(OrderClose crmbaseentity, Status Int32)",
    "UnlockSalesOrderPricing(SalesOrderId Guid)",
    "RecalculatePrice(entityLogicalName String, entityId Guid)",
    "FulfillSalesOrder(OrderClose orderclose, Status Int32) @ Collection(mscrm.salesorder)",
    "LockSalesOrderPricing() @ mscrm.salesorder",
)
_ROOTS = {"activitypointer": "activityid"}
_SIGNATURE = re.compile(r"(\w+)\((.*?)\)(?: -> (\w+))?(?: @ (.+))?")
_FUNCTIONS = (
    ("WhoAmI", "mscrm.WhoAmIResponse"),
    ("RetrieveVersion", "mscrm.RetrieveVersionResponse"),
)


def metadata(book: Book, *, annotated: bool) -> Response:
    """The whole schema; `annotated` adds read-only marks, change tracking and alternate keys."""
    ElementTree.register_namespace("edmx", EDMX)
    root = Element(f"{{{EDMX}}}Edmx", Version="4.0")
    schema = SubElement(
        SubElement(root, f"{{{EDMX}}}DataServices"),
        f"{{{EDM}}}Schema",
        Namespace=SPACE,
        Alias="mscrm",
    )
    for name, base in (("crmbaseentity", ""), ("crmmodelbaseentity", "")):
        _element(
            schema, "EntityType", Name=name, Abstract="true", **({"BaseType": base} if base else {})
        )
    principal = _element(schema, "EntityType", Name="principal", BaseType="mscrm.crmbaseentity")
    _element(_element(principal, "Key"), "PropertyRef", Name="ownerid")
    _element(principal, "Property", Name="ownerid", Type="Edm.Guid")
    for entry in book.entries.values():
        _entity(schema, entry, annotated=annotated)
    _operations(schema)
    _container(schema, book, annotated=annotated)
    body = b'<?xml version="1.0" encoding="utf-8"?>' + ElementTree.tostring(root)
    return Response(200, {"Content-Type": "application/xml"}, body)


def _element(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, f"{{{EDM}}}{tag}", attributes)


def _entity(schema: Element, entry: Entry, *, annotated: bool) -> None:
    definition = entry.definition
    base = "mscrm.crmbaseentity"
    if definition.activity and definition.logical != "activitypointer":
        base = "mscrm.activitypointer"
    if definition.logical in ("systemuser", "team"):
        base = "mscrm.principal"
    element = _element(schema, "EntityType", Name=definition.logical, BaseType=base)
    if base == "mscrm.crmbaseentity":
        _element(_element(element, "Key"), "PropertyRef", Name=definition.key)
    for column in definition.columns:
        _property(element, column, annotated=annotated)
    _element(element, "Property", Name="versionnumber", Type="Edm.Int64")
    _navigate(element, entry)
    if annotated and entry.keys:
        _keys(element, entry)


def _navigate(element: Element, entry: Entry) -> None:
    for nav, target, column in _navigations(entry):
        at = _element(
            element, "NavigationProperty", Name=nav, Type=f"mscrm.{target.table}", Nullable="false"
        )
        if target.back:
            at.set("Partner", target.back)
        _element(
            at,
            "ReferentialConstraint",
            Property=column.wire,
            ReferencedProperty=_ROOTS.get(target.table, f"{target.table}id"),
        )
    for nav, found in entry.collections.items():
        _element(
            element,
            "NavigationProperty",
            Name=nav,
            Type=f"Collection(mscrm.{found.table})",
            Partner=found.column.name,
        )
    for nav, pair in entry.pairs.items():
        _element(
            element,
            "NavigationProperty",
            Name=nav,
            Type=f"Collection(mscrm.{pair.table})",
            Partner=nav,
        )


def _navigations(entry: Entry) -> Iterator[tuple[str, Towards, Column]]:
    for nav, (column, towards) in entry.navs.items():
        yield nav, towards[0], column


def _property(element: Element, column: Column, *, annotated: bool) -> None:
    kind = _TYPES.get(column.type, "Edm.String")
    at = _element(element, "Property", Name=column.wire, Type=kind)
    if kind == "Edm.String":
        at.set("Unicode", "false")
        at.set("MaxLength", str(column.length))
    if kind == "Edm.Decimal":
        at.set("Scale", "Variable")
    if annotated and (column.ignored or column.towards):
        permission = _element(at, "Annotation", Term="Org.OData.Core.V1.Permissions")
        _element(permission, "EnumMember").text = "Org.OData.Core.V1.PermissionType/Read"
        if column.ignored:
            _element(at, "Annotation", Term="Org.OData.Core.V1.Computed", Bool="true")


def _keys(element: Element, entry: Entry) -> None:
    listed = _element(
        _element(element, "Annotation", Term="OData.Community.Keys.V1.AlternateKeys"), "Collection"
    )
    for key in entry.keys:
        record = _element(listed, "Record", Type="OData.Community.Keys.V1.AlternateKey")
        parts = _element(_element(record, "PropertyValue", Property="Key"), "Collection")
        for name in key:
            part = _element(parts, "Record", Type="OData.Community.Keys.V1.PropertyRef")
            _element(part, "PropertyValue", Property="Alias", String=name)
            _element(part, "PropertyValue", Property="Name", PropertyPath=name)


def _action(schema: Element, signature: str) -> None:
    match = _SIGNATURE.fullmatch(signature)
    assert match is not None
    name, listed, returns, bound = match.groups()
    action = _element(schema, "Action", Name=name, **({"IsBound": "true"} if bound else {}))
    if bound:
        _element(action, "Parameter", Name="entityset", Type=bound, Nullable="false")
    for part in filter(None, listed.split(", ")):
        parameter, kind = part.split(" ")
        space = "Edm" if kind in ("Int32", "String", "Guid") else "mscrm"
        at = _element(action, "Parameter", Name=parameter.rstrip("?"), Type=f"{space}.{kind}")
        if not parameter.endswith("?"):
            at.set("Nullable", "false")
    if returns:
        _element(action, "ReturnType", Type=f"mscrm.{returns}")


def _operations(schema: Element) -> None:
    for signature in _ACTIONS:
        _action(schema, signature)
    for name, returns in _FUNCTIONS:
        _element(_element(schema, "Function", Name=name), "ReturnType", Type=returns)
    who = _element(schema, "ComplexType", Name="WhoAmIResponse")
    for part in ("BusinessUnitId", "UserId", "OrganizationId"):
        _element(who, "Property", Name=part, Type="Edm.Guid")
    _element(
        _element(schema, "ComplexType", Name="RetrieveVersionResponse"),
        "Property",
        Name="Version",
        Type="Edm.String",
    )
    columns = _element(schema, "ComplexType", Name="ColumnSet")
    _element(columns, "Property", Name="AllColumns", Type="Edm.Boolean")
    _element(columns, "Property", Name="Columns", Type="Collection(Edm.String)")


def _container(schema: Element, book: Book, *, annotated: bool) -> None:
    container = _element(schema, "EntityContainer", Name="System")
    for entry in book.entries.values():
        definition = entry.definition
        at = _element(
            container,
            "EntitySet",
            Name=definition.entity_set,
            EntityType=f"{SPACE}.{definition.logical}",
        )
        for nav, (_, towards) in entry.navs.items():
            _element(
                at,
                "NavigationPropertyBinding",
                Path=nav,
                Target=book[towards[0].table].definition.entity_set,
            )
        for nav, found in entry.collections.items():
            _element(
                at,
                "NavigationPropertyBinding",
                Path=nav,
                Target=book[found.table].definition.entity_set,
            )
        if annotated and definition.tracked:
            record = _element(
                _element(at, "Annotation", Term="Org.OData.Capabilities.V1.ChangeTracking"),
                "Record",
            )
            _element(record, "PropertyValue", Property="Supported", Bool="true")
    for signature in _ACTIONS:
        if "@" not in signature:
            name = signature.partition("(")[0]
            _element(container, "ActionImport", Name=name, Action=f"{SPACE}.{name}")
    for name, _ in _FUNCTIONS:
        _element(container, "FunctionImport", Name=name, Function=f"{SPACE}.{name}")
