"""What every part of the connector works with: line, settings, names, tables of the entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from oppbridge.contract import Selection
from oppbridge.errors import OppBridgeError
from oppbridge.http.answer import Answer, Call
from oppbridge.http.decode import encode
from oppbridge.http.session import Session

from .columns import POLYMORPHIC
from .named import Names
from .settings import DataverseSettings
from .tables import Table

T = TypeVar("T")
ROOT = "/api/data/v9.2"
_ANNOTATIONS = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as it is kept here: what the map wants of which table."""

    selection: Selection
    table: Table

    @property
    def name(self) -> str:
        """The canonical name."""
        return self.selection.entity


@dataclass(frozen=True, slots=True)
class Desk:
    """The open line and what is known about the system behind it."""

    session: Session
    settings: DataverseSettings
    names: Names
    entities: Mapping[str, Entity]

    @property
    def headers(self) -> dict[str, str]:
        """What every call carries."""
        found = {"Accept": "application/json", "OData-Version": "4.0", "OData-MaxVersion": "4.0"}
        if self.settings.caller is not None:
            found["CallerObjectId"] = str(self.settings.caller)
        return found

    def reading(self, size: int, columns: Iterable[str], *preferences: str) -> dict[str, str]:
        """The headers of a read of pages of `size` rows; annotations where a column needs them."""
        annotations = [] if POLYMORPHIC.isdisjoint(columns) else [_ANNOTATIONS]
        prefer = ",".join([*preferences, f"odata.maxpagesize={size}", *annotations])
        return {**self.headers, "Prefer": prefer, "If-None-Match": "null"}

    def writing(self, method: str, path: str, body: Any, **headers: str) -> Call:
        """A call that writes; header names are given with underscores for dashes."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else encode(body)
        return Call(method, f"{ROOT}/{path}", data, {**self.headers, **JSON, **extra})

    def send(self, call: Call) -> tuple[Answer, OppBridgeError | None]:
        """The answer and the error it stands for, if any."""
        answer = self.session.send(call)
        return answer, self.session.refusal(call, answer)


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in runs of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]
