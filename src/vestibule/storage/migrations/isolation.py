"""Keeps the tenants of one table apart: a migration calls `isolate` for every table that has a `tenant` column.

Knows no table. The owner of the tables is not held by the policy; requests never run as the owner.
"""

from __future__ import annotations

from alembic import op

_REQUEST_ROLE = "vestibule_request"
_OWN_ROWS = "tenant = current_setting('vestibule.tenant', true)"


def isolate(table: str) -> None:
    """Let the request role read and write `table`, but only rows whose `tenant` is that of its transaction."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant_isolation ON {table} USING ({_OWN_ROWS}) WITH CHECK ({_OWN_ROWS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {_REQUEST_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA vestibule TO {_REQUEST_ROLE}")
