"""Pages of opportunities as the Dataverse twin serves them, taken once and kept as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson
import requests

from oppbridge.connectors.dataverse import SPEC
from oppbridge.connectors.dataverse.columns import NAMED
from oppbridge.connectors.dataverse.describing import SETS, paths_of
from oppbridge.connectors.dataverse.desk import ROOT, Entity
from oppbridge.connectors.dataverse.rows import header_columns
from oppbridge.connectors.dataverse.tables import table_of
from oppbridge.mapping import compile_map, load_map
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate import load_opportunities

PAGE = 5000
BASE = 20_000  # deals the twin is asked for; more are copies under other ids
MARK = b"-0b5e-4000-8000-"  # the middle of every generated id; each copy has its own
DESCRIBED = (
    "account",
    "opportunity",
    "msdyn_predictivescore",
    "opportunityproduct",
    "competitor",
    "connection",
)
TRACKED = {"accounts": "account", "opportunities": "opportunity"}


@dataclass(slots=True)
class Shelf:
    """Rows by table set as bytes, and how often they were changed.

    All deals are open: a closed one takes an action of its own, which no bulk call knows.
    Generation g changes the deals whose number ends in g, one in a hundred.
    """

    count: int
    small: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, bytes] = field(default_factory=dict)  # by path and query
    rows: dict[str, list[bytes]] = field(default_factory=dict)
    generation: int = 0

    def advance(self) -> None:
        """Change one deal in a hundred."""
        self.generation += 1
        deals = self.rows["opportunities"]
        for at in range(self.generation % 100, len(deals), 100):
            deals[at] = _edited(deals[at], self.generation)

    def pages(self, name: str) -> int:
        """How many pages a table has."""
        held = len(self.rows[name])
        count = self.count if name == "opportunities" else held
        return -(-count // PAGE)

    def page(self, name: str, number: int) -> bytes:
        """The rows of one page, joined by commas."""
        rows = self.rows[name]
        first = number * PAGE
        here = rows[first % len(rows) :][: min(PAGE, self.count - first)]
        return _copied(b",".join(here), first // len(rows))

    def moved(self, since: int) -> bytes:
        """The deals changed after a generation, joined by commas."""
        rows = self.rows["opportunities"]
        ends = {g % 100 for g in range(since + 1, self.generation + 1)}
        base = b",".join(row for at, row in enumerate(rows) if at % 100 in ends)
        return b",".join(_copied(base, copy) for copy in range(self.count // len(rows)) if base)


def take(count: int) -> Shelf:
    """Fill the twin, read its pages, and stop it again."""
    shelf = Shelf(count)
    with Sandbox.start() as twins:
        load_opportunities(twins, min(BASE, count))
        ready = twins.ready()
        http = requests.Session()
        http.trust_env, http.verify = False, ready["ca_file"]
        http.headers["Authorization"] = "Bearer anyone"
        root = f"{ready['services']['dataverse']}{ROOT}"
        for name, entity in TRACKED.items():
            columns = header_columns(selected(entity))
            path = f"{root}/{name}?$select={','.join(columns)}"
            shelf.rows[name] = [orjson.dumps(_open(row)) for row in _all(http, path)]
        for one in NAMED.values():
            rows = list(_all(http, f"{root}/{one.set}"))
            shelf.small[one.set] = orjson.dumps({"value": rows})
        for path in (SETS, *(path for name in DESCRIBED for path in paths_of(name))):
            answer = http.get(f"{ready['services']['dataverse']}{path}")
            shelf.metadata[unquote(path).removeprefix(f"{ROOT}/")] = answer.content
    return shelf


def selected(entity: str) -> Entity:
    """An entity as its shipped map wants it."""
    selection = compile_map(load_map(SPEC.maps[entity])).selection
    return Entity(selection, table_of(selection))


def _all(http: requests.Session, path: str) -> Iterator[dict[str, Any]]:
    notes = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
    following: str | None = path
    while following:
        answer = http.get(following, headers={"Prefer": f"odata.maxpagesize={PAGE},{notes}"})
        answer.raise_for_status()
        page = orjson.loads(answer.content)
        yield from page["value"]
        following = page.get("@odata.nextLink")


def _open(row: dict[str, Any]) -> dict[str, Any]:
    if "opportunityid" in row:
        row |= {"statecode": 0, "statuscode": 1, "actualvalue": None, "actualclosedate": None}
    return row


def _edited(row: bytes, generation: int) -> bytes:
    found = orjson.loads(row)
    found["name"] = f"{found['name'].partition(',')[0]}, edit {generation}"
    found["estimatedvalue"] = round(found["estimatedvalue"] + 1, 2)
    found["@odata.etag"] = f'W/"9{generation:07d}"'
    return orjson.dumps(found)


def _copied(rows: bytes, copy: int) -> bytes:
    return rows.replace(MARK, b"-0b5e-4%03x-8000-" % copy) if copy else rows
