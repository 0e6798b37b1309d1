"""Tables and columns as the metadata queries describe them."""

from __future__ import annotations

import uuid
from typing import Any

from .schema.book import Book, Entry
from .schema.model import Column, Definition, State, Type

_SPACE = uuid.UUID("0b5e55a4-0000-4000-8000-00000000abcd")
_CLASSES = {
    Type.STRING: "String",
    Type.MEMO: "Memo",
    Type.INTEGER: "Integer",
    Type.DECIMAL: "Decimal",
    Type.MONEY: "Money",
    Type.DOUBLE: "Double",
    Type.BOOLEAN: "Boolean",
    Type.DATE: "DateTime",
    Type.MOMENT: "DateTime",
    Type.CHOICE: "Picklist",
    Type.STATE: "State",
    Type.STATUS: "Status",
    Type.LOOKUP: "Lookup",
    Type.CUSTOMER: "Lookup",
    Type.OWNER: "Lookup",
    Type.GUID: "UniqueIdentifier",
    Type.ENTITY_NAME: "EntityName",
}
_REQUIRED = {None: "None", "app": "ApplicationRequired", "system": "SystemRequired"}


def label(text: str) -> dict[str, Any]:
    """A localised label with one language."""
    one = {
        "Label": text,
        "LanguageCode": 1033,
        "IsManaged": True,
        "MetadataId": _identity(f"label:{text}"),
        "HasChanged": None,
    }
    return {"LocalizedLabels": [one], "UserLocalizedLabel": one}


def _identity(name: str) -> str:
    return str(uuid.uuid5(_SPACE, name))


def describe_table(entry: Entry) -> dict[str, Any]:
    """The definition of one table, without its columns."""
    definition = entry.definition
    return {
        "MetadataId": _identity(definition.logical),
        "LogicalName": definition.logical,
        "SchemaName": definition.logical.capitalize(),
        "EntitySetName": definition.entity_set,
        "LogicalCollectionName": definition.entity_set,
        "CollectionSchemaName": definition.entity_set.capitalize(),
        "PrimaryIdAttribute": definition.key,
        "PrimaryNameAttribute": definition.name_column,
        "ObjectTypeCode": definition.code,
        "OwnershipType": definition.ownership,
        "DisplayName": label(definition.logical.capitalize()),
        "DisplayCollectionName": label(definition.entity_set.capitalize()),
        "Description": label(definition.logical),
        "ChangeTrackingEnabled": definition.tracked,
        "CanChangeTrackingBeEnabled": {
            "Value": True,
            "CanBeChanged": True,
            "ManagedPropertyLogicalName": "canchangetrackingbeenabled",
        },
        "IsOptimisticConcurrencyEnabled": not definition.intersect,
        "TableType": "Standard",
        "IsActivity": definition.activity,
        "IsIntersect": definition.intersect,
        "IsCustomEntity": "_" in definition.logical,
        "IsCustomizable": {
            "Value": True,
            "CanBeChanged": True,
            "ManagedPropertyLogicalName": "iscustomizable",
        },
        "HasActivities": "ActivityPointers" in " ".join(entry.collections),
        "DataProviderId": None,
    }


def describe_columns(entry: Entry) -> list[dict[str, Any]]:
    """The definitions of all columns of a table."""
    rows = [describe_column(entry.definition, column) for column in entry.definition.columns]
    version = Column("versionnumber", Type.INTEGER, creatable=False, updatable=False)
    rows.append({**describe_column(entry.definition, version), "AttributeType": "BigInt"})
    return rows


def describe_column(definition: Definition, column: Column) -> dict[str, Any]:
    """The definition of one column with the facets of its type."""
    kind = _CLASSES[column.type]
    out: dict[str, Any] = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{kind}AttributeMetadata",
        "MetadataId": _identity(f"{definition.logical}.{column.name}"),
        "LogicalName": column.name,
        "SchemaName": column.name,
        "EntityLogicalName": definition.logical,
        "AttributeType": column.type.value.split("/")[0],
        "AttributeTypeName": {"Value": f"{column.type.value.split('/')[0]}Type"},
        "DisplayName": label(column.name),
        "Description": label(column.name),
        "RequiredLevel": {
            "Value": _REQUIRED[column.required],
            "CanBeChanged": column.required != "system",
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
        "IsValidForCreate": column.creatable,
        "IsValidForUpdate": column.updatable and column.name != definition.key,
        "IsValidForRead": True,
        "IsPrimaryId": column.name == definition.key,
        "IsPrimaryName": column.name == definition.name_column,
        "IsCustomAttribute": "_" in column.name and not column.name.startswith("address"),
        "IsLogical": not column.kept,
        "AttributeOf": None,
    }
    return out | _facets(column)


def _facets(column: Column) -> dict[str, Any]:
    low, high = (None if v is None else float(v) for v in (column.minimum, column.maximum))
    match column.type:
        case Type.STRING | Type.MEMO:
            return {
                "MaxLength": column.length,
                "Format": "Text" if column.type is Type.STRING else "TextArea",
            }
        case Type.INTEGER:
            return {
                "MinValue": int(low or -2147483648),
                "MaxValue": int(high or 2147483647),
                "Format": "None",
            }
        case Type.DECIMAL | Type.DOUBLE | Type.MONEY:
            source = {"PrecisionSource": column.precision_source}
            facets = {"Precision": column.precision, "MinValue": low, "MaxValue": high}
            return facets | (source if column.type is Type.MONEY else {})
        case Type.DATE:
            return {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}
        case Type.MOMENT:
            return {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}
        case Type.LOOKUP | Type.CUSTOMER | Type.OWNER:
            return {"Targets": [t.table for t in column.towards], "Format": "None"}
        case Type.CHOICE:
            return {"DefaultFormValue": -1 if column.default is None else column.default}
    return {}


def option_set(definition: Definition, column: Column) -> dict[str, Any]:
    """The options of a choice, state, status or yes/no column."""
    name = f"{definition.logical}_{column.name}"
    common = {
        "MetadataId": _identity(name),
        "Name": name,
        "IsGlobal": False,
        "OptionSetType": column.type.value,
        "DisplayName": label(column.name),
    }
    if column.type is Type.BOOLEAN:
        return {**common, "TrueOption": _option(1, "Yes"), "FalseOption": _option(0, "No")}
    options = [_option(value, text) for value, text in column.choices.items()]
    for option in options:
        if column.type is Type.STATE:
            state = definition.states[option["Value"]]
            option |= {
                "DefaultStatus": next(iter(state.statuses)),
                "InvariantName": state.label.replace(" ", ""),
            }
        if column.type is Type.STATUS:
            option["State"] = _state_of(definition, option["Value"])
    return {**common, "Options": options}


def _state_of(definition: Definition, status: int) -> int:
    holding: dict[int, State] = {v: s for v, s in definition.states.items() if status in s.statuses}
    return next(iter(holding))


def _option(value: int, text: str) -> dict[str, Any]:
    return {
        "Value": value,
        "Label": label(text),
        "Description": label(""),
        "Color": None,
        "IsManaged": True,
        "MetadataId": None,
    }


def describe_keys(entry: Entry) -> list[dict[str, Any]]:
    """The alternate keys of a table."""
    return [
        {
            "MetadataId": _identity(f"{entry.logical}.key.{'.'.join(names)}"),
            "LogicalName": f"{entry.logical}_{'_'.join(names)}",
            "SchemaName": f"{entry.logical}_{'_'.join(names)}",
            "EntityLogicalName": entry.logical,
            "KeyAttributes": [entry.properties[name].name for name in names],
            "EntityKeyIndexStatus": "Active",
            "DisplayName": label(names[0]),
        }
        for names in entry.keys
    ]


def describe_relationships(book: Book, entry: Entry) -> dict[str, list[dict[str, Any]]]:
    """ManyToOne, OneToMany and ManyToMany relationships of a table."""
    many_to_one = [
        _one(book, entry.logical, column, at)
        for column in entry.definition.columns
        for at in range(len(column.towards))
    ]
    one_to_many = [
        _one(book, table, column, column.towards.index(towards))
        for table, column, towards in book.children[entry.logical]
    ]
    many_to_many = [
        {
            "SchemaName": pair.relationship,
            "IntersectEntityName": pair.intersect,
            "Entity1LogicalName": entry.logical,
            "Entity1NavigationPropertyName": pair.nav,
            "Entity1IntersectAttribute": f"{entry.logical}id",
            "Entity2LogicalName": pair.table,
            "Entity2NavigationPropertyName": pair.nav,
            "Entity2IntersectAttribute": f"{pair.table}id",
        }
        for pair in entry.pairs.values()
    ]
    return {
        "ManyToOneRelationships": many_to_one,
        "OneToManyRelationships": one_to_many,
        "ManyToManyRelationships": many_to_many,
    }


def _one(book: Book, table: str, column: Column, at: int) -> dict[str, Any]:
    towards = column.towards[at]
    return {
        "SchemaName": towards.back or f"{table}_{column.name}_{towards.table}",
        "ReferencedEntity": towards.table,
        "ReferencedAttribute": book[towards.table].definition.key,
        "ReferencingEntity": table,
        "ReferencingAttribute": column.name,
        "ReferencingEntityNavigationPropertyName": towards.nav,
        "ReferencedEntityNavigationPropertyName": towards.back or None,
        "CascadeConfiguration": {"Delete": towards.on_delete.value},
    }
