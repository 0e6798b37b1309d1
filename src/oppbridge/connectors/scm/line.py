"""Opens the line to one environment: signed in, gated, and with errors told by their cause."""

from __future__ import annotations

from oppbridge.http.gate import Gate, gate_of
from oppbridge.http.hosts import checked_root
from oppbridge.http.session import Bounds, Session, pool
from oppbridge.http.signin import Tokens
from oppbridge.http.tokens import application_tokens, token_source

from .infolog import judge
from .inventory import Inventory
from .island import Island
from .settings import ScmSettings


def session_of(settings: ScmSettings) -> tuple[Session, Gate]:
    """A session at the environment's root, and its gate. Nothing is sent yet.

    Raises ConfigError for addresses and files that cannot be used.
    """
    root = checked_root(settings.url)
    http = pool(settings.ca_file)
    gate = gate_of(root, settings.identity)
    tokens = Tokens(token_source(settings, root, http))
    bounds = Bounds(settings.connect_within, settings.answer_within, settings.patience)
    return Session(root, http, tokens, gate, judge, bounds), gate


def inventory_of(settings: ScmSettings) -> Inventory | None:
    """The line to Inventory Visibility; None where it is not configured. Nothing is sent yet."""
    given = settings.inventory
    if given is None:
        return None
    http = pool(settings.ca_file)
    entra = Tokens(application_tokens(settings, given.scope, http))
    bounds = Bounds(settings.connect_within, settings.answer_within, settings.patience)
    root = checked_root(given.url)
    gate = gate_of(root, settings.identity)
    session = Session(root, http, Tokens(Island(given, entra, http)), gate, bounds=bounds)
    return Inventory(session, given)
