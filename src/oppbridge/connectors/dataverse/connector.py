"""The connector: reader, writer, finder and describer over one open line."""

from __future__ import annotations

from collections.abc import Sequence

from oppbridge.contract import Change, Description, Page, Receipt, Write
from oppbridge.errors import ConfigError, Invalid

from .describing import describe, survey
from .desk import Desk, Entity
from .finding import find_rows
from .reading import Reading
from .rows import by_keys, complete, header_columns
from .writing import carry_out

_LARGEST = 5000


class Dataverse:
    """An open line to one Dataverse environment. Safe to share between threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._readings = {name: Reading.of(desk, entity) for name, entity in desk.entities.items()}

    def close(self) -> None:
        """Let go of connections; harmless when called again."""
        self._desk.session.close()

    def changes(self, entity: str, cursor: str | None, limit: int) -> Page:
        """What changed after `cursor`; documents come whole. See `contract.Reader`."""
        self._entity(entity)
        return self._readings[entity].page(cursor, max(1, min(limit, _LARGEST)))

    def fetch(self, entity: str, keys: Sequence[str]) -> Sequence[Change]:
        """The rows with these keys as they are now."""
        chosen = self._entity(entity)
        return complete(self._desk, chosen, by_keys(self._desk, chosen, keys))

    def find(self, entity: str, column: str, values: Sequence[str]) -> Sequence[Change]:
        """Every row whose column equals one of the values, compared as Dataverse does."""
        chosen = self._entity(entity)
        rows = find_rows(self._desk, chosen.table.set, column, values, header_columns(chosen))
        return complete(self._desk, chosen, rows)

    def describe(self, entity: str) -> Description:
        """The columns of the entity's table and of its parts, by the environment's metadata."""
        return describe(self._desk, self._entity(entity))

    def survey(self) -> str | None:
        """The environment's stamp of its metadata. See `contract.Surveyor`."""
        return survey(self._desk)

    def write(self, entity: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """One receipt each, in order. See `contract.Writer`."""
        chosen = self._entity(entity)
        if self._desk.settings.read_only:
            refused = Invalid(f"{self._desk.session.host} is configured read_only")
            return [Receipt(write.id, write.key, error=refused) for write in writes]
        return carry_out(self._desk, chosen, writes)

    def _entity(self, name: str) -> Entity:
        found = self._desk.entities.get(name)
        if found is None:
            known = ", ".join(self._desk.entities) or "none"
            raise ConfigError(
                f"{self._desk.session.host} was not opened for {name!r} (but: {known})"
            )
        return found
