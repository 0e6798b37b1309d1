"""The connector: one open line to a Supply Chain environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oppbridge.contract import Change, Description, Page, Receipt, Selection, Write

from .describe import describe
from .fetch import fetch, find
from .inventory import Item, Promise, available
from .line import inventory_of, session_of
from .scan import changes
from .sending import Post
from .settings import ScmSettings
from .view import View, view_of, whole
from .writing import Desk, write_all


class Scm:
    """Reads, writes, finds and describes customers, contacts, products, quotes and orders."""

    def __init__(self, settings: ScmSettings, selections: Mapping[str, Selection]) -> None:
        self._settings = settings
        self._session, self._gate = session_of(settings)
        self._inventory = inventory_of(settings)
        self._views = {name: view_of(one, settings) for name, one in selections.items()}

    def close(self) -> None:
        """Let go of connections; harmless when called again."""
        self._session.close()
        if self._inventory is not None:
            self._inventory.session.close()

    def changes(self, entity: str, cursor: str | None, limit: int) -> Page:
        """The page after a cursor: of a full scan, or of one of the documents still open."""
        return changes(self._session, self._settings, self._view(entity), cursor, limit)

    def fetch(self, entity: str, keys: Sequence[str]) -> Sequence[Change]:
        """The rows with these keys as they are now; absent ones are left out."""
        return [found.change for found in fetch(self._session, self._view(entity), keys)]

    def find(self, entity: str, column: str, values: Sequence[str]) -> Sequence[Change]:
        """The rows of all configured companies whose column equals one of the values."""
        view = self._view(entity)
        found = find(self._session, self._settings, view, column, values)
        return [each.change for each in found]

    def write(self, entity: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """One receipt for each write, in order."""
        settings = self._settings
        post = Post(
            self._session, self._gate, self._session.root, settings.batch, settings.patience
        )
        return write_all(Desk(post, settings, entity, self._view(entity)), writes)

    def describe(self, entity: str) -> Description:
        """The columns as the service's JSON metadata tells them, made columns included."""
        return describe(self._session, self._view(entity))

    def available(self, items: Sequence[Item]) -> Mapping[Item, Sequence[Promise]]:
        """What can be promised of (company, item, site, warehouse), in order of day.

        Site and warehouse may be None: all of them. Items without stock are left out. Raises like
        a reader; asking again is harmless.
        """
        return available(self._session, self._inventory, items)

    def _view(self, entity: str) -> View:
        return self._views.get(entity) or whole(entity, self._settings)
