"""What was foreseen of a request, what it took at home, and what it would have cost outside."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COLUMNS = {
    "home_eur": "double precision",
    "cloud_eur": "double precision",
    "estimated_eur": "double precision",
    "kwh": "double precision",
    "co2e_g": "double precision",
    "task": "text",
    "predicted": "jsonb",
}


def upgrade() -> None:
    added = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in _COLUMNS.items())
    op.execute(f"ALTER TABLE requests {added}")


def downgrade() -> None:
    op.execute(f"ALTER TABLE requests {', '.join(f'DROP COLUMN {name}' for name in _COLUMNS)}")
