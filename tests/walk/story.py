"""One story: random people, random trouble, random runs; then quiet, and the onlooker looks."""

from __future__ import annotations

import random
from typing import Any

from oppbridge.errors import OppBridgeError
from oppbridge.kit.crm import Manners
from oppbridge.match.rules import MatchRules

from .onlooker import differences, view
from .people import People
from .planner import Planner
from .workers import Workers
from .world import World

BY_MARK = MatchRules(("number", "email", "description"))
"""Where each kind of row keeps its birth mark."""


class Crash(BaseException):
    """The process dies here."""


def tell(seed: int, **changes: Any) -> list[str]:
    """Live one story through. Returns what is wrong at its end, in words; empty when all is well."""
    dice = random.Random(seed)
    manners = {
        name: Manners(
            per_second=dice.choice([1, 3, 8]),
            tombstones=dice.random() < 0.7,
            unique=dice.random() < 0.8,
            in_use=False,
            late=dice.choice([0, 0, 20]),
            page=1000,
            cut=dice.choice([None, None, 12]),
        )
        for name in ("north", "south")
    }
    matched = dice.random() < 0.35
    swept = not all(one.tombstones for one in manners.values())
    world = World(
        **{
            "keys": ["a key of thirty-two characters, or more"] if seed % 8 == 0 else (),
            "match": BY_MARK if matched else MatchRules(),
            "winner": dice.choice(["north", "south"]),
            "manners": manners,
            "pages": (dice.randint(1, 7), dice.randint(1, 7)),
            "sweep_every": dice.randint(1, 3) if swept or dice.random() < 0.3 else 0,
            **changes,
        }
    )
    people = People(dice, world.crms, late=any(one.late for one in manners.values()))
    world.planner = Planner(dice, world, people) if dice.random() < 0.5 else None
    try:
        return _live(dice, world, people)
    finally:
        world.store.close()


def _live(dice: random.Random, world: World, people: People) -> list[str]:
    said: list[str] = []
    for _ in range(dice.randint(1, 3)):
        for _ in range(dice.randint(5, 40)):
            _something(dice, world, people)
        said += _rest(world, people)
        if said:
            return said
        people.ledger.rest()
    return said


def _something(dice: random.Random, world: World, people: People) -> None:
    what = dice.random()
    crm = world.crms[people.side()]
    if what < 0.08 and world.match:
        people.add_alike()
    elif what < 0.22:
        people.add()
    elif what < 0.52:
        people.edit()
    elif what < 0.55:
        people.quarrel()
    elif what < 0.58:
        people.remove()
    elif what < 0.78:
        _run(dice, world, people)
    elif what < 0.83:
        crm.faults.lose_answer(dice.randint(1, 3))
    elif what < 0.88:
        crm.faults.refuse(dice.choice([429, 500, 503]), dice.randint(1, 3))
    elif what < 0.90:
        crm.faults.unreachable(dice.randint(1, 3))
    elif what < 0.97:
        crm.faults.crash(Crash(), dice.randint(1, 25), served=dice.random() < 0.5)
        _run(dice, world, people)
    elif what < 0.985:
        crm.forget()
    else:
        _lose_store(world, people)


def _lose_store(world: World, people: People) -> None:
    world.store.close()
    world.store = world.fresh_store()
    people.ledger.shaken = True
    if world.planner is not None:
        world.planner.forget()


def _run(dice: random.Random, world: World, people: People) -> None:
    workers = Workers(dice, world) if dice.random() < 0.3 else None

    def meddle(name: str) -> Any:
        def now(kind: str, id: str) -> None:
            if workers is not None:
                workers.moment()
            if dice.random() < 0.15:
                people.meddling = True
                people.edit(name, (kind, id))
                people.meddling = False

        return now

    for name, crm in world.crms.items():
        crm.meddle = meddle(name)
    clean = False
    try:
        if world.planner is not None and dice.random() < 0.4:
            world.planner.something()
        elif workers is not None:
            clean = workers.run()
        else:
            clean = world.run().outcome == "done"
    except (Crash, OppBridgeError):
        pass
    finally:
        for crm in world.crms.values():
            crm.meddle = _nobody
        people.ledger.ran(world.winner, clean=clean)


def _nobody(_kind: str, _id: str) -> None:
    """Nobody meddles."""


def _rest(world: World, people: People) -> list[str]:
    """Let all trouble end, run until nothing moves, and look."""
    for crm in world.crms.values():
        crm.faults.clear()
        crm.settle()
    if world.planner is not None:
        world.planner.release()
    quiet = 0
    for _ in range(14):
        before = [crm.writes for crm in world.crms.values()]
        report = world.run()
        if report.stopped:
            return [f"stopped: {report.stopped}"]
        quiet = quiet + 1 if before == [crm.writes for crm in world.crms.values()] else 0
        if quiet > 1 + world.sweep_every:  # a removal may be seen by a sweep alone
            break
    else:
        return [f"never rests: {report.to_json()}"]
    cut = min((c.manners.cut or 25 for c in world.crms.values()), default=25)
    said = differences(world.crms["north"], world.crms["south"], cut)
    return said or _losses(world, people)


def _losses(world: World, people: People) -> list[str]:
    """Rows and uncontested edits that are nowhere."""
    rows, _ = view(world.crms["north"], "north")
    ledger, said = people.ledger, []
    if not ledger.shaken:
        said += [f"lost: {key}" for key in sorted(ledger.born - ledger.removed - rows.keys())]
    ledger.born &= rows.keys()
    for key, edits in ledger.edits.items():
        kind, mark, name = key
        if (kind, mark) not in rows or ledger.shaken:
            continue
        stem = ledger.edits.get((kind, mark, name.rpartition(" ")[0]), [])
        if len({who for who, _ in stem}) > 1:
            continue  # the line itself was removed on one side and edited on the other
        side, value, stood = (*edits[-1], len(edits))
        if len({who for who, _ in edits}) > 1:
            side, value, stood = ledger.firm.get(key, ("", None, 0))
        if stood != len(edits):
            continue
        there = view(world.crms[side], side)[0][kind, mark].get(name)
        least = 10 if world.crms[side].manners.cut else 20
        if not _same(there, value, least):
            said.append(
                f"edit lost: {kind} {mark} {name} was set to {value!r} in {side}, is {there!r}"
            )
    return said


def _same(there: Any, value: Any, least: int) -> bool:
    """Whether the onlooker's value may stand for what a person typed (references are not told)."""
    if isinstance(value, str) and "-" in value[2:]:
        return True  # a reference: both sides were found to point at the same row, or at none
    if value is None or there is None:
        return value is None and there is None
    if isinstance(there, str) and isinstance(value, str):
        return value.startswith(there) and len(there) >= min(len(value), least)
    return (isinstance(there, int) and isinstance(value, str)) or there == value
