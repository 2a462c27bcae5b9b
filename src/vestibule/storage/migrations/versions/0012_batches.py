"""Files and batches of requests. What callers wrote and what was answered is sealed before it comes here."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE files (
        tenant text NOT NULL,
        id text NOT NULL,
        purpose text NOT NULL,
        level smallint NOT NULL,
        bytes bigint NOT NULL,
        parts integer NOT NULL,
        name bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, id)
    )
    """,
    "CREATE INDEX files_by_age ON files (tenant, created_at, id)",
    "CREATE INDEX files_by_expiry ON files (expires_at)",
    # Parts come before their file, which is there once they all are.
    """
    CREATE TABLE file_parts (
        tenant text NOT NULL,
        file_id text NOT NULL,
        number integer NOT NULL,
        sealed bytea NOT NULL,
        written_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant, file_id, number)
    )
    """,
    # What is sealed cannot be compressed.
    "ALTER TABLE file_parts ALTER COLUMN sealed SET STORAGE EXTERNAL",
    # `key_id`, `scopes`, `clearance` and `models` are those of who made it. `lease` is the worker that validates or
    # finalizes it, until `leased_until`.
    """
    CREATE TABLE batches (
        tenant text NOT NULL,
        id text NOT NULL,
        key_id text NOT NULL,
        scopes text[] NOT NULL,
        clearance smallint NOT NULL,
        models text[],
        endpoint text NOT NULL,
        input_file_id text NOT NULL,
        output_life interval NOT NULL,
        metadata bytea,
        model bytea,
        status text NOT NULL DEFAULT 'validating' CHECK (status IN ('validating', 'failed', 'in_progress', 'finalizing',
            'completed', 'expired', 'cancelling', 'cancelled')),
        errors jsonb,
        total integer NOT NULL DEFAULT 0,
        completed integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        output_file_id text,
        error_file_id text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        in_progress_at timestamptz,
        finalizing_at timestamptz,
        completed_at timestamptz,
        failed_at timestamptz,
        expired_at timestamptz,
        cancelling_at timestamptz,
        cancelled_at timestamptz,
        served_at timestamptz NOT NULL DEFAULT '-infinity',
        rests_until timestamptz NOT NULL DEFAULT '-infinity',
        lease text,
        leased_until timestamptz,
        PRIMARY KEY (tenant, id)
    )
    """,
    "CREATE INDEX batches_by_age ON batches (tenant, created_at, id)",
    "CREATE INDEX batches_to_do ON batches (served_at) WHERE status IN ('validating', 'in_progress', 'finalizing',"
    " 'cancelling')",
    # One request each, by the number of its line: 0 waits, 1 is under way, 2 was answered, 3 was refused.
    """
    CREATE TABLE batch_lines (
        tenant text NOT NULL,
        batch_id text NOT NULL,
        line integer NOT NULL,
        request bytea NOT NULL,
        reply bytea,
        state smallint NOT NULL DEFAULT 0,
        tries smallint NOT NULL DEFAULT 0,
        not_before timestamptz NOT NULL DEFAULT now(),
        lease text,
        leased_until timestamptz,
        PRIMARY KEY (tenant, batch_id, line),
        FOREIGN KEY (tenant, batch_id) REFERENCES batches ON DELETE CASCADE
    )
    """,
    "CREATE INDEX batch_lines_to_do ON batch_lines (tenant, batch_id, line) WHERE state < 2",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("files", "file_parts", "batches", "batch_lines"):
        isolate(table)


def downgrade() -> None:
    for table in ("batch_lines", "batches", "file_parts", "files"):
        op.execute(f"DROP TABLE {table}")
