"""Scores 10,000 deals with reasons, and prints the time of each against a plain JSON round trip."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from oppbridge.decision import Observed, Scorer, Subject
from oppbridge.records import Scalar
from oppbridge.scoring import Rates, RatesSettings, Rules, RulesSettings, guarded
from oppbridge.scoring.verdict import moment_text

DEALS = 10_000
BUDGET = 1.0  # seconds of CPU for all of them
NOW = datetime(2026, 5, 4, 9, 12, tzinfo=UTC)
STAGES = ("qualify", "develop", "propose", "close")


def deal(number: int, rng: random.Random) -> Subject:
    """A deal with lines and five observed changes, as a busy seller leaves it."""
    entries = []
    stage, amount, closes = 0, rng.randrange(1_000, 90_000), NOW.date() - timedelta(days=60)
    for age in sorted(rng.sample(range(1, 200), 5), reverse=True):
        stage = min(stage + rng.randrange(2), 3)
        closes += timedelta(days=rng.randrange(40))
        amount += rng.choice((0, 0, 500))
        since = NOW - timedelta(days=age)
        said: dict[str, Scalar] = {
            "stage": STAGES[stage],
            "amount": f"{amount} EUR",
            "closes": closes.isoformat(),
        }
        entries.append(Observed("sales", since, since + timedelta(minutes=5), said))
    values: dict[str, Scalar] = {
        "name": f"Deal {number}",
        "account": f"00000000-0000-0000-0000-{number:012}",
        "status": "open",
        "source": rng.choice(("Web", "Fair", "Partner", None)),
        "owner": f"Seller {rng.randrange(40)}",
        "rating": rng.choice(("hot", "warm", "cold")),
        "custom.industry": rng.choice(("Retail", "Energy", "Health")),
        "budget_status": rng.choice(("may_buy", "will_buy", None)),
        "decision_maker": rng.choice((True, False, None)),
        "activities": rng.randrange(8),
        "created": moment_text(entries[0].since),
        "last_activity": moment_text(NOW - timedelta(days=rng.randrange(1, 60))),
        "next_step": (NOW.date() + timedelta(days=rng.randrange(-20, 40))).isoformat(),
        **entries[-1].values,
    }
    for line in range(rng.randrange(1, 5)):
        values[f"lines/{line}"] = True
        values[f"lines/{line}/quantity"] = str(rng.randrange(1, 9))
        values[f"lines/{line}/price"] = "12.5 EUR"
    return Subject("opportunity", str(number), values, values, entries)


def closing(number: int, rng: random.Random) -> Subject:
    """A deal that has just closed, likelier won from the web."""
    before = deal(number, rng)
    won = rng.random() < (0.6 if before.values["source"] == "Web" else 0.3)
    values = {**before.values, "status": "won" if won else "lost"}
    return Subject(before.entity, before.uid, values, before.values, before.history)


def rescored(subjects: Sequence[Subject], answers: Sequence[Mapping[str, Scalar]]) -> list[Subject]:
    """The same deals a day later, each with the score it was given as what was agreed before."""
    return [
        Subject(s.entity, s.uid, s.values, {**s.values, **answer}, s.history)
        for s, answer in zip(subjects, answers, strict=True)
    ]


def round_trip(subjects: Sequence[Subject]) -> None:
    """The reference: each deal to JSON and back."""
    for subject in subjects:
        history = [
            {
                "system": e.system,
                "since": moment_text(e.since),
                "seen": moment_text(e.seen),
                "values": e.values,
            }
            for e in subject.history
        ]
        document = {"values": subject.values, "before": subject.before, "history": history}
        json.loads(json.dumps(document))


def cpu(call: Callable[[], object]) -> float:
    """CPU seconds of the quickest of three calls."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        call()
        taken.append(time.process_time() - begun)
    return min(taken)


def show(name: str, seconds: float, reference: float) -> None:
    """One line of result."""
    each = 1e6 * seconds / DEALS
    print(f"{name:<28} {each:7.1f} us a deal   {seconds / reference:5.2f} x a JSON round trip")


def measure(scorer: Scorer, memory: str | None, deals: Sequence[Subject]) -> list[float]:
    """CPU seconds to score the deals first, a day later, and first under guard."""
    answers = scorer.score(deals, NOW, memory)[0]
    later, tomorrow = rescored(deals, answers), NOW + timedelta(days=1)
    return [
        cpu(partial(scorer.score, deals, NOW, memory)),
        cpu(partial(scorer.score, later, tomorrow, memory)),
        cpu(partial(guarded(scorer, 60.0), deals, NOW, memory)),
    ]


def main() -> None:
    """Measure both scorers."""
    rng = random.Random(1)
    deals = [deal(number, rng) for number in range(DEALS)]
    reference = cpu(partial(round_trip, deals))
    show("JSON round trip", reference, reference)
    rates = Rates(RatesSettings())
    learned = rates.score([closing(n, rng) for n in range(2_000)], NOW, None)[1]
    learned = rates.score(deals[:100], NOW, learned)[1]
    slowest = 0.0
    for name, scorer, memory in (
        ("rules", Rules(RulesSettings()), None),
        ("rates", rates, learned),
    ):
        taken = measure(scorer, memory, deals)
        for how, seconds in zip(("first time", "a day later", "guarded"), taken, strict=True):
            show(f"{name}, {how}", seconds, reference)
        slowest = max(slowest, *taken)
    verdict = "kept" if slowest < BUDGET else "BROKEN"
    print(f"budget of {BUDGET:g} s of CPU for {DEALS:,} deals with reasons: {verdict}")


if __name__ == "__main__":
    main()
