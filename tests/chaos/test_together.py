"""K: two runs at once, a run that sleeps and wakes too late, people who work at the same moment."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest

from oppbridge.cli import run as command
from oppbridge.sandbox.generate.sales_desk import currency
from oppbridge.store import database
from tests.chaos import oracles, people
from tests.chaos.case import ABSORBED, LISTED, settled, told_of, troubled
from tests.chaos.dying import Where, asleep
from tests.chaos.place import quiet

pytestmark = pytest.mark.integration

TO_SCM = Where("quote", "sales", "scm")
TO_SALES = Where("order", "scm", "sales")
EDITED = {  # an account that a run changes in one system while somebody works there
    "scm": Where("account", "sales", "scm"),
    "sales": Where("account", "scm", "sales"),
}
both = pytest.mark.parametrize("where", [TO_SCM, TO_SALES], ids=["to-scm", "to-sales"])


@both
def test_a_second_run_is_turned_away(place, family, where):
    family("K", LISTED)
    with asleep(place.config, "intent", where):
        told = told_of(place.run)
        assert told.outcome == "retry"
        assert "is in use by another run" in told.text
    settled(place)


@both
def test_somebody_runs_it_by_hand_beside_the_schedule(place, family, where, capsys):
    family("K", LISTED)
    with asleep(place.config, "planned", where):
        assert command(["run", "quote-to-cash", "--config", str(place.config)]) == 4
        assert "is in use by another run" in capsys.readouterr().out
    settled(place)


@both
def test_a_zombie_wakes_before_it_sends(place, family, where):
    family("K", ABSORBED)
    with asleep(place.config, "intent", where):
        forget_leases(place)
        place.sandbox.counters.reset()
        troubled(place, ABSORBED)
    settled(place)


@both
def test_a_zombie_wakes_after_it_has_sent(place, family, where):
    family("K", ABSORBED)
    with asleep(place.config, "answered", where):
        forget_leases(place)
        place.sandbox.counters.reset()
        troubled(place, ABSORBED)
    settled(place)


@both
def test_the_store_is_locked_for_a_moment(place, family, where):
    family("K", ABSORBED)
    other = sqlite3.connect(place.store, isolation_level=None, check_same_thread=False)

    def hold():
        other.execute("begin immediate")
        time.sleep(0.4)
        other.execute("rollback")

    with closing(other):
        thread = threading.Thread(target=hold)
        thread.start()
        try:
            troubled(place, ABSORBED)
        finally:
            thread.join()


@pytest.mark.parametrize("apart", [3600.0, -3600.0], ids=["ahead", "behind"])
def test_the_clocks_of_two_workers_are_an_hour_apart(place, family, apart, monkeypatch):
    family("K", ABSORBED)
    with monkeypatch.context() as now:
        opened = database.Store.__post_init__

        def elsewhere(store):
            opened(store)
            store.clock = lambda: time.time() + apart

        now.setattr(database.Store, "__post_init__", elsewhere)
        told_of(place.run)
    place.sandbox.counters.reset()
    troubled(place, ABSORBED)


@pytest.mark.parametrize("system", EDITED)
def test_somebody_edits_the_row_that_is_about_to_be_written(place, family, system):
    family("K", ABSORBED)
    with asleep(place.config, "intent", EDITED[system]):
        mine = edit(place, system)
    for _ in range(4):
        place.run()
    there = {"scm": in_scm(place, system), "sales": in_sales(place, system)}
    assert there == dict.fromkeys(("scm", "sales"), mine)
    assert place.run().wrote == 0


@pytest.mark.parametrize("system", EDITED)
def test_somebody_deletes_the_row_that_is_about_to_be_written(place, family, system):
    """A deletion waits for a person; an edit made elsewhere at the same time brings it back."""
    family("K", LISTED)
    name = alone(place)
    other = "sales" if system == "scm" else "scm"
    if other == "sales":
        id = people.account(place.sandbox, name)
        place.sandbox.dataverse.edit("account", id, {"telephone1": "+1 555 0199"})
    else:
        place.sandbox.scm.edit("CustomersV3", customer(place, name), {"CreditLimit": 999})
    with asleep(place.config, "intent", EDITED[system]):
        if system == "sales":
            place.sandbox.dataverse.delete("account", people.account(place.sandbox, name))
        else:
            place.sandbox.scm.delete("CustomersV3", *customer(place, name))
    for _ in range(4):
        told = told_of(place.run)
    view = oracles.sales(place.sandbox)[0], oracles.chain(place.sandbox)[0]
    stands = [("account", name) in one for one in view]
    assert name in "".join(waiting(place)) or stands == [True, True], told.text


def alone(place):
    """A company that both systems know, and nobody else points at."""
    name = "Lucerne Publishing"
    place.sandbox.dataverse.put("account", {"name": name, **currency("USD")})
    quiet(place)
    assert customer(place, name)
    return name


def customer(place, name):
    return ("usmf", people.sold_to(place.sandbox, name)["CustomerAccount"])


def waiting(place):
    from oppbridge.bridge import Bridge

    with Bridge.open(place.config) as bridge:
        return [f"{one.name} {one.why}" for one in (*bridge.held(), *bridge.dead())]


def who(system):
    return people.CUSTOMER if system == "scm" else people.BUYER


def edit(place, system):
    """Somebody edits another field of the row that a run is about to write; what they typed."""
    mine = "12 Harbour Street"
    if system == "sales":
        id = people.account(place.sandbox, who(system))
        place.sandbox.dataverse.edit("account", id, {"telephone1": mine[:10]})
        return mine[:10]
    key = ("usmf", people.sold_to(place.sandbox, who(system))["CustomerAccount"])
    place.sandbox.scm.edit("CustomersV3", key, {"CreditLimit": 777})
    return "777"


def in_scm(place, system):
    row = people.sold_to(place.sandbox, who(system))
    return row["PrimaryContactPhone"] if system == "sales" else f"{row['CreditLimit']:.0f}"


def in_sales(place, system):
    id = people.account(place.sandbox, who(system))
    [row] = place.sandbox.dataverse.rows("account", "accountid = ?", id)
    return row["telephone1"] if system == "sales" else f"{row['creditlimit']:.0f}"


def forget_leases(place):
    """The leases have run out while their holder slept."""
    with sqlite3.connect(place.store) as store:
        store.execute("update lease set until = 0")
