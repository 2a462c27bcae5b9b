"""Generate the demo world, write it down and take it in through the doors a user takes: import and ingestion.

A world that is already in place is left alone, so a second start takes seconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import vestibule
from vestibule.buildings import BuildingData
from vestibule.demo.documents import compose
from vestibule.demo.documents import write as write_documents
from vestibule.demo.files import write_portfolio, write_truth
from vestibule.demo.world import generate
from vestibule.knowledge import KnowledgeBase

TENANT = "demo"
OnProgress = Callable[[str, int, int], None]


async def load_demo(
    knowledge: KnowledgeBase, buildings: BuildingData, home: Path, seed: int, on_progress: OnProgress
) -> None:
    """Make `home/demo` and the tenant `demo` hold the world of `seed`, and nothing of another world."""
    folder = home / "demo"
    if await asyncio.to_thread(_written, folder) != _stamp(seed):
        on_progress("Generating the world", 0, 1)
        await asyncio.to_thread(write_world, folder, seed)
        on_progress("Generating the world", 1, 1)
    await _import_portfolio(buildings, folder, on_progress)
    await _ingest_documents(knowledge, buildings, folder / "documents", on_progress)


def write_world(folder: Path, seed: int) -> None:
    """Write the world of `seed` to `folder`: beside it first, then in its place, so that it is whole or not there."""
    world = generate(seed)
    documents = compose(world)
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    write_portfolio(world, fresh / "portfolio")
    write_documents(documents.documents, fresh / "documents")
    write_truth(world, documents.facts, fresh / "truth.json")
    (fresh / "stamp").write_text(_stamp(seed))
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(fresh, folder)


def _stamp(seed: int) -> str:
    return f"{vestibule.__version__} seed {seed}"


def _written(folder: Path) -> str | None:
    try:
        return (folder / "stamp").read_text()
    except FileNotFoundError:
        return None


async def _import_portfolio(buildings: BuildingData, folder: Path, on_progress: OnProgress) -> None:
    files = {p.name: p.read_bytes() for p in sorted((folder / "portfolio").iterdir())}
    digest = hashlib.sha256(json.dumps({n: hashlib.sha256(c).hexdigest() for n, c in files.items()}).encode())
    if await buildings.imported(TENANT) == digest.hexdigest():
        return
    await buildings.import_portfolio(
        TENANT,
        folder / "portfolio",
        source=digest.hexdigest(),
        on_progress=lambda done, total: on_progress("Importing meter data", done, total),
    )


async def _ingest_documents(
    knowledge: KnowledgeBase, buildings: BuildingData, folder: Path, on_progress: OnProgress
) -> None:
    files = {str(p.relative_to(folder)): p for p in sorted(folder.rglob("*")) if p.is_file()}
    for document in await knowledge.documents(TENANT):
        if document.path not in files:
            await knowledge.remove(TENANT, document.id)
    for name, path in files.items():
        await knowledge.accept(TENANT, name, await asyncio.to_thread(path.read_bytes))
    await knowledge.work(
        building_names=buildings.names, on_progress=lambda done, total: on_progress("Reading documents", done, total)
    )
