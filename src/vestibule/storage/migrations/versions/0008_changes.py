"""Tells every process at once what has changed for a tenant, so that versions may be remembered between requests."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = {"document_changes": "documents", "portfolios": "portfolio"}


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('vestibule_changes', TG_ARGV[0] || ':' || NEW.tenant);
            RETURN NULL;
        END $$
        """
    )
    for table, kind in _TABLES.items():
        op.execute(
            f"CREATE TRIGGER tell_of_change AFTER INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION tell_of_change('{kind}')"
        )


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"DROP TRIGGER tell_of_change ON {table}")
    op.execute("DROP FUNCTION tell_of_change()")
