"""A scorer that fails, hangs or talks nonsense never holds a record back."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.scoring import Rates, RatesSettings, guarded

from .deals import NOW, closings, deal

SUBJECTS = [deal("a"), deal("b")]


class Says:
    entity = "opportunity"

    def __init__(self, answer):
        self.answer = answer

    def score(self, subjects, as_of, learned):
        return self.answer(learned) if callable(self.answer) else self.answer


def ask(answer, budget=5.0):
    return guarded(Says(answer), budget)(SUBJECTS, NOW, "before")


def raises(error):
    def answer(_learned):
        raise error

    return answer


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("not even that")


class Odd(dict):
    def items(self):
        raise KeyError("no items")


FINE = {"score": 5}


def test_a_good_answer_goes_through():
    scored = ask(([FINE, {}], "after"))
    assert (scored.values, scored.learned, scored.problem) == ([FINE, {}], "after", None)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (raises(ValueError("bad luck")), "raised ValueError: bad luck"),
        (raises(Unspeakable()), "raised"),
        (raises(SystemExit(3)), "raised SystemExit: 3"),
        (raises(TimeoutError("mine")), "raised TimeoutError: mine"),
        (raises(RecursionError("deep")), "raised RecursionError"),
        (None, "gave a NoneType"),
        ([FINE, FINE, FINE], "gave a list"),
        (([FINE], "x"), "1 answers to 2 records"),
        (([FINE, FINE], 7), "learned a int"),
        ((iter([FINE, FINE]), "x"), "as a list_iterator"),
        (("ab", "x"), "as a str"),
        (([FINE, None], "x"), "gave a NoneType for b"),
        (([FINE, {"score": float("nan")}], "x"), "nan (float) as score of b"),
        (([FINE, {"score": 5.0}], "x"), "5.0 (float)"),
        (([FINE, {"score": float("inf")}], "x"), "inf (float)"),
        (([FINE, {"score": "high"}], "x"), "no record can hold"),
        (([FINE, {"scored_at": "yesterday"}], "x"), "no record can hold"),
        (([FINE, {"no_such": 1}], "x"), "not a scorer's to give"),
        (([FINE, {1: 1}], "x"), "the field name 1"),
        (([FINE, {"lines/1/quantity": "1"}], "x"), "not a scorer's to give"),
        (([FINE, {"grade": ["A"]}], "x"), "['A'] (list)"),
        (([FINE, Odd(score=1)], "x"), "raised KeyError"),
    ],
)
def test_trouble_leaves_records_unscored_and_what_was_learned_unchanged(answer, told):
    scored = ask(answer)
    assert scored.values == [{}, {}]
    assert scored.learned == "before"
    assert told in scored.problem


def test_a_scorer_that_hangs_is_left_behind_in_time_and_not_asked_again():
    release, asked = threading.Event(), []

    def hang(_learned):
        asked.append(1)
        release.wait(30)
        return [FINE, FINE], "late"

    score = guarded(Says(hang), 0.1)
    begun = time.monotonic()
    first, second = (score(SUBJECTS, NOW, "before") for _ in range(2))
    assert time.monotonic() - begun < 5
    assert "took more than 0.1 s" in first.problem
    assert "still hangs" in second.problem
    assert first.values == second.values == [{}, {}]
    assert len(asked) == 1
    release.set()
    for _ in range(100):
        third = score(SUBJECTS, NOW, "before")
        if third.problem is None:
            break
        time.sleep(0.02)
    assert third.values == [FINE, FINE]


def test_a_busy_loop_is_left_behind_too():
    stop = []

    def spin(_learned):
        while not stop:
            sys.getrefcount(stop)

    scored = guarded(Says(spin), 0.1)(SUBJECTS, NOW, None)
    stop.append(1)
    assert "took more than" in scored.problem


VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.floats(),
    st.binary(),
    st.lists(st.none()),
)


@given(st.lists(st.dictionaries(st.one_of(st.sampled_from(["score", "grade"]), st.text()), VALUE)))
def test_whatever_comes_back_every_record_gets_an_answer_it_can_hold(answers):
    scored = ask((answers, "x"))
    assert len(scored.values) == len(SUBJECTS)
    for given_ in scored.values:
        assert all(v is None or type(v) in (str, int, bool) for v in given_.values())
    assert (scored.problem is None) == (scored.learned == "x")


def test_a_very_long_problem_is_told_shortly():
    assert len(ask(raises(ValueError("x" * 10_000))).problem) <= 500


def test_the_built_in_scorers_pass_and_a_damaged_memory_is_a_problem_not_a_stop():
    score = guarded(Rates(RatesSettings()), 30)
    good = score([*closings(20, 20, source="Web"), deal(source="Web")], NOW, None)
    assert good.problem is None
    assert good.values[-1]["score"]
    bad = score([deal()], NOW, "{damaged")
    assert "cannot be read" in bad.problem
    assert bad.learned == "{damaged"
