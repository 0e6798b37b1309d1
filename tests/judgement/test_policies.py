"""The built-in policies: each names a winner or asks; none cares in which order systems stand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.decision import Clash
from oppbridge.policies import POLICIES, highest, latest, lowest, owner, union
from oppbridge.records.scalars import Money, date_text, decimal_text, instant_text

T1, T2 = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)


def clash(sales, scm, base=None, **more):
    return Clash("quote", "field", base, {"sales": sales, "scm": scm}, more.pop("at", {}), **more)


AMOUNTS = st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30
)
WORDS = st.sets(st.sampled_from("abcdef")).map(lambda words: ",".join(sorted(words)) or None)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    WORDS,
    AMOUNTS.map(decimal_text),
    st.builds(lambda a, c: str(Money(a, c)), AMOUNTS, st.sampled_from(["EUR", "USD"])),
    st.dates().map(date_text),
    st.datetimes(timezones=st.just(UTC)).map(instant_text),
    st.sampled_from(
        [
            "0012",
            "1e3",
            "NaN",
            "Infinity",
            "1 eur",
            "2026-02-30",
            "a,,b",
            "b,a",
            "0001-01-01T00:00:00+14:00",
            "9" * 60,
        ]
    ),
)
STAMPS = st.one_of(
    st.none(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=-11)))),
)
CLASHES = st.dictionaries(
    st.sampled_from(["sales", "scm", "legacy"]), st.tuples(SCALARS, STAMPS), min_size=2
)


def built(sides, who, order):
    systems = sorted(sides, reverse=order)
    return Clash(
        "quote",
        "field",
        None,
        {s: sides[s][0] for s in systems},
        {s: sides[s][1] for s in reversed(systems)},
        who,
    )


@pytest.mark.parametrize("name", POLICIES)
@given(sides=CLASHES, who=st.sampled_from(["sales", "scm", "other", None]))
def test_a_policy_is_total_deterministic_and_blind_to_the_order_of_systems(name, sides, who):
    policy = POLICIES[name]
    one, other = built(sides, who, False), built(sides, who, True)
    winner = policy(one)
    assert winner in {*sides, None}
    assert policy(one) == winner == policy(other)


SWAP = {"sales": "scm", "scm": "sales", "legacy": "legacy"}


@pytest.mark.parametrize("name", ["latest", "highest", "lowest", "union", "ask"])
@given(sides=CLASHES)
def test_a_policy_decides_by_what_systems_say_and_not_by_what_they_are_called(name, sides):
    swapped = {SWAP[system]: said for system, said in sides.items()}
    winner, other = (
        POLICIES[name](built(sides, None, False)),
        POLICIES[name](built(swapped, None, False)),
    )
    assert (winner is None) == (other is None)
    if winner is not None:
        assert swapped[other][0] == sides[winner][0]


def test_the_owner_wins_and_where_there_is_none_a_person_is_asked():
    assert owner(clash(1, 2, owner="scm")) == "scm"
    assert owner(clash(1, 2, owner="legacy")) is None
    assert owner(clash(1, 2)) is None


def test_the_latest_needs_both_stamps():
    assert latest(clash(1, 2, at={"sales": T2, "scm": T1})) == "sales"
    assert latest(clash(1, 2, at={"sales": T1, "scm": T2})) == "scm"
    assert latest(clash(1, 2, at={"sales": T1, "scm": None})) is None
    assert latest(clash(1, 2, at={"sales": T1})) is None
    assert latest(clash(1, 2, at={"sales": T1, "scm": T1})) is None
    assert latest(clash(1, 2, at={"sales": T1, "scm": T2.replace(tzinfo=None)})) is None


def test_time_zones_do_not_decide():
    east = timezone(timedelta(hours=9))
    assert latest(clash(1, 2, at={"sales": T1.astimezone(east), "scm": T2})) == "scm"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (9, 10),
        ("9", "10"),
        ("-2.5", "1"),
        ("9 EUR", "10 EUR"),
        ("-3 EUR", "0 EUR"),
        ("2026-05-04", "2026-05-31"),
        ("0999-12-31", "2026-01-01"),
        ("2026-05-04T09:00:00Z", "2026-05-04T09:00:00.000001Z"),
        (9, "9.5"),
    ],
)
def test_values_are_compared_by_size_and_not_as_text(low, high):
    assert highest(clash(low, high)) == "scm"
    assert lowest(clash(low, high)) == "sales"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("9 EUR", "10 USD"),
        ("9", "10 EUR"),
        ("abc", "abd"),
        (None, "10"),
        (True, False),
        ("2026-05-04", "2026-05-04T09:00:00Z"),
        ("0012", "13"),
        ("NaN", "1"),
        (9, "9"),
    ],
)
def test_what_cannot_be_compared_is_asked_about(one, other):
    assert highest(clash(one, other)) is None
    assert lowest(clash(one, other)) is None


@given(AMOUNTS, AMOUNTS)
def test_money_of_one_currency_goes_by_its_exact_amount(a, b):
    found = highest(clash(str(Money(a, "EUR")), str(Money(b, "EUR"))))
    if decimal_text(a) == decimal_text(b):
        assert found == "sales"  # the same text: no clash, and no harm
    else:
        assert found == ("sales" if a > b else "scm")


def test_a_difference_in_the_last_of_38_digits_counts():
    low, high = (f"1{'0' * 33}.000{last} EUR" for last in (1, 2))
    assert highest(clash(low, high)) == "scm"
    assert lowest(clash(low, high)) == "sales"


@given(st.dates(), st.dates())
def test_dates_go_by_the_calendar(a, b):
    if a != b:
        assert lowest(clash(date_text(a), date_text(b))) == ("sales" if a < b else "scm")
    assert date.fromisoformat(date_text(a)) == a


@pytest.mark.parametrize(
    ("sales", "scm", "winner"),
    [
        ("a,b", "a", "sales"),
        ("a", "a,b,c", "scm"),
        ("a", None, "sales"),
        (None, "b", "scm"),
        ("a,b", "b,c", None),
        ("a", "b", None),
        ("Hello, you", "Hello", None),
        ("b,a", "a", None),
        (1, "a", None),
        (True, None, None),
    ],
)
def test_the_union_wins_only_where_one_side_has_it_all(sales, scm, winner):
    assert union(clash(sales, scm)) == winner


@given(WORDS, WORDS)
def test_no_word_is_lost_by_union(a, b):
    winner = union(clash(a, b))
    words = [set((side or "").split(",")) - {""} for side in (a, b)]
    if winner is None:
        assert words[0] - words[1]
        assert words[1] - words[0]
    else:
        assert words[winner == "scm"] == words[0] | words[1]
