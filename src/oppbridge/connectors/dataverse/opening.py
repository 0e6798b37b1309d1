"""Opens the line to an environment: sign-in, session, tables of the entities asked for."""

from __future__ import annotations

from collections.abc import Mapping

from oppbridge.contract import Selection
from oppbridge.http.gate import gate_of
from oppbridge.http.hosts import checked_root
from oppbridge.http.session import Bounds, Session, pool
from oppbridge.http.signin import Tokens
from oppbridge.http.tokens import token_source

from .codes import judge
from .connector import Dataverse
from .desk import ROOT, Desk, Entity
from .named import Names
from .settings import DataverseSettings
from .tables import table_of


def open_line(settings: DataverseSettings, selections: Mapping[str, Selection]) -> Dataverse:
    """The connector to one environment. Signs in with the first call. Raises ConfigError."""
    root = checked_root(settings.url)
    http = pool(settings.ca_file)
    session = Session(
        root,
        http,
        Tokens(token_source(settings, root, http)),
        gate_of(root, settings.identity),
        judge,
        Bounds(settings.connect_within, settings.answer_within, settings.patience),
    )
    entities = {
        name: Entity(selection, table_of(selection)) for name, selection in selections.items()
    }
    return Dataverse(Desk(session, settings, Names(session, ROOT), entities))
