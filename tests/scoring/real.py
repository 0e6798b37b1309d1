"""Real deals as subjects, read from the folder of data sets; tests skip where it is absent."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oppbridge.decision import Observed, Subject

CHECKOUT = Path(__file__).resolve().parents[2]
BPI_STAGES = ("A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "O_SENT", "O_SENT_BACK")


def data(name):
    folder = Path(os.environ.get("OPPBRIDGE_DATA") or CHECKOUT.parent / "shared" / "data")
    path = folder / name
    if not path.exists():
        pytest.skip(f"no data set {name}; OPPBRIDGE_DATA names the folder")
    return path


def rows(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def bpi():
    """Cases with dated moments: by case, (start, end, won, [(moment, stage)])."""
    found = defaultdict(list)
    ends = {}
    for row in rows(data("bpi-2012-offers") / "moments.csv.gz"):
        start, moment, end = (datetime.fromisoformat(row[k]) for k in ("start", "moment", "end"))
        found[row["case_id"]].append((moment, row["stage"]))
        ends[row["case_id"]] = (start, end, int(row["won"]))
    return {case: (*ends[case], sorted(moments)) for case, moments in found.items()}


def bpi_history(moments):
    """A case's stages as they were entered; ages are moments, not stages."""
    return [
        Observed("bank", moment, moment, {"status": "open", "stage": stage})
        for moment, stage in moments
        if stage in BPI_STAGES
    ]


def bpi_closed(case, end, won, moments):
    """The case as it closed: what it showed before, and its closing as the last thing seen."""
    history = bpi_history(moments)
    before = {"status": "open", "stage": history[-1].values["stage"]}
    status = "won" if won else "lost"
    ending = Observed("bank", end, end, {"status": status, "stage": f"ENDED_{status}"})
    return Subject("opportunity", case, {**before, **ending.values}, before, (*history, ending))


def maven():
    """Closed deals in the order of closing: (closed, won, subject open, subject closed)."""
    folder = data("maven-crm-opportunities")
    sectors = {row["account"]: row["sector"] for row in rows(folder / "accounts.csv")}
    found = []
    for row in rows(folder / "sales_pipeline.csv"):
        if row["deal_stage"] not in {"Won", "Lost"}:
            continue
        day = datetime.fromisoformat(row["close_date"]).replace(tzinfo=UTC)
        engaged = datetime.fromisoformat(row["engage_date"]).replace(tzinfo=UTC)
        before = {
            "status": "open",
            "stage": "Engaging",
            "owner": row["sales_agent"],
            "custom.account_type": sectors.get(row["account"]),
            "source": row["product"],
        }
        won = int(row["deal_stage"] == "Won")
        open_ = Observed("crm", engaged, engaged, before)
        after = {**before, "status": row["deal_stage"].lower(), "stage": row["deal_stage"]}
        uid = row["opportunity_id"]
        found.append(
            (
                day + timedelta(hours=1),
                won,
                Subject("opportunity", uid, before, before, (open_,)),
                Subject(
                    "opportunity", uid, after, before, (open_, Observed("crm", day, day, after))
                ),
            )
        )
    return sorted(found, key=lambda one: (one[0], one[2].uid))


def brier(pairs):
    return sum((p - won) ** 2 for p, won in pairs) / len(pairs)


def area(pairs):
    """The chance that a won one is judged likelier than a lost one; ties count half."""
    by_p = defaultdict(lambda: [0, 0])
    for p, won in pairs:
        by_p[p][won] += 1
    below, hits = 0, 0.0
    for p in sorted(by_p):
        lost, won = by_p[p]
        hits += won * (below + lost / 2)
        below += lost
    won = sum(counts[1] for counts in by_p.values())
    return hits / (won * below)
