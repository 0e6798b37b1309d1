"""What was known of a deal at a moment."""

from __future__ import annotations

from oppbridge.scoring.known import known, known_values, steps

from .deals import NOW, days_ago, deal, seen

ORDER = {"qualify": 0, "develop": 1}


def test_merged_values_stand_when_nothing_was_seen_later():
    subject = deal(history=[seen(3, amount="5 EUR")], amount="7 EUR")
    assert known_values(subject, NOW)["amount"] == "7 EUR"


def test_a_field_seen_later_goes_back_to_what_was_seen_by_then():
    history = [seen(30, stage="qualify", source="Web"), seen(5, stage="develop")]
    subject = deal(history=history, stage="develop", source="Web", rating="hot")
    assert known_values(subject, days_ago(10)) == {
        "status": "open",
        "stage": "qualify",
        "source": "Web",
        "rating": "hot",
    }


def test_a_field_first_seen_later_was_not_known():
    subject = deal(history=[seen(5, budget="9 EUR")], budget="9 EUR")
    assert "budget" not in known_values(subject, days_ago(6))


def test_what_was_true_but_not_yet_seen_was_not_known():
    subject = deal(history=[seen(30, rating="cold"), seen(20, late=15, rating="hot")], rating="hot")
    assert known_values(subject, days_ago(10))["rating"] == "cold"
    assert known_values(subject, days_ago(4))["rating"] == "hot"


def test_what_is_dated_ahead_was_not_known():
    ahead = seen(-3, late=-4, rating="hot")
    assert ahead.seen < NOW < ahead.since
    assert "rating" not in known_values(deal(history=[ahead], rating="hot"), NOW)


def test_parts_observed_under_a_system_s_own_keys_are_not_counted_twice():
    history = [
        seen(30, **{"lines/7": True, "lines/8": True}),
        seen(29, "other", **{"lines/x": True, "lines/y": True}),
        seen(5, **{"lines/8": None, "lines/9": True}),
    ]
    subject = deal(history=history, **{"lines/uuid-1": True, "lines/uuid-2": True})
    lines = {p for p, there in known_values(subject, days_ago(10)).items() if "/" in p and there}
    assert lines == {"lines/7", "lines/8"}
    assert known_values(subject, NOW) is subject.values


def test_steps_are_changes_and_not_repetitions():
    taken = steps([seen(9, stage="qualify"), seen(8, stage="qualify"), seen(7, stage="develop")])
    assert [(s.old, s.new) for s in taken["stage"]] == [(None, "qualify"), ("qualify", "develop")]
    assert taken["stage"][-1].since == days_ago(7)


def test_two_systems_that_round_differently_are_not_a_deal_that_moves():
    entries = [
        seen(9, "sales", amount="10.55 EUR"),
        seen(9, "other", amount="10.6 EUR"),
        seen(5, "sales", amount="20.55 EUR"),
        seen(4, "other", amount="20.55 EUR"),
        seen(3, "other", amount="30 EUR"),
    ]
    assert [s.new for s in steps(entries)["amount"]] == ["10.55 EUR", "20.55 EUR", "30 EUR"]


def test_today_is_a_day_in_utc():
    assert known(deal(), NOW, ORDER).today.isoformat() == "2026-05-04"
