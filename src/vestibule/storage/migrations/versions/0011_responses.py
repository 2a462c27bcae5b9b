"""Responses that callers asked to be stored. Sealed before they come here."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE responses (
            tenant text NOT NULL,
            id text NOT NULL,
            previous text,
            level smallint NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            sealed bytea NOT NULL,
            PRIMARY KEY (tenant, id)
        )
        """
    )
    op.execute("CREATE INDEX responses_by_expiry ON responses (expires_at)")
    isolate("responses")


def downgrade() -> None:
    op.execute("DROP TABLE responses")
