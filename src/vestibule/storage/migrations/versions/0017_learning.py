"""How difficult a request was, and whether what came of its answer has been learnt from."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE requests ADD COLUMN difficulty real, ADD COLUMN learnt boolean NOT NULL DEFAULT false")
    op.execute(
        "CREATE INDEX requests_to_learn_from ON requests (id)"
        " WHERE quality IS NOT NULL AND difficulty IS NOT NULL AND answered_by IS NOT NULL AND NOT learnt"
    )
    op.execute("ALTER TABLE feedback ADD COLUMN learnt boolean NOT NULL DEFAULT false")
    op.execute("CREATE INDEX feedback_to_learn_from ON feedback (request_id) WHERE NOT learnt")


def downgrade() -> None:
    op.execute("ALTER TABLE feedback DROP COLUMN learnt")
    op.execute("DROP INDEX requests_to_learn_from")
    op.execute("ALTER TABLE requests DROP COLUMN difficulty, DROP COLUMN learnt")
