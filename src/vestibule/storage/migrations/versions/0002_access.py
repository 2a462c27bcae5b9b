"""Virtual keys. Only the owner of the tables may look: the role of requests is granted nothing here."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE api_keys (
            id text PRIMARY KEY,
            digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
            name text NOT NULL DEFAULT '',
            tenant text NOT NULL REFERENCES tenants (id),
            scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
            preset boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT now(),
            revoked_at timestamptz,
            last_used_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at)")


def downgrade() -> None:
    op.execute("DROP TABLE api_keys")
