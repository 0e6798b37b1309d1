"""Two systems of many accounts that agree, with the store as a run would have left it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from oppbridge.contract import Trait
from oppbridge.engine import EntityFlow, Flow, Line, Member, Report, System
from oppbridge.kit.crowd import Crowd
from oppbridge.kit.direct import direct_spec
from oppbridge.kit.north import NORTH
from oppbridge.kit.south import SOUTH
from oppbridge.mapping import compile_map, load_map
from oppbridge.records.scalars import Scalar
from oppbridge.store import Link, Record, Store, links, open_store, records

BLOCK = 20_000


def uid(number: int) -> str:
    """The id of a record: what the north uses as its key."""
    return str(uuid.UUID(int=(4 << 76) | (8 << 60) | number))


def south_key(number: int) -> str:
    """The key of an account in the south."""
    return f"C-{number:07d}"


@dataclass
class Multitude:
    """`size` accounts in both systems, read `page` rows a call."""

    size: int
    page: int
    address: str = "sqlite://"

    def __post_init__(self) -> None:
        blank = {name: dict.fromkeys(one.selection.columns) for name, one in MAPS.items()}
        blank["south"] |= dict.fromkeys(blank["south"], "") | {"Headcount": None, "Revenue": None}
        blank["south"] |= {"Parent": None, "MainPerson": None, "RevenueCurrency": None}

        def north(number: int) -> dict[str, object]:
            own = {"id": uid(number), "title": f"Company {number}", "state": "A"}
            return {**blank["north"], **own}

        def south(number: int) -> dict[str, object]:
            return {**blank["south"], "ref": uid(number), "Name": f"Company {number}", "Status": 1}

        self.rows = {"north": north, "south": south}
        self.keys = {"north": uid, "south": south_key}
        self.systems = {
            name: Crowd(self.size, self.keys[name], self.rows[name]) for name in self.rows
        }
        self.store: Store = open_store(self.address)
        for start in range(0, self.size, BLOCK):
            self._settle(range(start, min(start + BLOCK, self.size)))

    def _settle(self, numbers: range) -> None:
        with self.store.write() as tx:
            ids = list(tx.allocate("record", len(numbers)))
            records.insert(tx, [(i, "account", uid(n)) for i, n in zip(ids, numbers, strict=True)])
            for name, row in self.rows.items():
                made = []
                fresh = tx.allocate("link", len(numbers))
                for id, record_id, number in zip(fresh, ids, numbers, strict=True):
                    link = Link(id, record_id, name, "account", self.keys[name](number))
                    shown = row(number)
                    link.version, link.digest = str(number + 1), MAPS[name].digest(shown)
                    link.shown = {"@": True, **MAPS[name].read(shown)}
                    made.append(link)
                links.insert(tx, made)
            agreed: list[dict[str, Scalar]] = [
                {"@": True, "name": f"Company {n}", "status": "active"} for n in numbers
            ]
            known = zip(ids, numbers, agreed, strict=True)
            records.update(tx, [Record(i, "account", uid(n), a, {}) for i, n, a in known])

    def line(self, *, ranged: bool = True) -> Line:
        """A run that begins; without `ranged` the systems answer by full readings only."""
        members = {}
        for name, crowd in self.systems.items():
            spec = direct_spec(DIALECTS[name])
            traits = spec.traits | {Trait.TALLIED} if ranged else spec.traits
            spec = replace(spec, traits=traits, limits=replace(spec.limits, page=self.page))
            members[name] = Member(System(name, crowd, spec, {"account": MAPS[name]}))
        flow = Flow("many", [EntityFlow("account", members, ("ask", lambda clash: None))])
        return Line(self.store, flow, {"account": ["many"]}, Report("many", self.store.clock()))

    def spoil(self) -> list[tuple[str, str, str]]:
        """Plant ten differences, five on either side: (kind, system, key) of each, in order."""
        made: list[tuple[str, str, str]] = []
        for place, (name, crowd) in enumerate(self.systems.items()):
            step = self.size // 10
            numbers = [step * (2 * n + place) + 7 + n for n in range(3)]
            keys = [self.keys[name](number) for number in numbers]
            column = {"north": "phone", "south": "Telephone"}[name]
            for key in keys[:2]:
                crowd.edit(key, {column: "0999"})
                made.append(("different", name, key))
            crowd.remove(keys[2])
            made.append(("missing", name, keys[2]))
            unheard = crowd.add(version=numbers[1] + 1)  # free since that row was edited
            made.append(("unlinked", name, unheard))
            made.append(("unlinked", name, crowd.add()))
        return sorted(made)


DIALECTS = {"north": NORTH, "south": SOUTH}
MAPS = {
    name: compile_map(load_map(direct_spec(dialect).maps["account"]))
    for name, dialect in DIALECTS.items()
}
