"""Leases keep two runs from writing at once; fences stop one whose lease was taken; runs are noted."""

import os
import socket
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from oppbridge.errors import Unavailable
from oppbridge.store import records, runs
from oppbridge.store.schema import lease as table

NAMES = ["system:scm", "system:sales"]


def take(store, names=NAMES, now=1000.0):
    with store.write() as tx:
        return runs.acquire(tx, names, now)


def held_by(store, holder):
    with store.write() as tx:
        tx.run(sa.update(table).values(holder=holder))


def put(store, lease, id=1):
    with store.write(lease) as tx:
        records.insert(tx, [(id, "account", f"u{id}")])


def test_a_lease_is_taken_whole_or_not_at_all(store):
    take(store, ["system:sales"])
    with pytest.raises(Unavailable, match="system:sales is in use by another run"):
        take(store, ["system:erp", "system:sales"])
    assert take(store, ["system:erp"]).fences == {"system:erp": 1}


def test_a_released_lease_can_be_taken_and_its_fence_moves_on(store):
    first = take(store)
    with store.write() as tx:
        runs.release(tx, first)
    second = take(store)
    assert first.fences == dict.fromkeys(NAMES, 1)
    assert second.fences == dict.fromkeys(NAMES, 2)
    assert second.holder != first.holder


def test_an_expired_lease_can_be_taken_and_a_renewed_one_cannot(store):
    first = take(store, now=1000.0)
    with store.write() as tx:
        runs.renew(tx, first, 1500.0)
    with pytest.raises(Unavailable, match="in use"):
        take(store, now=1000.0 + runs.TERM + 1)
    assert take(store, now=1500.0 + runs.TERM + 1).fences == dict.fromkeys(NAMES, 2)


def test_who_lost_its_lease_writes_nothing_more(store):
    first = take(store)
    put(store, first, 1)
    second = take(store, now=1000.0 + runs.TERM + 1)
    with pytest.raises(Unavailable, match="another run has taken over; this one stops here"):
        put(store, first, 2)
    put(store, second, 3)
    with store.read() as tx:
        assert records.uids(tx, [1, 2, 3]) == {1: "u1", 3: "u3"}


def test_who_lost_one_of_its_names_writes_nothing_more(store):
    first = take(store)
    take(store, NAMES[:1], now=1000.0 + runs.TERM + 1)
    with pytest.raises(Unavailable, match="another run has taken over"):
        put(store, first)


def test_a_lease_cannot_be_taken_in_the_middle_of_a_write(place):
    here, there = place.open(), place.open()
    first = take(here)
    seen = []
    taker = threading.Thread(
        target=lambda: seen.append(take(there, now=1000.0 + runs.TERM + 1).fences)
    )
    with here.write(first) as tx:
        taker.start()
        taker.join(0.3)
        assert seen == []
        records.insert(tx, [(1, "account", "u1")])
    taker.join()
    assert seen == [dict.fromkeys(NAMES, 2)]
    here.close()
    there.close()


def test_of_many_who_want_a_lease_one_gets_it(place):
    stores = [place.open() for _ in range(4)]
    got, refused = [], []

    def want(store):
        try:
            got.append(take(store))
        except Unavailable as exc:
            refused.append(str(exc))

    threads = [threading.Thread(target=want, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert (len(got), len(refused)) == (1, 3)


def test_the_lease_of_a_process_that_died_here_is_taken_over(store):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    take(store)
    held_by(store, f"{socket.gethostname()}/{dead.pid}/0")
    assert take(store).fences == dict.fromkeys(NAMES, 2)


def test_of_a_process_elsewhere_nobody_knows_whether_it_died(store):
    take(store)
    held_by(store, f"elsewhere.example/{os.getpid()}/0")
    with pytest.raises(Unavailable, match=r"in use by another run \(elsewhere.example/"):
        take(store)


def test_what_others_took_meanwhile_is_not_given_back_nor_renewed(store):
    first = take(store)
    take(store, now=1000.0 + runs.TERM + 1)
    with store.write() as tx:
        runs.release(tx, first)
        runs.renew(tx, first, 9e9)
        assert {row[0] for row in tx.rows(sa.select(table.c.until))} == {1001.0 + 2 * runs.TERM}


def test_the_last_run_of_a_flow_is_told(store):
    with store.write() as tx:
        assert runs.last_of(tx, "f") is None
        first = runs.begin(tx, "f", 1.0)
        second = runs.begin(tx, "f", 2.0)
        runs.begin(tx, "g", 3.0)
        runs.finish(tx, first, "done", {"n": 1}, 4.0)
        runs.finish(tx, second, "stopped", {"why": "ä'"}, 5.0)
        last = runs.last_of(tx, "f")
    assert (last["id"], last["started"], last["finished"], last["outcome"]) == (
        second,
        2.0,
        5.0,
        "stopped",
    )
    assert last["report"] == '{"why":"ä\'"}'
