"""Steps from state to state, and where edits fit in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.dataverse.lifecycle import (
    COURSES,
    Now,
    Step,
    Way,
    action_body,
    course_of,
    passage,
    steps,
)
from oppbridge.errors import Invalid

QUOTE = COURSES["quote"]


def test_a_draft_quote_is_won_through_activation():
    assert steps(QUOTE, 0, 2, 4) == (Step(Way.UPDATE, 1, 2), Step(Way.WIN_QUOTE, 2, 4))


def test_a_closed_quote_is_lost_again_through_draft():
    ways = [step.way for step in steps(QUOTE, 2, 3, 6)]
    assert ways == [Way.UPDATE, Way.UPDATE, Way.CLOSE_QUOTE]


def test_an_invoiced_order_cannot_be_reopened():
    with pytest.raises(Invalid, match="no way from invoiced to active"):
        steps(COURSES["salesorder"], 4, 0, 1)


def test_edits_of_a_locked_quote_need_leave():
    with pytest.raises(Invalid, match="reopen_locked"):
        passage(QUOTE, Now(1, 2), Now(None, None), edits=True, reopen=False)
    found = passage(QUOTE, Now(2, 4), Now(None, None), edits=True, reopen=True)
    assert [s.state for s in found.before] == [0]
    assert found.after == (Step(Way.UPDATE, 1, 2), Step(Way.WIN_QUOTE, 2, 4))


def test_a_status_alone_never_needs_leave():
    found = passage(QUOTE, Now(1, 2), Now(2, 4), edits=False, reopen=False)
    assert found == passage(QUOTE, Now(1, 2), Now(2, 4), edits=False, reopen=True)
    assert found.after == (Step(Way.WIN_QUOTE, 2, 4),)


def test_edits_come_after_a_reopening_and_before_a_closing():
    assert passage(QUOTE, Now(1, 2), Now(0, 1), edits=True, reopen=False).after == ()
    assert passage(QUOTE, Now(0, 1), Now(1, 2), edits=True, reopen=False).before == ()


def test_what_a_win_is_told():
    body = action_body(
        Step(Way.WIN, 1, 3), "opportunity", "x", {"actualvalue": 5, "actualclosedate": "2026-02-03"}
    )
    assert body["Status"] == 3
    assert body["OpportunityClose"]["actualrevenue"] == 5
    assert body["OpportunityClose"]["actualend"] == "2026-02-03T12:00:00Z"
    assert body["OpportunityClose"]["opportunityid@odata.bind"] == "/opportunities(x)"


tables = st.sampled_from(sorted(COURSES))


@given(tables, st.data())
def test_every_passage_arrives_where_it_is_wanted(logical, data):
    course = course_of(logical)
    states = sorted(course.reasons)
    here, there = data.draw(st.sampled_from(states)), data.draw(st.sampled_from(states))
    edits, reopen = data.draw(st.booleans()), data.draw(st.booleans())
    try:
        found = passage(
            course,
            Now(here, course.reasons[here]),
            Now(there, course.reasons[there]),
            edits=edits,
            reopen=reopen,
        )
    except Invalid:
        return
    place = here
    for step in found.before:
        assert course.ways[place, step.state] is step.way
        place = step.state
    assert not edits or place in course.open
    for step in found.after:
        assert place == step.state or course.ways[place, step.state] is step.way
        place = step.state
    assert place == there
