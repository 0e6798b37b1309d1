"""What the service says about its own shape.

Service document, `$metadata`, and the JSON under `/Metadata`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from .refusals import NAMESPACE, Missing, label
from .schema import Column, Entity, Schema
from .values import EDM

OASIS = "http://docs.oasis-open.org/odata/ns"
_DATA_TYPES = {
    "s": "String",
    "n": "Real",
    "i": "Int32",
    "l": "Int64",
    "d": "Date",
    "t": "UtcDateTime",
    "g": "Guid",
}
_NAMED = re.compile(
    r"PublicEntities\('(\w+)'\)|PublicEnumerations\('(\w+)'\)|DataEntities\('(\w+)'\)"
)


def service_document(schema: Schema, base: str) -> dict[str, Any]:
    """Every public entity set."""
    names = sorted(one.called or one.name for one in schema.entities.values())
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    return {"@odata.context": f"{base}/data/$metadata", "value": sets}


def csdl(schema: Schema) -> bytes:
    """The sets kept here as CSDL; the real document has thousands and is tens of megabytes long."""
    out = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<edmx:Edmx Version="4.0" xmlns:edmx="{OASIS}/edmx"><edmx:DataServices>',
        f'<Schema Namespace="{NAMESPACE}" xmlns="{OASIS}/edm">',
    ]
    for name, members in schema.enums.items():
        inside = "".join(
            f'<Member Name="{member}" Value="{value}"/>' for member, value in members.items()
        )
        out.append(f'<EnumType Name="{name}">{inside}</EnumType>')
    for entity in schema.entities.values():
        out += _type(entity, schema)
    out.append('<EntityContainer Name="Resources">')
    for entity in schema.entities.values():
        bindings = "".join(
            f'<NavigationPropertyBinding Path="{name}" Target="{one.entity}"/>'
            for name, one in entity.navigation.items()
        )
        kind = f"{NAMESPACE}.{entity.type}"
        name = entity.called or entity.name
        out.append(f'<EntitySet Name="{name}" EntityType="{kind}">{bindings}</EntitySet>')
    out += ["</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"]
    return "\n".join(out).encode()


def _type(entity: Entity, schema: Schema) -> list[str]:
    keys = "".join(f'<PropertyRef Name="{name}"/>' for name in entity.key)
    out = [f'<EntityType Name="{entity.type}"><Key>{keys}</Key>']
    for column in _visible(entity):
        kind = EDM.get(column.kind, f"{NAMESPACE}.{column.enum}")
        nullable = (
            "" if column.kind in "sye" and column.name not in entity.key else ' Nullable="false"'
        )
        length = f' MaxLength="{column.length}"' if column.length else ""
        out.append(f'<Property Name="{column.name}" Type={quoteattr(kind)}{nullable}{length}/>')
    for name, one in entity.navigation.items():
        target = schema.entities[one.entity]
        single = target.key == ("dataAreaId", one.key)
        kind = f"{NAMESPACE}.{target.type}" if single else f"Collection({NAMESPACE}.{target.type})"
        out.append(f'<NavigationProperty Name="{name}" Type="{kind}"/>')
    return [*out, "</EntityType>"]


def described(path: str, schema: Schema, base: str) -> dict[str, Any]:
    """The answer under `/Metadata`; raises `Missing` for what is not there."""
    entities = schema.entities.values()
    match path.strip("/"):
        case "DataEntities":
            return _all(base, "DataEntities", [data_entity(one) for one in entities])
        case "PublicEntities":
            return _all(base, "PublicEntities", [public_entity(one, schema) for one in entities])
        case "PublicEnumerations":
            return _all(
                base,
                "PublicEnumerations",
                [_enumeration(name, schema.enums[name]) for name in schema.enums],
            )
    named = _NAMED.fullmatch(path.strip("/"))
    if named is None:
        raise Missing
    entity, enum, data = named.groups()
    if enum in schema.enums:
        return _enumeration(enum, schema.enums[enum])
    for one in entities:
        if one.type == entity:
            return public_entity(one, schema)
        if data and data_entity(one)["Name"] == data:
            return data_entity(one)
    raise Missing


def data_entity(entity: Entity) -> dict[str, Any]:
    """One row of `/Metadata/DataEntities`."""
    return {
        "Name": f"{entity.type}Entity",
        "PublicEntityName": entity.type,
        "PublicCollectionName": entity.called or entity.name,
        "LabelId": f"@Sandbox:{entity.type}",
        "LabelText": entity.title,
        "DataServiceEnabled": True,
        "DataManagementEnabled": True,
        "EntityCategory": "Document"
        if "Sales" in entity.name and "Header" in entity.name
        else "Master",
        "IsReadOnly": entity.access == {"read"},
    }


def public_entity(entity: Entity, schema: Schema) -> dict[str, Any]:
    """One row of `/Metadata/PublicEntities`.

    It alone says what is mandatory and what can be written when.
    """
    return {
        "Name": entity.type,
        "EntitySetName": entity.called or entity.name,
        "LabelId": f"@Sandbox:{entity.type}",
        "IsReadOnly": entity.access == {"read"},
        "ConfigurationEnabled": True,
        "Properties": [_property(column, entity) for column in _visible(entity)],
        "NavigationProperties": [_navigation(name, entity, schema) for name in entity.navigation],
        "PropertyGroups": [],
        "Actions": [],
    }


def _property(column: Column, entity: Entity) -> dict[str, Any]:
    writable = entity.access != {"read"}
    return {
        "Name": column.name,
        "TypeName": EDM.get(column.kind, f"{NAMESPACE}.{column.enum}"),
        "DataType": _DATA_TYPES.get(column.kind, "Enum"),
        "LabelId": f"@Sandbox:{column.name}",
        "LabelText": label(column.name),
        "IsKey": column.name in entity.key,
        "IsMandatory": column.mandatory,
        "ConfigurationEnabled": True,
        "AllowEdit": writable and column.editable and column.name not in entity.key,
        "AllowEditOnCreate": writable and column.creatable,
        "IsDimension": column.name.endswith("DimensionDisplayValue"),
        "DimensionRelation": None,
        "IsDynamicDimension": False,
        "DimensionLegalEntityProperty": None,
        "DimensionTypeProperty": None,
        "StringLength": column.length,
    }


def _navigation(name: str, entity: Entity, schema: Schema) -> dict[str, Any]:
    one = entity.navigation[name]
    target = schema.entities[one.entity]
    single = target.key == ("dataAreaId", one.key)
    return {
        "Name": name,
        "RelatedEntity": target.type,
        "RelatedRelationName": name,
        "Cardinality": "Single" if single else "Multiple",
        "Constraints": [
            {"Property": column, "ReferencedProperty": column} for column in ("dataAreaId", one.key)
        ],
    }


def _enumeration(name: str, members: Mapping[str, int]) -> dict[str, Any]:
    listed = [
        {"Name": member, "Value": value, "LabelId": None} for member, value in members.items()
    ]
    return {"Name": name, "LabelId": None, "Members": listed}


def _all(base: str, name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"@odata.context": f"{base}/Metadata/$metadata#{name}", "value": rows}


def _visible(entity: Entity) -> list[Column]:
    return [column for column in entity.columns.values() if not column.hidden]
