"""One row per request, whatever became of it. Never the text."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE requests (
            id text PRIMARY KEY,
            tenant text NOT NULL,
            key_id text NOT NULL,
            started_at timestamptz NOT NULL,
            duration_ms double precision NOT NULL,
            model text NOT NULL,
            answered_by text,
            location text,
            outcome text NOT NULL,
            privacy_class text,
            reasons text[] NOT NULL DEFAULT '{}',
            cache text,
            prompt_tokens integer NOT NULL DEFAULT 0,
            completion_tokens integer NOT NULL DEFAULT 0,
            config_version integer NOT NULL DEFAULT 0,
            timings_ms jsonb NOT NULL DEFAULT '{}'
        )
        """
    )
    op.execute("CREATE INDEX requests_by_time ON requests (tenant, started_at DESC)")
    isolate("requests")


def downgrade() -> None:
    op.execute("DROP TABLE requests")
