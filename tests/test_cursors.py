"""The keyset cursor loses nothing: wherever a reader stops, however late a commit shows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.cursors import Keyset


@dataclass
class Feed:
    """Versions of ids, each visible `lag` ticks after the tick it is stamped with."""

    lag: int
    tick: int = 0
    shown: dict[str, tuple[int, int]] = field(default_factory=dict)  # id -> (stamp, version)
    hidden: list[tuple[int, str, int]] = field(default_factory=list)
    versions: int = 0

    def edit(self, id: str, *, late: bool) -> None:
        self.versions += 1
        self.hidden = [entry for entry in self.hidden if entry[1] != id]
        if late and self.lag:
            self.hidden.append((self.tick, id, self.versions))
        else:
            self.shown[id] = (self.tick, self.versions)

    def surface(self, now: int) -> None:
        for stamp, id, version in list(self.hidden):
            if stamp + self.lag <= now:
                self.shown[id] = (stamp, version)
                self.hidden.remove((stamp, id, version))

    def read(self, cursor: str | None, limit: int) -> tuple[dict[str, int], str, bool]:
        self.surface(self.tick)
        at = Keyset.parse(cursor)
        rows = sorted((stamp, id, version) for id, (stamp, version) in self.shown.items())
        if at.stamp is not None:
            rows = [row for row in rows if row[:2] > (at.stamp, at.id)]
        page, more = rows[:limit], len(rows) > limit
        at = at.advance([row[:2] for row in page], self.tick - self.lag, more=more)
        return {id: version for _, id, version in page}, str(at), more


IDS = st.sampled_from("abcdef")
STEPS = st.one_of(
    st.tuples(st.just("edit"), IDS, st.booleans()),
    st.tuples(st.just("read"), st.integers(1, 4)),
    st.tuples(st.just("tick")),
)


def walk(feed: Feed, steps: list[tuple[object, ...]]) -> dict[str, int]:
    """What a reader knows after these steps and two readings to the end."""
    seen: dict[str, int] = {}
    cursor: str | None = None
    for step in steps:
        if step[0] == "edit":
            feed.edit(str(step[1]), late=bool(step[2]))
        elif step[0] == "tick":
            feed.tick += 1
        else:
            page, cursor, _ = feed.read(cursor, int(str(step[1])))
            seen |= page
    feed.tick += feed.lag
    for _ in range(2):
        more = True
        while more:
            page, cursor, more = feed.read(cursor, 2)
            seen |= page
    return seen


@given(st.integers(0, 3), st.lists(STEPS, max_size=60))
def test_a_reader_ends_up_knowing_every_newest_version(
    lag: int, steps: list[tuple[object, ...]]
) -> None:
    feed = Feed(lag)
    assert walk(feed, steps) == {id: version for id, (_, version) in feed.shown.items()}


@given(st.lists(st.tuples(st.integers(0, 5), IDS), unique=True, max_size=20), st.integers(1, 4))
def test_any_earlier_cursor_reads_the_same_rest_again(
    rows: list[tuple[int, str]], limit: int
) -> None:
    feed = Feed(0, tick=9, shown={f"{id}{stamp}": (stamp, 1) for stamp, id in rows})
    pages: list[list[str]] = []
    cursors: list[str | None] = [None]
    more = True
    while more:
        page, cursor, more = feed.read(cursors[-1], limit)
        pages.append(list(page))
        cursors.append(cursor)
    for at, cursor_then in enumerate(cursors[:-1]):
        page, _, _ = feed.read(cursor_then, limit)
        assert list(page) == pages[at]
    assert [id for page in pages for id in page] == [
        id for _, id in sorted((s, i) for i, (s, _) in feed.shown.items())
    ]


@given(
    st.one_of(st.none(), st.text(), st.integers()),
    st.text(),
    st.one_of(st.none(), st.text(), st.integers()),
)
def test_the_text_of_a_cursor_reads_back(
    stamp: str | int | None, id: str, floor: str | int | None
) -> None:
    place = Keyset(stamp, id, floor)
    assert Keyset.parse(str(place)) == place


def test_a_reader_at_rest_stays_where_it_is_once_the_second_is_over() -> None:
    feed = Feed(0, tick=4, shown={"a": (3, 1), "b": (4, 1)})
    _, cursor, _ = feed.read(None, 10)
    assert Keyset.parse(cursor) == Keyset(4)
    feed.tick = 5
    page, cursor, _ = feed.read(cursor, 10)
    assert page == {"b": 1}
    assert feed.read(cursor, 10) == ({}, cursor, False)


def test_the_place_of_a_quiet_reader_keeps_up_with_the_clock() -> None:
    feed = Feed(0, tick=9, shown={"a": (3, 1)})
    _, cursor, _ = feed.read(None, 10)
    assert Keyset.parse(cursor) == Keyset(9)


@pytest.mark.parametrize("text", ["", "7", "[1]", "[1,2,3]", "{}"])
def test_other_text_is_not_taken_for_a_place(text: str) -> None:
    with pytest.raises(ValueError):
        Keyset.parse(text)


def test_stamps_of_two_kinds_are_not_compared() -> None:
    with pytest.raises(TypeError):
        Keyset().advance([("2026-01-01T00:00:00Z", "a")], 7, more=False)
