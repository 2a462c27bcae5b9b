"""What a key may do and until when, its rotation; tenants that can be shut, their users, and sessions of the console.

Only the owner of the tables may look: the role of requests is granted nothing here. Whatever takes a right away is
told to every process at once.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE tenants ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN disabled_at timestamptz",
    # `issuer` and `subject` are those of the tokens the user comes with; a user without them has keys only.
    """
    CREATE TABLE users (
        id text PRIMARY KEY,
        tenant text NOT NULL REFERENCES tenants (id),
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('viewer', 'operator', 'auditor', 'admin')),
        issuer text,
        subject text,
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz,
        UNIQUE (tenant, issuer, subject),
        CHECK ((issuer IS NULL) = (subject IS NULL))
    )
    """,
    "CREATE INDEX users_by_tenant ON users (tenant, created_at)",
    # `previous_digest` is that of the secret before the last rotation, good until `previous_until`.
    """
    ALTER TABLE api_keys
        ADD COLUMN user_id text REFERENCES users (id) ON DELETE CASCADE,
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN models text[],
        ADD COLUMN clearance smallint NOT NULL DEFAULT 3 CHECK (clearance BETWEEN 0 AND 3),
        ADD COLUMN origins text[] NOT NULL DEFAULT '{}',
        ADD COLUMN networks text[] NOT NULL DEFAULT '{}',
        ADD COLUMN previous_digest bytea UNIQUE CHECK (octet_length(previous_digest) = 32),
        ADD COLUMN previous_until timestamptz
    """,
    # Of a session opened with a key the rights are the key's; of one opened with a token they are kept here.
    """
    CREATE TABLE console_sessions (
        digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
        tenant text NOT NULL REFERENCES tenants (id),
        key_id text REFERENCES api_keys (id) ON DELETE CASCADE,
        user_id text REFERENCES users (id) ON DELETE CASCADE,
        who text NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX console_sessions_by_who ON console_sessions (tenant, who)",
    "CREATE TABLE shared_secrets (name text PRIMARY KEY, secret bytea NOT NULL)",
    """
    CREATE FUNCTION tell_of_access() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('vestibule_changes', 'access:');
        RETURN NULL;
    END $$
    """,
)
# Noting that a key or a session was used is no change of what it may.
_TOLD = {
    "tenants": "UPDATE OR DELETE",
    "users": "UPDATE OR DELETE",
    "api_keys": "INSERT OR DELETE OR UPDATE OF digest, previous_until, revoked_at, expires_at, scopes, models,"
    " clearance, origins, networks, user_id",
    "console_sessions": "DELETE",
}


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table, events in _TOLD.items():
        op.execute(
            f"CREATE TRIGGER tell_of_access AFTER {events} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_of_access()"
        )


def downgrade() -> None:
    op.execute("DROP TABLE shared_secrets")
    op.execute("DROP TABLE console_sessions")
    op.execute("DROP TRIGGER tell_of_access ON api_keys")
    op.execute("DROP TRIGGER tell_of_access ON tenants")
    op.execute(
        "ALTER TABLE api_keys DROP COLUMN user_id, DROP COLUMN expires_at, DROP COLUMN models, DROP COLUMN clearance,"
        " DROP COLUMN origins, DROP COLUMN networks, DROP COLUMN previous_digest, DROP COLUMN previous_until"
    )
    op.execute("DROP TABLE users")
    op.execute("DROP FUNCTION tell_of_access()")
    op.execute("ALTER TABLE tenants DROP COLUMN name, DROP COLUMN disabled_at")
