"""The audit trail and the tenants' keys.

`audit_chains` and `audit_anchors` have no tenant: a chain is one writer's, and an anchor proves what all tenants did.
The role of requests is granted nothing on them nor on `tenant_keys`; of `audit_records` it may read its own rows and
write none, for only the owner appends. The trigger stops mistakes, not an owner who means it: that the signatures find.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE audit_chains (
        id text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        host text NOT NULL,
        pid bigint NOT NULL
    )
    """,
    # What was decided (`kind` decision), or how many notes of a tenant were lost (gap). Numbered from 1 in each chain.
    """
    CREATE TABLE audit_records (
        chain text NOT NULL,
        number bigint NOT NULL,
        kind text NOT NULL,
        at timestamptz NOT NULL,
        request_id text NOT NULL,
        tenant text NOT NULL,
        who text NOT NULL,
        level text NOT NULL,
        reasons text[] NOT NULL,
        policy text NOT NULL,
        destination text NOT NULL,
        model text NOT NULL,
        action text NOT NULL,
        attempt bigint NOT NULL,
        pseudonymised bigint NOT NULL,
        digest bytea,
        lost bigint NOT NULL,
        hash bytea NOT NULL,
        mac bytea NOT NULL,
        PRIMARY KEY (chain, number)
    )
    """,
    "CREATE INDEX audit_records_by_time ON audit_records (tenant, at DESC, chain, number)",
    """
    CREATE TABLE audit_anchors (
        number bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        chain text NOT NULL,
        record bigint NOT NULL,
        head bytea NOT NULL,
        previous bytea NOT NULL,
        key text NOT NULL,
        signature bytea NOT NULL
    )
    """,
    "CREATE INDEX audit_anchors_by_chain ON audit_anchors (chain, record)",
    """
    CREATE TABLE tenant_keys (
        tenant text NOT NULL,
        purpose text NOT NULL,
        wrapped bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant, purpose)
    )
    """,
)
_APPEND_ONLY = """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('vestibule.audit_prune', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END $$
    """


def upgrade() -> None:
    for statement in (*_TABLES, _APPEND_ONLY):
        op.execute(statement)
    for table in ("audit_chains", "audit_records", "audit_anchors"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
    op.execute("ALTER TABLE audit_records ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_reads_its_own ON audit_records FOR SELECT"
        " USING (tenant = current_setting('vestibule.tenant', true))"
    )
    op.execute("GRANT SELECT ON audit_records TO vestibule_request")


def downgrade() -> None:
    for table in ("tenant_keys", "audit_anchors", "audit_records", "audit_chains"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION audit_is_append_only()")
