"""Cursors as text: whatever a scan knows survives, and the next scan is the right one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.scm.cursor import Kind, Scan, parse, start

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL = ("usmf", "demf")
KEYS = st.none() | st.lists(st.text(max_size=12), max_size=8).map(tuple)
SCANS = st.builds(
    Scan,
    st.sampled_from(Kind),
    st.datetimes(timezones=st.just(UTC)),
    st.just(("usmf", "demf")),
    st.integers(0, 1),
    st.text(max_size=20),
    st.booleans(),
    KEYS,
    KEYS,
)


@given(SCANS)
def test_a_cursor_says_everything_about_its_place(scan):
    assert parse(str(scan)) == scan


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        '["full","then",["usmf"],0,"",false,"",""]',
        '["full",1,["usmf"],0,"",0,"",""]',
        '["full","2026-11-25T12:00:00+00:00",["usmf"],3,"",false,"",""]',
        '["full","2026-11-25T12:00:00+00:00",["usmf"],0,"",false,"AAAA",""]',
    ],
)
def test_other_text_is_no_cursor(text):
    with pytest.raises(ValueError):
        parse(text)


def test_a_cursor_with_thousands_of_open_documents_stays_short():
    keys = tuple(f"usmf|USMF-{number:06d}" for number in range(5_000))
    assert len(str(Scan(Kind.OPEN, NOW, ALL, watched=keys))) < 40_000


def test_the_first_scan_is_a_full_one():
    assert start(None, NOW, ALL, HOUR) == Scan(Kind.FULL, NOW, ALL)


def test_between_full_scans_only_open_documents_are_read():
    ended = Scan(Kind.FULL, NOW, ALL, seen=("usmf|1",)).end()
    following = start(ended, NOW + HOUR / 2, ALL, HOUR)
    assert following == Scan(Kind.OPEN, NOW, ALL, watched=("usmf|1",))


def test_a_full_scan_is_due_when_its_time_has_come():
    ended = Scan(Kind.OPEN, NOW, ALL, ended=True)
    assert start(ended, NOW + HOUR, ALL, HOUR).kind is Kind.FULL


def test_without_a_narrow_scan_every_scan_is_full():
    assert start(Scan(Kind.FULL, NOW, ALL, ended=True), NOW, ALL, None).kind is Kind.FULL


def test_too_many_open_documents_make_the_next_scan_a_full_one():
    scan = Scan(Kind.FULL, NOW, ALL).passed("2", ["usmf|1", "usmf|2"], most=1).end()
    assert start(scan, NOW, ALL, HOUR).kind is Kind.FULL


@given(st.sets(st.text(max_size=3), max_size=6), st.sets(st.text(max_size=3), max_size=6))
def test_what_was_open_and_was_not_met_again_has_left(watched, seen):
    scan = Scan(Kind.OPEN, NOW, ALL, watched=tuple(watched)).noted(seen, most=100)
    assert set(scan.left()) == watched - seen
    assert list(scan.left()) == sorted(scan.left())
