"""What the measuring server keeps of what was written to it: rows as bytes, by table and id."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import orjson

from oppbridge.connectors.dataverse.columns import LOGICAL_NAME

_BIND = re.compile(r"^(?P<lookup>[a-z0-9]+)(?:_(?P<target>[a-z]+))?@odata\.bind$")
_POINTS = re.compile(r"^/(?P<set>[a-z]+)\((?P<id>[0-9a-f-]{36})\)$")
KEYS = {"accounts": "accountid", "opportunities": "opportunityid"}
_LOGICAL = {"accounts": "account", "contacts": "contact"}


class Held:
    """Rows written by CreateMultiple and PATCH, shown again as the twin shows its own.

    Nothing is checked: the twin's rules are tested elsewhere, and here only the client counts.
    """

    def __init__(self, templates: dict[str, bytes]) -> None:
        self._templates = {name: orjson.loads(row) for name, row in templates.items()}
        self._rows: dict[str, dict[str, bytes]] = {name: {} for name in templates}
        self.writes = 0

    def create(self, name: str, targets: list[dict[str, Any]]) -> list[str]:
        """Add rows; the ids they were given."""
        key = KEYS[name]
        for target in targets:
            row = self._blank(name)
            self._write(name, str(target[key]), row, target)
        return [str(target[key]) for target in targets]

    def change_all(self, name: str, targets: list[dict[str, Any]]) -> None:
        """Change rows, each named by its primary key."""
        for target in targets:
            self.change(name, str(target[KEYS[name]]), target)

    def change(self, name: str, id: str, columns: dict[str, Any]) -> str:
        """Change a row; its new version."""
        return self._write(name, id, orjson.loads(self._rows[name][id]), columns)

    def among(self, name: str, query: str) -> bytes:
        """The rows whose ids a filter lists, joined by commas; none for other tables."""
        held = self._rows.get(name, {})
        ids = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", unquote(query.partition("$filter=")[2]))
        return b",".join(held[id] for id in ids if id in held)

    def _blank(self, name: str) -> dict[str, Any]:
        given = ("createdon", "modifiedon", "ownerid", "state", "status", "transactioncurrency")
        return {
            column: value if any(part in column for part in given) else None
            for column, value in self._templates[name].items()
            if not column.startswith("_customerid_value@")
        }

    def _write(self, name: str, id: str, row: dict[str, Any], given: dict[str, Any]) -> str:
        self.writes += 1
        for column, value in given.items():
            bound = _BIND.match(column)
            if bound is not None:
                points = _POINTS.match(value) if value else None
                lookup = f"_{bound['lookup']}_value"
                row[lookup] = points["id"] if points else None
                if bound["target"] and points:
                    row[lookup + LOGICAL_NAME] = _LOGICAL[points["set"]]
            elif not column.startswith("@"):
                row[column] = value
        row["@odata.etag"] = f'W/"{self.writes}"'
        self._rows[name][id] = orjson.dumps(row)
        return str(row["@odata.etag"])
