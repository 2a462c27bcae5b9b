"""Documents, their versions, the chunks that are live, and the sequence of changes that indexes follow."""

from __future__ import annotations

from alembic import op

from vestibule.storage.migrations.isolation import isolate

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    # `live_version` is the version that is searched; the newest version may still be queued or have failed.
    """
    CREATE TABLE documents (
        id text PRIMARY KEY,
        tenant text NOT NULL CHECK (tenant <> ''),
        path text NOT NULL,
        title text NOT NULL DEFAULT '',
        live_version bigint,
        accepted_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (tenant, path)
    )
    """,
    """
    CREATE TABLE document_versions (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        tenant text NOT NULL,
        document_id text NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'live', 'failed')),
        error text,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        media_type text,
        content bytea NOT NULL,
        bytes integer NOT NULL,
        chunks integer NOT NULL DEFAULT 0,
        accepted_at timestamptz NOT NULL DEFAULT now(),
        ingested_at timestamptz
    )
    """,
    # Files are compressed already, or are read once: no time is spent on packing them.
    "ALTER TABLE document_versions ALTER COLUMN content SET STORAGE EXTERNAL",
    "CREATE INDEX document_versions_newest ON document_versions (document_id, id DESC)",
    "CREATE INDEX document_versions_queued ON document_versions (id) WHERE state = 'queued'",
    # Chunks of live versions only. `context` (title and headings) is searched with the text and never quoted.
    """
    CREATE TABLE chunks (
        id text PRIMARY KEY,
        tenant text NOT NULL,
        document_id text NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        version_id bigint NOT NULL REFERENCES document_versions (id) ON DELETE CASCADE,
        ordinal integer NOT NULL,
        title text NOT NULL,
        locator text NOT NULL,
        context text NOT NULL,
        text text NOT NULL,
        start_offset integer NOT NULL,
        end_offset integer NOT NULL,
        level smallint NOT NULL,
        buildings text[] NOT NULL DEFAULT '{}',
        dated date,
        embedding vector(384) NOT NULL,
        UNIQUE (version_id, ordinal)
    )
    """,
    "CREATE INDEX chunks_by_document ON chunks (tenant, document_id)",
    "CREATE INDEX chunks_by_embedding ON chunks USING hnsw (embedding vector_cosine_ops)",
    # One row a visible change, numbered in the order of commits: what outside indexes apply, and the version of a
    # tenant's knowledge. No reference to `documents`: a removal is a change too.
    """
    CREATE TABLE document_changes (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        tenant text NOT NULL,
        document_id text NOT NULL
    )
    """,
    "CREATE INDEX document_changes_by_tenant ON document_changes (tenant, id)",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    for table in ("documents", "document_versions", "chunks", "document_changes"):
        isolate(table)


def downgrade() -> None:
    for table in ("document_changes", "chunks", "document_versions", "documents"):
        op.execute(f"DROP TABLE {table}")
