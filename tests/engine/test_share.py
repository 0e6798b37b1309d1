"""Several workers share a run: one report, one undo, and of two tries of one work the later stands."""

from contextlib import suppress

import pytest

from oppbridge.engine import Share, carry_on, conclude, watch, weigh_all
from oppbridge.errors import Unavailable
from oppbridge.store import runs, trail
from tests.walk.onlooker import differences
from tests.walk.world import World


@pytest.fixture
def world():
    found = World()
    found.crms["north"].add("companies", {"title": "Port", "notes": "co"})
    found.crms["south"].add("companies", {"Name": "Quay", "Remarks": "cs"})
    return found


def worker(world, work, *systems, run="monday"):
    line = world.line()
    last = work.startswith("conclude")
    line.share = Share(run, work, frozenset(systems) if systems else None, last)
    line.recall()
    return line


def work(world, step, *systems, run="monday"):
    line = worker(world, f"{step.__name__} {systems}", *systems, run=run)
    try:
        step(line, line.chosen())
    finally:
        line.finish()
    return line


def day(world):
    return [
        work(world, step, *systems)
        for step in (watch, weigh_all, carry_on, conclude)
        for systems in ((("north",), ("south",)) if step in (watch, carry_on) else ((),))
    ]


def test_workers_come_to_what_one_run_comes_to(world):
    lines = day(world)
    assert differences(world.crms["north"], world.crms["south"]) == []
    assert len({line.run_id for line in lines if line.run_id}) == 1
    with world.store.read() as tx:
        last = runs.last_of(tx, "walk")
        told = runs.report_under(tx, "monday")
        assert len(list(trail.of_run(tx, last["id"]))) == 2
    assert (last["outcome"], last["key"]) == ("done", "monday")
    account = told["entities"]["account"]
    assert [account[name]["created"] for name in ("north", "south")] == [1, 1]
    assert [account[name]["observed"] for name in ("north", "south")] == [1, 1]


def test_a_run_is_unfinished_until_its_last_piece_of_work_is_done(world):
    for step, systems in ((watch, "north"), (watch, "south"), (weigh_all, ())):
        work(world, step, *([systems] if systems else []))
        assert outcome(world) == "unfinished"
    work(world, conclude)
    assert outcome(world) == "done"
    work(world, watch, "north")  # cleared: it is to be gone through once more
    assert outcome(world) == "unfinished"


def outcome(world):
    with world.store.read() as tx:
        return runs.last_of(tx, "walk")["outcome"]


def test_nothing_is_written_where_a_worker_was_to_look_first_and_could_not(world):
    work(world, watch, "north")
    world.crms["south"].faults.unreachable(100)
    work(world, watch, "south")
    world.crms["south"].faults.clear()
    before = world.crms["south"].writes
    for step in (weigh_all, carry_on, conclude):
        work(world, step)
    assert world.crms["south"].writes == before
    with world.store.read() as tx:
        assert runs.report_under(tx, "monday")["outcome"] == "retry"
    for step in (watch, weigh_all, carry_on, conclude):
        work(world, step, *(("south",) if step is watch else ()))
    assert differences(world.crms["north"], world.crms["south"]) == []


def test_a_later_try_takes_over_and_the_earlier_one_is_refused(world):
    first = worker(world, "the same")
    first.take_lease()
    second = worker(world, "the same")
    with second.write():
        pass
    with pytest.raises(Unavailable, match="taken over"), first.write():
        pytest.fail("a zombie must not get a transaction")
    first.finish()  # what it gives back is not its own any more
    with second.write():
        pass


def test_another_work_waits_as_long_as_one_is_alive(world):
    first = worker(world, "one")
    first.take_lease()
    with pytest.raises(Unavailable, match="in use"):
        worker(world, "another").take_lease()
    worker(world, "elsewhere", "nowhere").take_lease()
    first.finish()
    worker(world, "another").take_lease()


def test_a_try_that_died_between_sending_and_hearing_makes_no_second_row(world):
    class Dies(BaseException):
        pass

    for step, systems in ((watch, "north"), (watch, "south"), (weigh_all, ())):
        work(world, step, *([systems] if systems else []))
    world.crms["south"].faults.crash(Dies(), 2, served=True)
    line = worker(world, "carry_on ('south',)", "south")
    with suppress(Dies):
        carry_on(line, line.chosen())  # no `finish`: killed, its lease still stands
    work(world, carry_on, "south")
    work(world, carry_on, "north")
    work(world, conclude)
    assert differences(world.crms["north"], world.crms["south"]) == []
    with world.store.read() as tx:
        assert runs.report_under(tx, "monday")["outcome"] == "done"
