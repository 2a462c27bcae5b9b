"""Builds what answers batches: their files, their store, and the runner that puts their lines through the pipeline.

A part of the composition root. The pipeline here is the house's own, but for who is let in: lines come on behalf of who
made their batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from vestibule.access.delegates import on_behalf
from vestibule.batches import BatchStore, Runner
from vestibule.core.settings import Settings
from vestibule.files import FileStore
from vestibule.gateway.batches.answering import Answers
from vestibule.gateway.batches.routes import Batching
from vestibule.gateway.embeddings import EmbeddingRoutes
from vestibule.gateway.ports import EmbeddingModels
from vestibule.gateway.responses.kept import Keeping
from vestibule.pipeline import Pipeline
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database


@dataclass(frozen=True)
class Batches:
    """`doors` is for the gateway; `runner` is to be run beside it."""

    doors: Batching
    runner: Runner


def build_batches(
    settings: Settings,
    database: Database,
    keys: TenantKeys,
    pipeline: Pipeline,
    embedding_models: EmbeddingModels,
    responses: Keeping,
    count: Callable[[str], None],
) -> Batches:
    access = on_behalf(database, pipeline.access.limiter)
    delegated = replace(pipeline, access=access)
    embeddings = EmbeddingRoutes(access, pipeline.embedder, embedding_models)
    files = FileStore(database, keys, settings.limits.file_mib * 2**20)
    answers = Answers(delegated, access, embeddings, responses)
    runner = Runner(database, keys, files, answers, count)
    return Batches(Batching(files, BatchStore(database, keys), runner.wake), runner)
