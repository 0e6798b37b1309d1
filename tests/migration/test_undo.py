"""A migration is taken back: killed on the way, with people at work in what it made.

`UNDONE=1` takes every deal: all 8,800 with their companies, people and products. Otherwise it is
every fifteenth, since each start looks at every row again.
"""

from __future__ import annotations

import os
import random

import pytest

from oppbridge import Bridge
from tests.docs.worlds import migration, unlimited
from tests.migration.exports import data, every
from tests.migration.killing import finished, killed
from tests.migration.test_maven import in_small_batches

pytestmark = [pytest.mark.integration, pytest.mark.slow]
TABLES = ("account", "contact", "product", "opportunity", "opportunityproduct")
STEP, KILLS = (1, 20) if os.environ.get("UNDONE") else (15, 6)
MINE = {"description": "called, wants to wait"}


def rows(sandbox):
    return {
        (table, row[f"{table}id"]): row for table in TABLES for row in sandbox.dataverse.rows(table)
    }


def worked_on(sandbox, dice):
    """One deal in a hundred gets a note of somebody's own; their ids."""
    open_deals = sandbox.dataverse.rows("opportunity", "statecode = ?", 0)
    few = dice.sample(open_deals, max(2, sandbox.dataverse.count("opportunity") // 100))
    for row in few:
        sandbox.dataverse.edit("opportunity", row["opportunityid"], MINE)
    return {row["opportunityid"] for row in few}


@pytest.mark.timeout(5400)
def test_what_nobody_touched_is_gone_and_what_somebody_edited_lives(folder):
    every(STEP, data("maven-crm-opportunities"), folder / "export", thinned="sales_pipeline.csv")
    dice = random.Random(20261127)
    with unlimited() as sandbox:
        config = in_small_batches(migration(folder, sandbox))
        before = rows(sandbox)
        with Bridge.open(config) as bridge:
            made = bridge.run("migration")
            assert made.outcome == "done", made.to_json()
            edited = worked_on(sandbox, dice)
            after = rows(sandbox)
            asked = sandbox.counters.requests("dataverse")
            plan = bridge.undo(made.run or 0)
            asked = sandbox.counters.requests("dataverse") - asked
        assert len(plan.stays) >= len(edited)
        counts = []
        for _ in range(KILLS):
            moment = (asked + dice.randint(0, 2), dice.uniform(0, 0.03))
            killed(config, sandbox, "dataverse", *moment, ("apply", plan.digest), ends=5)
            counts.append(len(rows(sandbox)))
        print("rows left after each kill:", counts)
        assert len({*counts, len(after)}) > 3, counts
        finished(config, 5, ("apply", plan.digest))
        left = rows(sandbox)
        assert edited <= {id for table, id in left if table == "opportunity"}
        for place in left.keys() - before.keys():
            assert left[place] == after[place] | moved(left[place]), place
        used = needed(left, edited)
        assert left.keys() - before.keys() == used
        assert before.keys() <= left.keys()
        with Bridge.open(config) as bridge:
            assert bridge.run("migration").wrote == 0


def moved(row):
    """What the service itself may have set anew."""
    return {name: row[name] for name in ("modifiedon", "versionnumber", "_version") if name in row}


def needed(left, edited):
    """The deals somebody worked on, their lines, and whom they point at, directly or not."""
    found = {("opportunity", id) for id in edited}
    grown = True
    while grown:
        known = {id for _, id in found}
        more = {
            place
            for place, row in left.items()
            if _pointed(place, found, left)
            or (place[0] == "opportunityproduct" and row["_opportunityid_value"] in known)
        } - found
        found |= more
        grown = bool(more)
    return found


def _pointed(place, found, left):
    return any(place[1] in left[other].values() for other in found)
