"""Models and scores that are not what they say: 12 of them, and every deal arrives all the same."""

from __future__ import annotations

import pickle
import time

import pytest

from oppbridge.cli import run
from oppbridge.scoring import Rates, RatesSettings
from oppbridge.scoring.counts import Learned, dump
from oppbridge.store import records
from tests.scoring.test_in_transit import Broken, Scoring, deal, settle

from .place import ABSORBED, LISTED, STOPPED


def each(values):
    """A scorer that gives every deal the same."""
    return lambda subjects: ([dict(values) for _ in subjects], "x")


def hungry(subjects):
    return [{"reasons": "Because. " * 1_000_000} for _ in subjects], "x"


def first_half(subjects):
    return [{"score": 50}][: len(subjects) // 2], "x"


GIVES = {  # what a scorer does with a deal, and what is told of it; nothing where it is good
    "nan": (each({"score": float("nan")}), "nan (float)"),
    "above-one-hundred": (each({"score": 101}), "from 0 to 100"),
    "renamed-feature": (each({"Score": 70}), "'Score'"),
    "half-the-answers": (first_half, "gave 0 answers to 1 records"),
    "thirty-seconds": (lambda subjects: time.sleep(30), "took more than"),
    "memory-hungry": (hungry, "characters as reasons"),
    "the-outcome-itself": (each({"status": "won", "amount": "1 EUR"}), "not a scorer's to give"),
}


@pytest.mark.parametrize("what", GIVES)
def test_a_score_that_is_none(expected, what):
    expected(LISTED)
    gives, told = GIVES[what]
    world = Scoring(scorer=Broken(gives), budget=0.5)
    world.crms["north"].add("deals", deal("one"))
    report = world.run()
    assert report.total("created") == 1
    assert [notice for notice in report.notices if told in notice], report.notices
    [there] = world.crms["south"].rows("deals")
    assert there["Score"] is None
    assert there["Name"] == "one"
    assert world.deals()["one"]["state"] == "OPEN"
    assert world.run().wrote == 0
    world.store.close()


def test_the_same_score_for_all(expected):
    expected(ABSORBED)
    world = Scoring(scorer=Broken(each({"score": 50, "grade": "C"})))
    for number in range(5):
        world.crms["north"].add("deals", deal(f"deal {number}"))
    settle(world)
    assert {row["score"] for row in world.deals().values()} == {50}
    assert world.run().wrote == 0
    world.store.close()


def test_a_category_never_seen(expected):
    expected(ABSORBED)
    world = Scoring()
    for number in range(20):
        world.crms["north"].add("deals", deal(f"won {number}", "WON", "4"))
        world.crms["north"].add("deals", deal(f"lost {number}", "LOST", "1"))
    world.crms["north"].add("deals", {"title": "odd", "state": "OPEN"})
    world.crms["north"].add("deals", deal("new", stage="2"))
    settle(world)
    assert all(0 < world.deals()[name]["score"] < 100 for name in ("odd", "new"))
    world.store.close()


@pytest.mark.parametrize(
    "text", ['{"rates":99}', dump(Learned())[:-7]], ids=["newer-than-the-code", "cut-off"]
)
def test_what_was_learned_is_not_for_this_scorer(expected, text):
    expected(LISTED)
    world = Scoring(scorer=Rates(RatesSettings()))
    with world.store.write() as tx:
        records.remember(tx, "walk/opportunity", text)
    world.crms["north"].add("deals", deal("one"))
    report = world.run()
    assert [row["Name"] for row in world.crms["south"].rows("deals")] == ["one"]
    assert [notice for notice in report.notices if "rates" in notice], report.notices
    with world.store.read() as tx:
        assert records.recall(tx, "walk/opportunity") == text  # a person may still mend it
    world.store.close()


class Boom:
    def __reduce__(self):
        return (print, ("unpickled",))


def test_a_pickle_for_a_model(expected, tmp_path, capsys):
    expected(STOPPED)
    (tmp_path / "model.json").write_bytes(pickle.dumps(Boom()))
    (tmp_path / "oppbridge.yaml").write_text(
        "systems:\n  left: {connector: files, settings: {folder: ., entities: {}}}\n"
        "flows:\n  f:\n    entities: {opportunity: {systems: {left: {}}}}\n"
        "    scorer: {use: rates, model: model.json}\n"
    )
    assert run(["run", "f", "--config", str(tmp_path / "oppbridge.yaml")]) == 2
    told = "".join(capsys.readouterr())
    assert "oppbridge.yaml" in told
    assert "unpickled" not in told
