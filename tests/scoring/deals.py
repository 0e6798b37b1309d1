"""Deals for the tests: plain subjects with values, what was agreed before, and a history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from oppbridge.decision import Observed, Subject

NOW = datetime(2026, 5, 4, 9, 12, tzinfo=UTC)
STAGES = ("qualify", "develop", "propose", "close")


def days_ago(days, now=NOW):
    return now - timedelta(days=days)


def seen(days, system="sales", late=0, **values):
    """Something that became true `days` ago and was seen `late` days after that."""
    return Observed(system, days_ago(days), days_ago(days - late), values)


def deal(uid="deal", history=(), before=None, **values):
    return Subject("opportunity", uid, {"status": "open", **values}, before or {}, history)


def closed(uid, status, history=(), **values):
    """A deal seen open before and closed now."""
    before = {"status": "open", **values}
    return Subject("opportunity", uid, {**before, "status": status}, before, history)


def closings(won, lost, **values):
    """Deals that have closed, so many won and so many lost."""
    return [closed(f"w{n}{values}", "won", **values) for n in range(won)] + [
        closed(f"l{n}{values}", "lost", **values) for n in range(lost)
    ]
