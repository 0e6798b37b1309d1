"""Leases, which keep two runs from writing at once, and the runs there have been."""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from collections.abc import Iterable
from typing import Any

import orjson
import sqlalchemy as sa

from ..errors import Unavailable
from .database import Lease
from .prepared import Prepared
from .schema import lease, run
from .transaction import Tx

TERM = 900.0  # seconds a lease lasts unless renewed

_NAMED = lease.c.name == sa.bindparam("lease")
_HELD = Prepared(lambda _: sa.select(lease.c.fence, lease.c.until, lease.c.holder).where(_NAMED))
_TAKE = Prepared(
    lambda _: (
        sa.update(lease)
        .where(_NAMED, lease.c.fence == sa.bindparam("before"))
        .values({name: sa.bindparam(f"b_{name}") for name in ("holder", "fence", "until")})
    )
)
_LASTS = Prepared(
    lambda among: (
        sa.update(lease)
        .where(among(lease.c.name), lease.c.holder == sa.bindparam("by"))
        .values(until=sa.bindparam("b_until"))
    )
)
_FINISH = Prepared(
    lambda _: (
        sa.update(run)
        .where(run.c.id == sa.bindparam("run"))
        .values({name: sa.bindparam(f"b_{name}") for name in ("finished", "outcome", "report")})
    )
)


def acquire(tx: Tx, names: Iterable[str], now: float, work: str = "") -> Lease:
    """Take leases, all or none. Raises Unavailable while another run holds one of them.

    What an earlier try of the same `work` holds is taken over: it will not come back, and if it
    does the store refuses it.
    """
    own = hashlib.sha256(work.encode()).hexdigest()[:16] if work else ""
    holder = f"{socket.gethostname()[:40]}/{os.getpid()}/{uuid.uuid4().hex[:8]}/{own}"
    fences: dict[str, int] = {}
    for name in sorted(names):
        rows = tx.ask(_HELD, lease=name)
        fence, until, other = rows[0] if rows else (0, 0.0, "")
        tried = bool(own) and other.endswith(f"/{own}")
        if rows and until > now and not tried and _alive(other):
            raise Unavailable(f"{name} is in use by another run ({other}); try again later")
        values = {"holder": holder, "fence": fence + 1, "until": now + TERM}
        if rows:
            told = {f"b_{name}": value for name, value in values.items()}
            taken = tx.tell(_TAKE, lease=name, before=fence, **told)
        else:
            taken = tx.run(tx.upsert(lease).values(name=name, **values).on_conflict_do_nothing())
        if taken != 1:
            raise Unavailable(f"{name} was taken by another run just now; try again later")
        fences[name] = fence + 1
    return Lease(holder, fences)


def _alive(holder: str) -> bool:
    """Whether a lease's holder may still run; only a holder on this machine can be known dead."""
    host, pid, *_ = holder.split("/")
    if host != socket.gethostname()[:40]:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def renew(tx: Tx, held: Lease, now: float) -> None:
    """Make a lease last another term."""
    tx.tell_each(_LASTS, list(held.fences), by=held.holder, b_until=now + TERM)


def release(tx: Tx, held: Lease) -> None:
    """Give a lease back; what others took meanwhile stays theirs."""
    tx.tell_each(_LASTS, list(held.fences), by=held.holder, b_until=0.0)


def begin(tx: Tx, flow: str, now: float, key: str = "") -> int:
    """Note that a run has begun; its id. With a key, the run that others began under it."""
    if key and (known := tx.rows(sa.select(run.c.id).where(run.c.key == key))):
        return int(known[0][0])
    [fresh] = tx.allocate("run", 1)
    tx.insert(run, ("id", "flow", "started", "key"), [(fresh, flow, now, key or None)])
    return fresh


def report_under(tx: Tx, key: str) -> dict[str, Any]:
    """What the run of a key has reported so far; empty before it did."""
    rows = tx.rows(sa.select(run.c.report).where(run.c.key == key))
    return orjson.loads(rows[0][0]) if rows and rows[0][0] else {}


def report_of(tx: Tx, run_id: int) -> dict[str, Any]:
    """What a run has reported so far; empty before it did."""
    rows = tx.rows(sa.select(run.c.report).where(run.c.id == run_id))
    return orjson.loads(rows[0][0]) if rows and rows[0][0] else {}


def finish(tx: Tx, run_id: int, outcome: str, report: Any, now: float) -> None:
    """Note how a run ended."""
    text = tx.sealed(run.c.report, orjson.dumps(report).decode())
    tx.tell(_FINISH, run=run_id, b_finished=now, b_outcome=outcome, b_report=text)


def flow_of(tx: Tx, run_id: int) -> str | None:
    """The flow of a run, None where there is no such run."""
    rows = tx.rows(sa.select(run.c.flow).where(run.c.id == run_id))
    return rows[0][0] if rows else None


def recent(tx: Tx, flow: str, limit: int) -> list[dict[str, Any]]:
    """The latest runs of a flow, newest first, by column."""
    query = sa.select(run).where(run.c.flow == flow).order_by(run.c.id.desc()).limit(limit)
    return [dict(zip(run.c.keys(), row, strict=True)) for row in tx.rows(query)]


def find(tx: Tx, run_id: int) -> dict[str, Any] | None:
    """A run by column; None where there is no such run."""
    rows = tx.rows(sa.select(run).where(run.c.id == run_id))
    return dict(zip(run.c.keys(), rows[0], strict=True)) if rows else None


def last_of(tx: Tx, flow: str) -> dict[str, Any] | None:
    """The latest run of a flow by column, None before the first."""
    return next(iter(recent(tx, flow, 1)), None)
