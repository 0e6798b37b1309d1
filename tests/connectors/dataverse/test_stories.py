"""Random stories: people work while documents are read; at rest the reader knows what there is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.dataverse import SPEC
from oppbridge.connectors.dataverse.place import Feed, Place, hosts_left
from oppbridge.contract import Page
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.settings import Settings
from oppbridge.sandbox.dataverse.write import associate
from tests.connectors.dataverse.conftest import MAPS, SELECTIONS, World, settings_of

INTERSECT = "opportunitycompetitors"
PARTS = {
    "lines": ("opportunityproducts", "opportunityproductid", "_opportunityid_value"),
    "stakeholders": ("connections", "connectionid", "_record1id_value"),
}
UNTRACKED = frozenset({"opportunity", "opportunityproduct", "connection", "opportunitycompetitors"})


@pytest.fixture(scope="module", params=["tracked", "untracked"])
def shared(request):
    settings = Settings(untracked=UNTRACKED if request.param == "untracked" else frozenset())
    with Sandbox.start(dataverse=settings) as running:
        running.limit("dataverse", requests=10**9)
        yield running, request.param == "tracked"


class Company:
    """People who work on opportunities, never through the connector."""

    def __init__(self, world: World, dice: random.Random, *, tracked: bool) -> None:
        self.twin, self.dice, self.tracked = world.twin, dice, tracked
        [self.role] = self.twin.rows("connectionroles", "name = 'Champion'")
        self.person = self.twin.put("contacts", {"lastname": "Somebody"})
        self.rivals = [self.twin.put("competitors", {"name": f"Rival {n}"}) for n in range(3)]
        self.deals: list[str] = []

    def act(self) -> None:
        acts = [
            self.begin,
            self.edit,
            self.edit,
            self.add_line,
            self.add_stakeholder,
        ]
        if self.tracked:
            acts += [self.add_rival, self.end, self.drop_part, self.drop_part, self.drop_rival]
        act = self.dice.choice(acts) if self.deals else self.begin
        act()

    def begin(self) -> None:
        self.deals.append(self.twin.put("opportunities", {"name": f"Deal {len(self.deals)}"}))

    def edit(self) -> None:
        deal = self.dice.choice(self.deals)
        self.twin.edit("opportunities", deal, {"description": f"Edit {self.dice.random()}"})

    def end(self) -> None:
        if len(self.deals) > 2:
            self.twin.delete("opportunities", self.deals.pop(self.dice.randrange(len(self.deals))))

    def add_line(self) -> None:
        parent = f"/opportunities({self.dice.choice(self.deals)})"
        line = {"productdescription": "x", "priceperunit": 5, "quantity": self.dice.randint(1, 9)}
        self.twin.put("opportunityproducts", {"opportunityid@odata.bind": parent, **line})

    def add_stakeholder(self) -> None:
        row = {
            "record1id_opportunity@odata.bind": f"/opportunities({self.dice.choice(self.deals)})",
            "record2id_contact@odata.bind": f"/contacts({self.person})",
            "record2roleid@odata.bind": f"/connectionroles({self.role['connectionroleid']})",
        }
        self.twin.put("connections", row)

    def add_rival(self) -> None:
        pair = {
            "opportunityid": self.dice.choice(self.deals),
            "competitorid": self.dice.choice(self.rivals),
        }
        if not any(pair.items() <= row.items() for row in self.twin.rows(INTERSECT)):
            with self.twin.database.transaction():
                associate(self.twin.desk(), INTERSECT, pair)

    def drop_rival(self) -> None:
        rows = self.twin.rows(INTERSECT)
        if rows:
            with self.twin.database.transaction():
                self.twin.desk().drop(INTERSECT, self.dice.choice(rows)["opportunitycompetitorid"])

    def drop_part(self) -> None:
        set_name, key, _ = PARTS[self.dice.choice(list(PARTS))]
        rows = self.twin.rows(set_name)
        if rows:
            self.twin.delete(set_name, self.dice.choice(rows)[key])


class Reader:
    """Knows of each document what it was shown last, and misses those a full reading left out."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.unseen: set[str] = set()
        self.cursor: str | None = None

    def take(self, page: Page) -> bool:
        if page.first:
            self.unseen = set(self.known)
        for change in page.changes:
            self.unseen.discard(change.key)
            if change.row is None:
                self.known.pop(change.key, None)
            else:
                self.known[change.key] = change.row
        if page.sweep and not page.more:
            self.known = {key: row for key, row in self.known.items() if key not in self.unseen}
        self.cursor = page.cursor
        return page.more


def shown(world: World) -> dict[str, Any]:
    keys = [row["opportunityid"] for row in world.twin.rows("opportunities")]
    found = world.line.fetch("opportunity", keys)
    return {change.key: MAPS["opportunity"].read(change.row) for change in found}


@pytest.mark.parametrize("seed", range(6))
def test_at_rest_the_reader_knows_every_document_as_it_is(shared, seed):
    sandbox, tracked = shared
    line = SPEC.open(settings_of(sandbox, overlap=0, full_every=1000), SELECTIONS)
    world, dice = World(sandbox, line), random.Random(seed)
    company = Company(world, dice, tracked=tracked)
    reader = Reader()
    for _ in range(60):
        if dice.random() < 0.6:
            company.act()
        reader.take(line.changes("opportunity", reader.cursor, dice.choice((1, 2, 3, 7))))
        if dice.random() < 0.03:
            reader.cursor = None  # it lost its place: it reads everything again
    for _ in range(2):
        while reader.take(line.changes("opportunity", reader.cursor, dice.choice((1, 3, 50)))):
            pass
    assert {key: MAPS["opportunity"].read(row) for key, row in reader.known.items()} == shown(world)
    line.close()


links = st.none() | st.text(min_size=1)
feeds = st.builds(Feed, st.booleans(), links, links, links, links)


@given(
    st.builds(
        Place,
        shape=st.text(),
        swept=st.floats(allow_nan=False, allow_infinity=False),
        feeds=st.lists(feeds, min_size=1, max_size=4).map(tuple),
        sweep=st.booleans(),
        turn=st.integers(0, 4),
        again=st.booleans(),
        walk=links,
    )
)
def test_a_place_survives_being_text(place):
    assert Place.parse(str(place), place.shape, len(place.feeds)) == place
    assert Place.parse(str(place), place.shape + "x", len(place.feeds)) is None
    assert Place.parse(str(place), place.shape, len(place.feeds) + 1) is None


@pytest.mark.parametrize(
    ("link", "left"),
    [
        ("https://contoso.crm.dynamics.com/api/data/v9.2/accounts?x", False),
        ("https://contoso.crm.dynamics.com:443/api", False),
        ("https://contoso.crm.dynamics.com.evil.example/api", True),
        ("https://contoso-test.crm.dynamics.com/api", True),
        ("http://contoso.crm.dynamics.com/api", True),
    ],
)
def test_links_of_another_host_are_told_apart_whatever_the_case(link, left):
    place = Place("", 0, (Feed(link=link),))
    assert hosts_left(place, "https://Contoso.crm.dynamics.com") is left


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str))
def test_any_other_text_is_no_place(text):
    assert Place.parse(text, "shape", 1) is None
