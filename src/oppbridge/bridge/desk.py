"""What people say of writes, and what they are asked: the desk of the Python API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..store import Store
    from .assembly import Assembly
    from .lines import Lines
    from .plans import Plan, PlannedWrite


class Desk:
    """Held writes and dead letters of an open configuration, and the answers to them."""

    _assembly: Assembly
    _store: Store
    _lines: Lines

    def runs(self, flow: str, limit: int = 20) -> list[dict[str, Any]]:
        """The latest runs of a flow, newest first, as plain data."""
        from .status import recent

        self._assembly.section(flow)
        return recent(self._store, flow, limit)

    def run_told(self, run: int, limit: int = 200) -> dict[str, Any]:
        """What a run came to and what it wrote, at most `limit` writes. Raises ConfigError."""
        from .status import one_run

        return one_run(self._store, run, limit)

    def names(self, listed: Sequence[PlannedWrite]) -> dict[str, str]:
        """By record id, the names of the records that these writes point at."""
        from .status import names

        return names(self._store, listed)

    def held(self, flow: str | None = None) -> list[PlannedWrite]:
        """Writes that wait for a person, clashes included."""
        return self._listed(("held",), flow)

    def dead(self, flow: str | None = None) -> list[PlannedWrite]:
        """Writes and rows that cannot go through, each with its reason."""
        return self._listed(("dead",), flow)

    def approve(self, ids: Sequence[int], by: str, choice: str | None = None) -> int:
        """Let held writes go with the next run; `choice` names the winner of a clash."""
        from .people import approve

        movers = self._assembly.movers()
        strict = self._lines.strict
        return approve(self._store, ids, by, choice, lambda entity: movers.get(entity, []), strict)

    def approve_plan(self, digest: str, by: str) -> int:
        """Approve a plan as a whole; returns how many held writes of it may go."""
        from .people import approve_plan

        return approve_plan(self._store, digest, by, self._lines.strict)

    def held_plan(self, flow: str, by: str = "") -> Plan:
        """The held writes of a flow as a plan that can be approved or refused as a whole.

        Questions (clashes, matches) are listed; they are not part of what the digest names.
        """
        from .applying import waiting

        self._assembly.section(flow)
        return waiting(self._store, flow, by)

    def refuse_plan(self, digest: str, by: str) -> int:
        """Keep from going all that is held in a plan; returns how many writes."""
        from .people import refuse_plan

        return refuse_plan(self._store, digest, by)

    def refuse(self, ids: Sequence[int], by: str) -> int:
        """Keep held writes from going."""
        from .people import refuse

        return refuse(self._store, ids, by)

    def retry(self, ids: Sequence[int], by: str = "") -> int:
        """Try dead letters again: writes with the next run, unreadable rows now."""
        from .people import retry

        for letter in retry(self._store, ids, by):
            self._lines.look(letter.flow, letter.system, letter.entity, letter.key or "")
        return len(ids)

    def drop(self, ids: Sequence[int], by: str) -> int:
        """Set dead letters aside; a change of content brings them up again."""
        from .people import drop

        return drop(self._store, ids, by)

    def _listed(self, states: Sequence[str], flow: str | None) -> list[PlannedWrite]:
        from ..store import writes
        from .plans import shown

        if flow is not None:
            self._assembly.section(flow)
        with self._store.read() as tx:
            return shown(tx, writes.in_state(tx, states, flow))
