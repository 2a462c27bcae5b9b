"""The ground the other versions stand on: pgvector, the request role's way in, and the tenants.

Revision: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("GRANT USAGE ON SCHEMA vestibule TO vestibule_request")
    op.execute(
        """
        CREATE TABLE tenants (
            id text PRIMARY KEY CHECK (id <> ''),
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE tenants")
    op.execute("REVOKE USAGE ON SCHEMA vestibule FROM vestibule_request")
