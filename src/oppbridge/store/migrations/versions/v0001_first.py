"""The first tables."""

from __future__ import annotations

from alembic import op

from oppbridge.store.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table as of the first version."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop every table."""
    metadata.drop_all(op.get_bind())
