"""Brings a store to this version's tables with Alembic, and refuses one from a newer version."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from ..errors import ConfigError

HEAD = "0001"
FOLDER = Path(__file__).parent / "migrations"
_ALEMBIC = Lock()  # it keeps what it is at in module globals


def upgrade(engine: Engine) -> None:
    """Create or upgrade the tables; a look at one row when there is nothing to do."""
    found = _version(engine)
    if found == HEAD:
        return
    if found is not None and not any(FOLDER.glob(f"versions/v{found}_*.py")):
        raise ConfigError(f"the store is at version {found}, newer than this OppBridge ({HEAD})")
    from alembic import command  # costs more than the rest of opening; only when needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connectable"] = engine
    with _ALEMBIC:
        command.upgrade(config, "head")


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        row = connection.execute(sa.text("SELECT version_num FROM alembic_version")).first()
        return None if row is None else str(row[0])
