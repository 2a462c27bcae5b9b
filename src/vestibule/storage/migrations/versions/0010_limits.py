"""Limits that administrators set, what was drawn of days and months, and what hosts hold of it. Costs of requests."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE limits (
            kind text NOT NULL,
            id text NOT NULL,
            tenant text NOT NULL,
            allowance jsonb NOT NULL,
            set_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (kind, id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE limit_accounts (
            kind text NOT NULL,
            id text NOT NULL,
            span text NOT NULL,
            period integer NOT NULL,
            tenant text NOT NULL,
            drawn bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (kind, id, span, period)
        )
        """
    )
    op.execute("CREATE INDEX limit_accounts_by_period ON limit_accounts (span, period)")
    op.execute(
        """
        CREATE TABLE limit_leases (
            kind text NOT NULL,
            id text NOT NULL,
            span text NOT NULL,
            period integer NOT NULL,
            host text NOT NULL,
            tenant text NOT NULL,
            remaining bigint NOT NULL,
            serial bigint NOT NULL,
            ends_at timestamptz NOT NULL,
            PRIMARY KEY (kind, id, span, period, host)
        )
        """
    )
    op.execute("CREATE INDEX limit_leases_by_end ON limit_leases (ends_at)")
    op.execute("ALTER TABLE requests ADD COLUMN cost_eur double precision NOT NULL DEFAULT 0")
    for table in ("limits", "limit_accounts", "limit_leases"):
        isolate(table)
        # a tenant may see what it may use, and set nothing
        op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM vestibule_request")


def downgrade() -> None:
    op.execute("ALTER TABLE requests DROP COLUMN cost_eur")
    for table in ("limit_leases", "limit_accounts", "limits"):
        op.execute(f"DROP TABLE {table}")
