"""An open folder of files: what the engine talks to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...contract import Change, Description, Page, Receipt, Selection, Write
from ...errors import AccessDenied, ConfigError, Invalid, Unavailable
from ...mapping.consistent import nearest
from .index import Index, build_index
from .places import Identity, matching, place, vanished
from .reading import Mark, Shelf, read_page
from .settings import EntityFile, Settings

TRIES = 3


class Folder:
    """A folder of CSV or Parquet files. Keeps nothing but what can be read from them again."""

    def __init__(self, settings: Settings, selections: Mapping[str, Selection]) -> None:
        if not settings.folder.is_dir():
            raise ConfigError(f"{settings.folder}: there is no such folder")
        self._settings = settings
        self._selections = selections
        self._known: dict[str, tuple[str, Index]] = {}
        for entity in settings.entities.values():
            for name in (entity.file, *(parts.file for parts in entity.collections.values())):
                place(settings.folder, name)

    def close(self) -> None:
        """Forget what was read."""
        self._known.clear()

    def changes(self, entity: str, cursor: str | None, limit: int) -> Page:
        """The page after `cursor`; files that have changed are read from their beginning.

        Raises Unavailable when a file is missing that was there, SchemaDrift for a header that
        lacks a column.
        """
        for _ in range(TRIES):
            identity = self._identity(entity)
            mark = Mark.parse(cursor)
            self._refuse_vanished(entity, mark, identity)
            first = mark is None or mark.identity != identity
            if mark is not None and not first and mark.done:
                return Page((), str(mark), more=False)
            start = Mark(identity) if mark is None or first else mark
            changes, after = read_page(self._shelf(entity), start, limit)
            if self._identity(entity) == identity:
                return Page(changes, str(after), more=not after.done, sweep=True, first=first)
        raise Unavailable(f"{self._given(entity).file}: keeps changing while it is read")

    def fetch(self, entity: str, keys: Sequence[str]) -> Sequence[Change]:
        """The rows with these keys as the files show them now."""
        wanted = set(keys)
        shelf = self._shelf(entity)
        return [shelf.change(source, found) for source, found in shelf.all() if found.key in wanted]

    def find(self, entity: str, column: str, values: Sequence[str]) -> Sequence[Change]:
        """Every row whose `column` equals one of `values`."""
        wanted = set(values)
        shelf = self._shelf(entity)
        out: list[Change] = []
        for source, found in shelf.all():
            if found.error is None and column in source.columns:
                value = found.row.values[source.columns.index(column)]
                if value is not None and str(value) in wanted:
                    out.append(shelf.change(source, found))
        return out

    def write(self, entity: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Rewrite the files once for all writes. Raises AccessDenied when all is read-only."""
        from .writing import write_all

        given = self._given(entity)
        if self._settings.read_only:
            raise AccessDenied(f"{given.file}: this system is set `read_only: true`")
        if given.is_pattern:
            refusal = Invalid(f"{given.file}: several files are only read; name one to write it")
            return [Receipt(write.id, write.key, error=refusal) for write in writes]
        folder = self._settings.folder
        self._known.pop(entity, None)  # two writes within one tick of the clock look alike
        return write_all(folder, lambda: self._shelf(entity), self._selections.get(entity), writes)

    def describe(self, entity: str) -> Description:
        """The columns that the files have now, or would get."""
        from .describing import describe

        selection = self._selections.get(entity)
        given = self._given(entity)
        paths = matching(self._settings.folder, given)
        return describe(Shelf(given, paths, Index(), ()), self._settings.folder, selection)

    def _given(self, entity: str) -> EntityFile:
        entities = self._settings.entities
        if entity not in entities:
            raise ConfigError(f"settings.entities: none for {entity!r}{nearest(entity, entities)}")
        return entities[entity]

    def _parts(self, entity: str) -> dict[str, Path]:
        given = self._given(entity)
        return {
            name: place(self._settings.folder, parts.file)
            for name, parts in given.collections.items()
        }

    def _identity(self, entity: str) -> str:
        given = self._given(entity)
        parts = self._parts(entity).values()
        found = matching(self._settings.folder, given)
        paths = found or [place(self._settings.folder, given.file)]
        if given.is_pattern:  # the first character says whether any file exists
            joined = Identity.of([*paths, *parts], given.model_dump_json()).text
            return f"{int(bool(found))}:{joined}"
        return Identity.of([*paths, *parts], given.model_dump_json()).text

    def _refuse_vanished(self, entity: str, mark: Mark | None, identity: str) -> None:
        """A file that is gone is not a file without rows: nobody wants everything deleted."""
        given = self._given(entity)
        gone = mark is not None and vanished(mark.identity, identity)
        never = identity.startswith("0") and (self._settings.read_only or given.is_pattern)
        if gone or never:
            names = ", ".join([given.file, *(one.file for one in given.collections.values())])
            raise Unavailable(f"{names}: missing in folder {self._settings.folder.name}")

    def _shelf(self, entity: str) -> Shelf:
        given = self._given(entity)
        paths = matching(self._settings.folder, given)
        parts = {name: path for name, path in self._parts(entity).items() if path.exists()}
        identity = self._identity(entity)
        known = self._known.get(entity)
        if known is None or known[0] != identity:
            selection = self._selections.get(entity)
            columns = selection.collections if selection else {}
            known = (identity, build_index(given, paths, parts, columns))
            self._known[entity] = known
        return Shelf(given, paths, known[1], tuple(self._wanted(entity)))

    def _wanted(self, entity: str) -> Iterator[str]:
        """The mapped columns, without what files may lack until a create brings it."""
        selection = self._selections.get(entity)
        origin = self._given(entity).origin
        for column in selection.columns if selection else ():
            if column != origin:
                yield column
