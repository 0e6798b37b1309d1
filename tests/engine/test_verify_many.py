"""Verification at size: ten differences among many pairs, in a twentieth of a full reading's calls."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppbridge.engine.verification import verify
from oppbridge.engine.verification.narrowing import Narrowing
from oppbridge.kit.crowd import Crowd
from tests.engine.multitude import Multitude


@pytest.fixture(scope="module")
def many():
    found = Multitude(50_000, page=50)
    yield found
    found.store.close()


def told(found):
    return sorted((d.kind.value, d.system, d.key) for d in found.differences)


def test_ten_differences_are_found_none_is_invented_for_a_twentieth_of_the_calls(many):
    assert verify(many.line()).equal
    planted = many.spoil()
    before = {name: crowd.calls for name, crowd in many.systems.items()}
    found = verify(many.line())
    spent = {name: crowd.calls - before[name] for name, crowd in many.systems.items()}
    assert len(planted) == 10
    assert told(found) == planted
    assert max(spent.values()) <= many.size // many.page * 0.05
    assert {c.system: c.calls for c in found.counts} == spent
    assert told(verify(many.line(ranged=False))) == planted


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(1, 9),
    st.lists(st.tuples(st.sampled_from("era"), st.integers(0, 59)), max_size=8),
)
def test_whatever_moved_is_suspected(size, page, deeds):
    crowd = Crowd(size, str, lambda n: {"n": n})
    known = [(n + 1, str(n)) for n in range(size)]
    moved, there = set(), {str(n) for n in range(size)}
    for deed, at in deeds:
        key = str(at)
        if deed == "a":
            moved.add(crowd.add())
        elif key in there:
            moved.add(key)
            if deed == "e":
                crowd.edit(key, {"n": -1})
            else:
                crowd.remove(key)
                there.discard(key)
    search = Narrowing(crowd, "account", page)
    assert moved <= search.suspects(known)
    assert search.rows == len(there) + sum(deed == "a" for deed, _ in deeds)


def test_one_row_gone_and_one_never_met_in_one_range_are_told_apart_by_their_sum():
    crowd = Crowd(9, str, lambda n: {"n": n})
    known = [(n + 1, str(n)) for n in range(9) if n != 4]  # nobody ever met the row under 5
    crowd.remove("6")
    assert Narrowing(crowd, "account", 9).suspects(known) == {"4", "6"}


def test_rows_whose_versions_add_up_to_the_same_are_not_seen_as_documented():
    crowd = Crowd(9, str, lambda n: {"n": n})
    known = [(n + 1, str(n)) for n in range(9) if n not in (3, 6)]  # never met: under 4 and 7
    crowd.remove("4")
    crowd.remove("5")  # gone: under 5 and 6; as many, and the same sum
    assert Narrowing(crowd, "account", 9).suspects(known) == set()
