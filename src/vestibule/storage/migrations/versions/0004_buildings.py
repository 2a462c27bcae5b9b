"""Portfolios, meter readings and weather. A reading that is missing has no row."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE portfolios (
            tenant text PRIMARY KEY,
            definition jsonb NOT NULL,
            source text NOT NULL,
            version integer NOT NULL,
            imported_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE readings (
            tenant text NOT NULL,
            meter text NOT NULL,
            hour timestamptz NOT NULL,
            amount double precision NOT NULL,
            PRIMARY KEY (tenant, meter, hour)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE weather (
            tenant text NOT NULL,
            hour timestamptz NOT NULL,
            temperature_c double precision NOT NULL,
            relative_humidity double precision,
            solar_w_m2 double precision,
            PRIMARY KEY (tenant, hour)
        )
        """
    )
    for table in ("portfolios", "readings", "weather"):
        isolate(table)


def downgrade() -> None:
    for table in ("weather", "readings", "portfolios"):
        op.execute(f"DROP TABLE {table}")
