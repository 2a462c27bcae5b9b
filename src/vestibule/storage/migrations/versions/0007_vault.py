"""What restores answers that are kept: stored responses and batches. Sealed before it comes here."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE pseudonym_vault (
            tenant text NOT NULL,
            id text NOT NULL,
            sealed bytea NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (tenant, id)
        )
        """
    )
    op.execute("CREATE INDEX pseudonym_vault_by_expiry ON pseudonym_vault (expires_at)")
    isolate("pseudonym_vault")


def downgrade() -> None:
    op.execute("DROP TABLE pseudonym_vault")
