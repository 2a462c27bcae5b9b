"""Experiments: which arms a request had and how good its answer was, what its reader thought of it, stopped arms.

What is known of a request stays with its row and goes with it. Stops are of no tenant: the role of requests is granted
nothing there, and every process is told of them at once.
"""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # `experiments` is [{"id", "edition", "arm", "unit", "failed"}], null where it took part in none.
    "ALTER TABLE requests ADD COLUMN quality double precision, ADD COLUMN experiments jsonb",
    "CREATE INDEX requests_by_experiment ON requests USING gin (experiments jsonb_path_ops)"
    " WHERE experiments IS NOT NULL",
    """
    CREATE TABLE feedback (
        tenant text NOT NULL,
        request_id text PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
        thumb smallint NOT NULL CHECK (thumb IN (-1, 1)),
        given_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    # `arm` is '' where the whole experiment was stopped.
    """
    CREATE TABLE experiment_stops (
        experiment text NOT NULL,
        edition text NOT NULL,
        arm text NOT NULL,
        author text NOT NULL,
        reason text NOT NULL,
        stopped_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (experiment, edition, arm)
    )
    """,
    """
    CREATE FUNCTION tell_of_experiments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('vestibule_changes', 'experiments:');
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER tell_of_experiments AFTER INSERT OR DELETE ON experiment_stops
        FOR EACH STATEMENT EXECUTE FUNCTION tell_of_experiments()
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    isolate("feedback")


def downgrade() -> None:
    op.execute("DROP TABLE experiment_stops")
    op.execute("DROP FUNCTION tell_of_experiments()")
    op.execute("DROP TABLE feedback")
    op.execute("DROP INDEX requests_by_experiment")
    op.execute("ALTER TABLE requests DROP COLUMN quality, DROP COLUMN experiments")
