"""Leases, which keep two runs from writing at once, and the runs there have been."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterable
from typing import Any

import orjson
import sqlalchemy as sa

from ..errors import Unavailable
from .database import Lease
from .schema import lease, run
from .transaction import Tx

TERM = 900.0  # seconds a lease lasts unless renewed


def acquire(tx: Tx, names: Iterable[str], now: float) -> Lease:
    """Take leases, all or none. Raises Unavailable while another run holds one of them."""
    holder = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
    fences: dict[str, int] = {}
    for name in sorted(names):
        rows = tx.rows(
            sa.select(lease.c.fence, lease.c.until, lease.c.holder).where(lease.c.name == name)
        )
        if rows and rows[0].until > now and _alive(rows[0].holder):
            raise Unavailable(
                f"{name} is in use by another run ({rows[0].holder}); try again later"
            )
        fence = rows[0].fence if rows else 0
        values = {"holder": holder, "fence": fence + 1, "until": now + TERM}
        if rows:
            where = (lease.c.name == name, lease.c.fence == fence)
            taken = tx.run(sa.update(lease).where(*where).values(**values))
        else:
            taken = tx.run(tx.upsert(lease).values(name=name, **values).on_conflict_do_nothing())
        if taken != 1:
            raise Unavailable(f"{name} was taken by another run just now; try again later")
        fences[name] = fence + 1
    return Lease(holder, fences)


def _alive(holder: str) -> bool:
    """Whether a lease's holder may still run; only a holder on this machine can be known dead."""
    host, pid, _ = holder.split("/")
    if host != socket.gethostname():
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
    where = tx.among(lease.c.name)
    names = {"keys": tx.bind(list(held.fences))}
    tx.run(
        sa.update(lease).where(where, lease.c.holder == held.holder).values(until=now + TERM), names
    )


def release(tx: Tx, held: Lease) -> None:
    """Give a lease back; what others took meanwhile stays theirs."""
    where = tx.among(lease.c.name)
    names = {"keys": tx.bind(list(held.fences))}
    tx.run(sa.update(lease).where(where, lease.c.holder == held.holder).values(until=0.0), names)


def begin(tx: Tx, flow: str, now: float) -> int:
    """Note that a run has begun; its id."""
    [fresh] = tx.allocate("run", 1)
    tx.insert(run, ("id", "flow", "started"), [(fresh, flow, now)])
    return fresh


def finish(tx: Tx, run_id: int, outcome: str, report: Any, now: float) -> None:
    """Note how a run ended."""
    values = {"finished": now, "outcome": outcome, "report": orjson.dumps(report).decode()}
    tx.run(sa.update(run).where(run.c.id == run_id).values(**values))


def flow_of(tx: Tx, run_id: int) -> str | None:
    """The flow of a run, None where there is no such run."""
    rows = tx.rows(sa.select(run.c.flow).where(run.c.id == run_id))
    return rows[0][0] if rows else None


def last_of(tx: Tx, flow: str) -> Any:
    """The latest run of a flow as a row, None before the first."""
    query = sa.select(run).where(run.c.flow == flow).order_by(run.c.id.desc()).limit(1)
    return next(iter(tx.rows(query)), None)
