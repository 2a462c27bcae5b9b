"""Versions of what is tuned at run time, which of them is live, and the workers that must have taken it up.

Of no tenant: the role of requests is granted nothing here. A version is never changed and never taken away; which one
is live is one row, and every process is told when a version was proposed or went live.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # `base` is the version its author saw; `origin` the SHA-256 of the file it was read from, where that is watched.
    """
    CREATE TABLE configuration_versions (
        number integer PRIMARY KEY CHECK (number > 0),
        base integer NOT NULL CHECK (base >= 0 AND base < number),
        author text NOT NULL,
        reason text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        live_at timestamptz,
        digest text NOT NULL CHECK (length(digest) = 64),
        origin text,
        document text NOT NULL
    )
    """,
    """
    CREATE FUNCTION keep_configuration() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.live_at IS NULL AND NEW.live_at IS NOT NULL
            AND to_jsonb(NEW) - 'live_at' = to_jsonb(OLD) - 'live_at' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a version of the configuration is never changed';
    END $$
    """,
    """
    CREATE TRIGGER keep_configuration BEFORE UPDATE OR DELETE ON configuration_versions
        FOR EACH ROW EXECUTE FUNCTION keep_configuration()
    """,
    # `models` are those that the workers last had: what a version may name where no worker runs.
    """
    CREATE TABLE configuration_live (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        number integer NOT NULL DEFAULT 0,
        models text NOT NULL DEFAULT '[]'
    )
    """,
    "INSERT INTO configuration_live DEFAULT VALUES",
    """
    CREATE TABLE configuration_workers (
        id text PRIMARY KEY,
        host text NOT NULL,
        pid integer NOT NULL,
        running integer NOT NULL,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    # `trouble` is why that worker cannot take the version up, '' where it has it ready.
    """
    CREATE TABLE configuration_acknowledgements (
        worker text NOT NULL REFERENCES configuration_workers (id) ON DELETE CASCADE,
        number integer NOT NULL REFERENCES configuration_versions (number),
        trouble text NOT NULL DEFAULT '',
        PRIMARY KEY (worker, number)
    )
    """,
    # null in records from before: their content had no such part, and stays what it was
    "ALTER TABLE audit_records ADD COLUMN configuration bigint",
    """
    CREATE FUNCTION tell_of_configuration() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('vestibule_changes', 'configuration:');
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER tell_of_configuration AFTER INSERT ON configuration_versions
        FOR EACH STATEMENT EXECUTE FUNCTION tell_of_configuration()
    """,
    """
    CREATE TRIGGER tell_of_configuration AFTER UPDATE OF number ON configuration_live
        FOR EACH STATEMENT EXECUTE FUNCTION tell_of_configuration()
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE audit_records DROP COLUMN configuration")
    for table in ("acknowledgements", "workers", "live", "versions"):
        op.execute(f"DROP TABLE configuration_{table}")
    op.execute("DROP FUNCTION tell_of_configuration()")
    op.execute("DROP FUNCTION keep_configuration()")
