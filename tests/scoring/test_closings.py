"""Which deals count: once, as they were before they closed, and not when opened again."""

from __future__ import annotations

from oppbridge.decision import Subject
from oppbridge.scoring import Rates, RatesSettings
from oppbridge.scoring.closings import closings
from oppbridge.scoring.counts import Learned, count, load

from .deals import NOW, closed, days_ago, deal, seen

SETTINGS = RatesSettings()
OPEN = {"status": "open", "stage": "develop", "source": "Web", "owner": "a"}


def found(*subjects, as_of=NOW):
    return closings(subjects, as_of, SETTINGS)


def test_a_deal_counts_when_it_closes():
    (one,) = found(closed("d", "won", stage="develop", source="Web"))
    assert (one.sign, one.won, one.levels["source"], one.pipeline) == (1, 1, "Web", "none")


def test_a_deal_that_stays_closed_or_open_counts_nothing():
    won = {**OPEN, "status": "won"}
    assert found(Subject("opportunity", "d", {**won, "reason": "price"}, won), deal(**OPEN)) == []


def test_a_canceled_deal_is_neither_won_nor_lost():
    assert found(closed("d", "canceled", stage="develop")) == []


def test_a_lost_deal_entered_the_stages_up_to_its_own_and_a_won_one_all():
    (lost,) = found(closed("d", "lost", stage="develop"))
    (won,) = found(closed("d", "won", stage="develop"))
    assert lost.stages == {"qualify", "develop"}
    assert won.stages == {"qualify", "develop", "propose", "close"}


def test_a_stage_once_entered_counts_though_the_deal_fell_back():
    history = [seen(9, stage="propose"), seen(8, stage="develop")]
    (lost,) = found(closed("d", "lost", history, stage="develop"))
    assert lost.stages == {"qualify", "develop", "propose"}


def test_what_closing_itself_wrote_does_not_count():
    history = [
        seen(9, **OPEN),
        seen(2, status="lost", stage="close", source="Lost", owner="graveyard"),
    ]
    after = {**OPEN, "status": "lost", "stage": "close", "source": "Lost", "owner": "graveyard"}
    (one,) = found(Subject("opportunity", "d", after, OPEN, history))
    assert one.stages == {"qualify", "develop"}
    assert one.levels == {"source": "Web", "owner": "a", "account_type": "none"}


def test_what_was_written_after_closing_does_not_count_either():
    history = [seen(9, **OPEN), seen(3, status="lost"), seen(2, source="Told later")]
    after = {**OPEN, "status": "lost", "source": "Told later"}
    (one,) = found(Subject("opportunity", "d", after, {**OPEN, "source": "Told later"}, history))
    assert one.levels["source"] == "Web"


def test_a_deal_first_seen_closed_counts_by_what_there_is():
    (one,) = found(deal("d", status="lost", stage="propose", source="Fair"))
    assert (one.won, one.levels["source"]) == (0, "Fair")
    assert one.stages == {"qualify", "develop", "propose"}


def test_opening_again_takes_back_exactly_what_closing_gave():
    opened = seen(9, **OPEN)
    ended = seen(5, status="won", stage="close", owner="graveyard")
    won = {**OPEN, "status": "won", "stage": "close", "owner": "graveyard"}
    closing = Subject("opportunity", "d", won, OPEN, [opened, ended])
    again = seen(2, status="open", stage="qualify", source="Second try")
    back = {**won, "status": "open", "stage": "qualify", "source": "Second try"}
    reopening = Subject("opportunity", "d", back, won, [opened, ended, again])
    learned = count(count(Learned(), found(closing)), found(reopening))
    assert learned.total == (0, 0)
    assert not any(learned.inputs.values())
    assert not any(learned.stages.values())


def test_closing_twice_counts_once():
    opened, ended = seen(9, **OPEN), seen(5, status="won")
    again, lost = seen(3, status="open", source="Fair"), seen(1, status="lost")
    states = [
        Subject("opportunity", "d", {**OPEN, "status": "won"}, OPEN, [opened, ended]),
        Subject(
            "opportunity",
            "d",
            {**OPEN, "source": "Fair"},
            {**OPEN, "status": "won"},
            [opened, ended, again],
        ),
        Subject(
            "opportunity",
            "d",
            {**OPEN, "source": "Fair", "status": "lost"},
            {**OPEN, "source": "Fair"},
            [opened, ended, again, lost],
        ),
    ]
    learned = None
    for state in states:
        _, learned = Rates(SETTINGS).score([state], NOW, learned)
    assert load(learned).total == (0, 1)
    assert load(learned).inputs["source"] == {"Fair": (0, 1)}


def test_a_won_deal_corrected_to_lost_moves_from_one_to_the_other():
    opened, ended, fixed = seen(9, **OPEN), seen(5, status="won"), seen(4, status="lost")
    won = {**OPEN, "status": "won"}
    first = found(Subject("opportunity", "d", won, OPEN, [opened, ended]))
    second = found(
        Subject("opportunity", "d", {**OPEN, "status": "lost"}, won, [opened, ended, fixed])
    )
    assert [c.sign for c in second] == [-1, 1]
    learned = count(count(Learned(), first), second)
    assert learned.total == (0, 1)
    assert learned.inputs["source"] == {"Web": (0, 1)}


def test_a_closing_that_lies_ahead_of_the_moment_is_not_counted():
    history = [seen(9, **OPEN), seen(2, status="won")]
    subject = Subject("opportunity", "d", {**OPEN, "status": "won"}, OPEN, history)
    assert found(subject, as_of=days_ago(3)) == []
    assert len(found(subject)) == 1
