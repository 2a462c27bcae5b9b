"""`vestibule models`: which models this Vestibule would use, and GGUF files added to them."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import click

from vestibule.cli.acceptance import accept
from vestibule.cli.memory_plan import plan_memory
from vestibule.cli.ollama_models import create, delete, ps, pull, show, warm
from vestibule.cli.setup import setup
from vestibule.core.settings import Settings
from vestibule.fleet import TINY_MODEL
from vestibule.providers.llamacpp.embedder import require_embeddable
from vestibule.providers.llamacpp.gguf import read_header
from vestibule.providers.llamacpp.model_file import is_embedder
from vestibule.providers.llamacpp.provider import require_loadable
from vestibule.providers.llamacpp.registry import AddedModel, adapters_of, add_model, added_models, remove_model
from vestibule.providers.memory.footprint import Serving, spell
from vestibule.providers.ollama import discover_ollama
from vestibule.routing.catalogue import AUTO

RESERVED = (AUTO, "extractive", TINY_MODEL.stem)


@click.group()
def models() -> None:
    """The models that are there."""


for command in (plan_memory, pull, create, show, delete, warm, ps, setup, accept):
    models.add_command(command)


@models.command("list")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--json", "as_json", is_flag=True)
def list_models(config: Path | None, as_json: bool) -> None:
    """List every model in the order `auto` prefers them, who serves it and where that is."""
    for row in asyncio.run(_rows(Settings.load(config))):
        line = f"{row['id']:<24} {row['provider']:<14} {row['location']:<6} {row['note']}"
        click.echo(json.dumps(row) if as_json else line.rstrip())


async def _rows(settings: Settings) -> list[dict[str, str]]:
    ollama = await discover_ollama(settings.home_hosts, os.environ)
    rows = [_configured(settings, m.id, m.provider) for m in settings.models]
    rows += [_row(m.name, "ollama", note=f"{m.size_bytes / 2**30:.1f} GiB") for m in ollama.models]
    rows += [_row(m.name, "ollama", note="turns texts into vectors; for /v1/embeddings") for m in ollama.embedders]
    rows += [_row(m.name, "ollama", "cloud", "run by others than its daemon: never asked") for m in ollama.remote]
    rows += [_row(m.name, "llama.cpp", note=_described(m)) for m in added_models(settings.home)]
    if TINY_MODEL.exists():
        rows.append(_row(TINY_MODEL.stem, "llama.cpp", note="a test and demo part; only when named"))
    return [*rows, _row("extractive", "extractive", note="no language model; always there")]


def _described(model: AddedModel) -> str:
    adapters = "".join(f", adapter {adapter.name}" for adapter in model.adapters)
    return f"{model.path}{adapters}{', embeddings' if model.embedding else ''}"


def _row(name: str, provider: str, location: str = "home", note: str = "") -> dict[str, str]:
    return {"id": name, "provider": provider, "location": location, "note": note}


def _configured(settings: Settings, name: str, provider: str) -> dict[str, str]:
    entry = next(p for p in settings.providers if p.id == provider)
    if entry in settings.outside:
        return _row(name, provider, "cloud", f"{entry.url}; only what the privacy policy lets leave")
    return _row(name, provider, note=entry.url)


@models.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="What callers will ask for; by default made from the file's name.")
@click.option("--adapter", "adapters", multiple=True, metavar="NAME=PATH", help="A LoRA GGUF to load with it.")
@click.option("--embedding", is_flag=True, help="Serve it for vectors; an embedding model's file says so itself.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
def add(path: Path, name: str | None, adapters: tuple[str, ...], embedding: bool, config: Path | None) -> None:
    """Add a GGUF file, after trying that llama.cpp can load it. A running server takes it within a second."""
    settings, lora = Settings.load(config), adapters_of(adapters)
    embedding = embedding or is_embedder(read_header(path))
    if embedding and lora:
        raise click.UsageError("An embedding model takes no --adapter.")
    trial = (path, settings.home / "logs", Serving.of(settings.local), settings.local.memory_bytes)
    file = asyncio.run(require_embeddable(*trial) if embedding else require_loadable(*trial, lora))
    added = add_model(settings.home, path, name, taken=RESERVED, adapters=lora, embedding=embedding)
    takes = f"{spell(file.file_bytes)}, {spell(file.footprint.total)} in memory"
    click.echo(f"Added {added.name} ({takes}). A running server serves it within a second.")


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Forget an added model; its file stays. A running server ends it once it has answered what it was asked."""
    removed = remove_model(Settings.load().home, name)
    click.echo(f"Removed {removed.name}; {removed.path} is still there.")
