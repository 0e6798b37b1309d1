"""Scoring on the way: two small CRMs, one flow, real engine and store."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import pytest

from oppbridge.decision import Subject
from oppbridge.scoring import Rates, RatesSettings, explain, guarded
from oppbridge.scoring.counts import load
from oppbridge.store import cursors, records
from tests.walk.world import World


@dataclass
class Scoring(World):
    """The world of the walk with a scorer on opportunities."""

    scorer: Any = None
    budget: float = 20.0

    def __post_init__(self):
        super().__post_init__()
        self.scorer = self.scorer or Rates(RatesSettings())

    def flow(self):
        flow = super().flow()
        held = guarded(self.scorer, self.budget)
        entities = [
            replace(one, scorer=held) if one.entity == "opportunity" else one
            for one in flow.entities
        ]
        return replace(flow, entities=entities)

    def deals(self):
        return {row["title"]: row for row in self.crms["north"].rows("deals")}

    def learned(self):
        with self.store.read() as tx:
            return load(records.recall(tx, "walk/opportunity"))


def deal(title, state="OPEN", stage="2"):
    return {"title": title, "state": state, "stage": stage}


@pytest.fixture
def world():
    made = Scoring()
    for number in range(60):
        made.crms["north"].add("deals", deal(f"won {number}", "WON", "4"))
        made.crms["north"].add("deals", deal(f"lost {number}", "LOST", str(1 + number % 3)))
    made.crms["north"].add("deals", deal("early", stage="1"))
    made.crms["north"].add("deals", deal("late", stage="4"))
    return made


def settle(world):
    for _ in range(6):
        report = world.run()
        assert not report.stopped
        if not any(report.total(what) for what in ("created", "updated", "deleted")):
            return report
    raise AssertionError("it never comes to rest")


def test_open_deals_arrive_with_a_score_and_then_there_is_peace(world):
    settle(world)
    deals = world.deals()
    assert deals["early"]["score"] < deals["late"]["score"]
    assert deals["late"]["grade"] in ("A", "B")
    assert deals["won 3"].get("score") is None
    again = world.run()
    assert again.total("updated") == again.total("created") == 0


def test_each_closed_deal_is_counted_once_whoever_shows_it_and_however_often(world):
    settle(world)
    assert world.learned().total == (60, 120)
    world.run()
    assert world.learned().total == (60, 120)
    late = world.deals()["late"]
    world.crms["north"].edit("deals", late["id"], {"state": "WON"})
    settle(world)
    assert world.learned().total == (61, 121)
    assert world.deals()["late"]["score"] == late["score"]
    world.crms["north"].edit("deals", late["id"], {"state": "OPEN", "stage": "1"})
    settle(world)
    assert world.learned().total == (60, 120)
    assert world.deals()["late"]["score"] < late["score"]


class Broken:
    entity = "opportunity"

    def __init__(self, how):
        self.how = how

    def score(self, subjects, as_of, learned):
        return self.how(subjects)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (lambda subjects: 1 / 0, "ZeroDivisionError"),
        (lambda subjects: ([{"score": float("nan")} for _ in subjects], "x"), "nan (float)"),
        (lambda subjects: ([{"score": "high"} for _ in subjects], "x"), "no record can hold"),
        (lambda subjects: time.sleep(30), "took more than"),
    ],
    ids=["raises", "nan", "nonsense", "hangs"],
)
def test_a_broken_scorer_holds_no_record_back(how, told):
    world = Scoring(scorer=Broken(how), budget=0.2)
    world.crms["north"].add("deals", deal("one"))
    report = world.run()
    assert report.total("created") == 1
    assert report.total("dead") == report.total("held") == 0
    assert any(told in notice for notice in report.notices)
    assert world.deals()["one"].get("score") is None


def test_the_stored_history_explains_the_score_again(world):
    settle(world)
    with world.store.read() as tx:
        text = records.recall(tx, "walk/opportunity")
    with world.store.read() as tx:
        uid = world.deals()["late"]["id"]
        number = records.by_uid(tx, "opportunity", [uid])[uid]
        agreed = records.by_id(tx, [number])[number].agreed
        history = cursors.observed(tx, [number])[number]
    seen = history[-1].seen
    told = explain(
        Rates(RatesSettings()), Subject("opportunity", uid, agreed, {}, history), seen, text
    )
    assert told["score"] == agreed["score"]
