"""Runs migrations on the engine the store hands over."""

from __future__ import annotations

from alembic import context

from oppbridge.store.schema import metadata

with context.config.attributes["connectable"].connect() as plain:
    connection = plain.execution_options(oppbridge_write=True)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.in_transaction():
        connection.commit()
