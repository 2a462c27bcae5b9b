"""`vestibule models plan`: which local models the memory budget holds, and who would make room for whom."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from vestibule.core.errors import VestibuleError
from vestibule.core.settings import LocalSettings, Settings
from vestibule.fleet import TINY_MODEL
from vestibule.providers.llamacpp.model_file import available_memory, examine
from vestibule.providers.llamacpp.registry import AddedModel, added_models
from vestibule.providers.memory.catalogue import ModelCatalogue, read_catalogue
from vestibule.providers.memory.footprint import Serving, spell
from vestibule.providers.memory.table import Entry, Row, Source, table
from vestibule.providers.ollama import discover_ollama
from vestibule.providers.ollama.running import RunningModel, running_models

CATALOGUE = TINY_MODEL.with_name("catalogue.yaml")
COLUMNS = ("model", "weights", "KV/token", "context", "slots", "cache", "sum", "fits", "then unloads")


class Unusable(msgspec.Struct, frozen=True):
    """An added model that cannot be run so."""

    model: str
    reason: str


class Plan(msgspec.Struct, frozen=True):
    """Bytes. `free_bytes` is there where the machine has less than the setting allows: then it is the budget. The
    models in `ollama` are held by it now, and count."""

    budget_bytes: int
    setting_bytes: int
    free_bytes: int | None
    ollama: tuple[RunningModel, ...]
    models: tuple[Row, ...]
    unusable: tuple[Unusable, ...]


@click.command("plan")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--profile", help="Plan for a kind of machine: apple-m1-16gb, cpu-server, gpu-server.")
@click.option("--memory-gib", type=click.FloatRange(min=0, min_open=True), help="Plan with another budget.")
@click.option("--json", "as_json", is_flag=True)
def plan_memory(config: Path | None, profile: str | None, memory_gib: float | None, as_json: bool) -> None:
    """Show what each local model takes in memory, which fit together, and which would be unloaded for which."""
    settings, catalogue = Settings.load(config), read_catalogue(CATALOGUE)
    local: LocalSettings = catalogue.profile(profile) if profile else settings.local
    imagined = profile is not None or memory_gib is not None
    if memory_gib:
        local = msgspec.structs.replace(local, memory_gib=memory_gib)
    plan = _plan(settings, local, catalogue, imagined=imagined)
    if as_json:
        click.echo(msgspec.json.encode(plan).decode())
    else:
        for line in _lines(plan, f"the profile {profile}" if profile else "local.memory_gib"):
            click.echo(line.rstrip())


def _plan(settings: Settings, local: LocalSettings, catalogue: ModelCatalogue, *, imagined: bool) -> Plan:
    """Of an `imagined` machine nothing is known but its budget; of this one also what is free and what Ollama holds."""
    ollama = () if imagined else asyncio.run(_of_ollama(settings))
    held = sum(model.size_bytes for model in ollama)
    allowed, free = local.memory_bytes, available_memory() + held
    budget = allowed if imagined else min(allowed, free)
    serving = Serving.of(local)
    entries, unusable = _installed(settings, serving)
    rows = table([*entries, *_known(catalogue, serving)], budget - held)
    return Plan(budget, allowed, free if budget < allowed else None, ollama, rows, unusable)


async def _of_ollama(settings: Settings) -> tuple[RunningModel, ...]:
    found = await discover_ollama(settings.home_hosts, os.environ)
    return await running_models(found.url, settings.home_hosts) if found.models else ()


def _installed(settings: Settings, serving: Serving) -> tuple[list[Entry], tuple[Unusable, ...]]:
    files: list[tuple[AddedModel, Source]] = [(m, "added") for m in added_models(settings.home)]
    if TINY_MODEL.exists():
        files.append((AddedModel(TINY_MODEL.stem, TINY_MODEL), "built in"))
    entries, unusable = [], []
    for added, source in files:
        try:
            model = examine(added.path, serving, added.adapters, embedding=added.embedding)
            entries.append(Entry(added.name, source, model.shape, model.serving))
        except VestibuleError as error:
            unusable.append(Unusable(added.name, str(error)))
    return entries, tuple(unusable)


def _known(catalogue: ModelCatalogue, serving: Serving) -> Iterator[Entry]:
    for name, model in catalogue.models.items():
        for quantisation in model.files_gb:
            capped = msgspec.structs.replace(serving, context=min(serving.context, model.context))
            yield Entry(f"{name} {quantisation}", "catalogue", model.shape(quantisation), capped)


def _lines(plan: Plan, source: str) -> Iterator[str]:
    cells = [COLUMNS, *(_cells(row) for row in plan.models)]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    yield ""
    limit = f", of which {spell(plan.free_bytes)} are free on this machine" if plan.free_bytes is not None else ""
    yield f"Budget: {spell(plan.setting_bytes)} ({source}){limit}."
    yield f"Loaded at the start: {spell(sum(row.sum for row in plan.models if row.at_start))}."
    for held in plan.ollama:
        yield f"Ollama holds {held.name}: {spell(held.size_bytes)}, {spell(held.vram_bytes)} of it on a graphics card."
    for broken in plan.unusable:
        yield f"{broken.model} cannot be run so: {broken.reason}"
    if not all(row.fits for row in plan.models):
        yield "What does not fit: use fewer slots, a smaller context, the q8_0 cache type, or a smaller quantisation."


def _cells(row: Row) -> tuple[str, ...]:
    state = "loaded" if row.at_start else "yes" if row.fits else "no"
    return (
        row.model if row.source != "catalogue" else f"{row.model} (not installed)",
        spell(row.weights),
        f"{row.kv_per_token / 1024:g} KiB",
        f"{row.context:,}",
        str(row.slots),
        row.cache_type,
        spell(row.sum),
        state,
        ", ".join(row.unloads),
    )
