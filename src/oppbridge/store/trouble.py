"""What a database's own error means for whoever runs OppBridge, and what to do about it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..errors import ConfigError, OppBridgeError, Unavailable

KEPT = "nothing that was stored is lost; run again"
Meaning = tuple[type[OppBridgeError], str]

# Beginnings of SQLite's extended names and of PostgreSQL's SQLSTATE; the first that fits counts.
MEANINGS: dict[str, Meaning] = {
    "SQLITE_BUSY": (Unavailable, f"another process is writing to it; {KEPT} when it is done"),
    "SQLITE_LOCKED": (Unavailable, f"another process is writing to it; {KEPT} when it is done"),
    "SQLITE_FULL": (Unavailable, f"the disk is full; make room: {KEPT}"),
    "SQLITE_IOERR": (Unavailable, f"the disk cannot be read or written; {KEPT} when it can"),
    "SQLITE_READONLY": (ConfigError, "may only be read; allow writing to the file and its folder"),
    "SQLITE_PERM": (ConfigError, "may not be used; allow reading and writing the file"),
    "SQLITE_CANTOPEN": (ConfigError, "cannot be opened; allow writing to the file and its folder"),
    "SQLITE_NOTADB": (
        ConfigError,
        "is not an OppBridge store; name another file, or move this one away for a new store",
    ),
    "SQLITE_CORRUPT": (
        ConfigError,
        "is damaged; put back a copy of it, or move it away: a new store finds the twins again",
    ),
    "53100": (Unavailable, f"the server's disk is full; make room: {KEPT}"),
    "53": (Unavailable, f"the server is short of memory or connections; {KEPT} later"),
    "55P03": (Unavailable, f"another process is writing to it; {KEPT} when it is done"),
    "40": (Unavailable, f"another process was writing to the same rows; {KEPT}"),
    "57": (Unavailable, f"the server ended the connection; {KEPT}"),
    "08": (Unavailable, f"the connection was lost; {KEPT}"),
    "28": (ConfigError, "the server refused user or password; set store.url and store.password"),
    "3D": (ConfigError, "the server has no such database; create it empty"),
    "42501": (ConfigError, "the user may not make or change tables; grant CREATE on the schema"),
    "25006": (ConfigError, "the server only reads; name the one that writes"),
}


def explain(error: Exception, url: sa.URL) -> OppBridgeError | None:
    """An error of ours that says what happened and what helps; None for a mistake in our SQL."""
    cause: Any = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    meaning = next((m for start, m in MEANINGS.items() if str(code).startswith(start)), None)
    if meaning is None and code is None and type(cause).__name__ == "OperationalError":
        meaning = _refused(str(cause))
    if meaning is None:
        return None
    kind, text = meaning
    return kind(f"the store {url.render_as_string(hide_password=True)}: {text}")


def _refused(said: str) -> Meaning:
    """What a connection that never stood comes from: libpq gives words alone, no code."""
    for words, code in (
        ("authentication failed", "28"),
        ("no password supplied", "28"),
        ("does not exist", "3D"),
    ):
        if words in said:
            return MEANINGS[code]
    return Unavailable, f"the server does not answer; {KEPT} when it does"
