"""What is believed of each model's answers: a few numbers by its id, and nothing of any tenant."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of the owner alone: requests neither read nor write it.
    op.execute(
        """
        CREATE TABLE model_beliefs (
            model text PRIMARY KEY,
            level double precision NOT NULL,
            slope double precision NOT NULL,
            level_variance double precision NOT NULL,
            covariance double precision NOT NULL,
            slope_variance double precision NOT NULL,
            outcomes double precision NOT NULL,
            moved_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE model_beliefs")
