"""What Alembic runs for every upgrade: our SQL on the connection that `schema.migrate` opened and locked."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
