"""`vestibule models pull | create | show | delete | warm | ps`: models of this house's Ollama, and what is loaded."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from vestibule.cli.client import Client
from vestibule.cli.progress import OnProgress, progress_bar
from vestibule.cli.resident import Resident, resident_models
from vestibule.core.errors import InvalidRequest, NotFound, Unavailable
from vestibule.core.settings import Settings
from vestibule.fleet import TINY_MODEL
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.llamacpp.registry import AddedModel, added_models
from vestibule.providers.memory.footprint import Serving, spell
from vestibule.providers.ollama import discover_ollama
from vestibule.providers.ollama.daemon import OllamaDaemon, OnBytes, Step, digest_of

config_option = click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
json_option = click.option("--json", "as_json", is_flag=True)
file_argument = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("name")
@config_option
@json_option
def pull(name: str, config: Path | None, as_json: bool) -> None:
    """Have Ollama bring a model from its library; one that broke off goes on where it was."""
    daemon = _daemon(Settings.load(config))
    with progress_bar(Console(stderr=True)) as report:
        digests = _followed(daemon.pull(name), report)
    _say(as_json, {"pulled": name, "digests": digests}, f"Pulled {name} ({', '.join(digests) or 'it was there'}).")


@click.command()
@click.argument("name")
@click.option("--from", "source", required=True, metavar="GGUF|MODEL", help="A GGUF file, or a model that is there.")
@click.option("--adapter", type=file_argument, help="A LoRA adapter, a GGUF file made for that model.")
@click.option("--quantize", type=click.Choice(["q4_K_M", "q4_K_S", "q8_0"]), help="Of a model in f16 or f32.")
@config_option
@json_option
def create(
    name: str, source: str, adapter: Path | None, quantize: str | None, config: Path | None, as_json: bool
) -> None:
    """Have Ollama make a model of a GGUF file or of another model, with an adapter or quantised."""
    daemon = _daemon(Settings.load(config))
    with progress_bar(Console(stderr=True)) as report:
        file = Path(source)
        if source.endswith(".gguf") or file.is_file():
            parts: dict[str, Any] = {"files": _pushed(daemon, file, report)}
        else:
            parts = {"base": source}
        if adapter:
            parts["adapters"] = _pushed(daemon, adapter, report)
        _followed(daemon.create(name, quantize=quantize, **parts), report)
    _say(as_json, {"created": name}, f"Created {name}. A running server serves it within seconds.")


@click.command()
@click.argument("name")
@config_option
@json_option
def show(name: str, config: Path | None, as_json: bool) -> None:
    """Show what is known of a model: one of Ollama's, and where that is run, or one that was added."""
    settings = Settings.load(config)
    added = next((model for model in added_models(settings.home) if model.name == name), None)
    row = _of_file(added, settings) if added else _of_ollama(name, _daemon(settings).show(name))
    if as_json:
        click.echo(json.dumps(row))
        return
    for key, value in row.items():
        if value:
            click.echo(f"{key:<20} {value if isinstance(value, str | int) else json.dumps(value)}")


def _of_ollama(name: str, said: dict[str, Any]) -> dict[str, object]:
    remote = said.get("remote_host") or said.get("remote_model")
    context = next((v for k, v in said.get("model_info", {}).items() if k.endswith(".context_length")), None)
    return {
        "model": name,
        "runtime": "ollama",
        "location": "cloud" if remote else "home",
        "context": context,
        **said.get("details", {}),
        "capabilities": ", ".join(said.get("capabilities") or []),
        "license": str(said.get("license") or "").partition("\n")[0],
    }


def _of_file(added: AddedModel, settings: Settings) -> dict[str, object]:
    """As it would be run: with the slots and the context of the settings."""
    file = examine(added.path, Serving.of(settings.local), added.adapters, embedding=added.embedding)
    return {
        "model": added.name,
        "runtime": "llama.cpp",
        "location": "home",
        "path": str(added.path),
        "file": spell(file.file_bytes),
        "memory": spell(file.footprint.total),
        "context": file.serving.context,
        "slots": file.serving.slots,
        "adapters": [adapter.name for adapter in added.adapters],
        "embedding": added.embedding,
    }


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@json_option
def delete(name: str, yes: bool, config: Path | None, as_json: bool) -> None:
    """Have Ollama delete a model and its data. A file that was added stays: `models remove` forgets it."""
    if not yes:
        click.confirm(f"Delete {name} and its data?", abort=True, err=True)
    _daemon(Settings.load(config)).delete(name)
    _say(as_json, {"deleted": name}, f"Deleted {name}.")


@click.command()
@click.argument("name")
@click.option("--key", envvar="VESTIBULE_KEY", help="API key of a running server, for an added model.")
@config_option
@json_option
def warm(name: str, key: str | None, config: Path | None, as_json: bool) -> None:
    """Load a model now, so that the first answer does not wait for it."""
    settings = Settings.load(config)
    added = {TINY_MODEL.stem: False} | {model.name: model.embedding for model in added_models(settings.home)}
    if name in added:
        _ask_briefly(Client(settings, key or settings.admin_key), name, embedding=added[name])
    else:
        _daemon(settings).load(name, settings.local.keep_alive)
    _say(as_json, {"loaded": name}, f"{name} is loaded.")


@click.command()
@config_option
@json_option
def ps(config: Path | None, as_json: bool) -> None:
    """List the models that are in memory now, and what each takes."""
    settings = Settings.load(config)
    rows = asyncio.run(resident_models(settings))
    for row in rows:
        click.echo(msgspec.json.encode(row).decode() if as_json else _line(row))
    if not as_json:
        held = sum(row.bytes for row in rows)
        click.echo(f"Together {spell(held)} of {spell(settings.local.memory_bytes)} (local.memory_gib).")


def _daemon(settings: Settings) -> OllamaDaemon:
    """Raise `Unavailable` where none answers that may be used."""
    found = asyncio.run(discover_ollama(settings.home_hosts, os.environ, wait_s=5.0))
    if not found.answers:
        raise Unavailable(found.note.rstrip("."), next_step="Start it, or see `vestibule models setup`.")
    return OllamaDaemon(found.url, settings.home_hosts)


def _followed(steps: Iterable[Step], report: OnProgress) -> list[str]:
    """Show the steps; return the digests of what was brought."""
    digests: dict[str, None] = {}
    for step in steps:
        if step.digest and step.total:
            digests[step.digest] = None
        report(step.status, *((step.completed, step.total) if step.total else (1, 1)))
    return list(digests)


def _pushed(daemon: OllamaDaemon, path: Path, report: OnProgress) -> dict[str, str]:
    if not path.is_file():
        raise NotFound(f"{path} does not exist.", next_step="Check --from.")
    if path.stat().st_size == 0:
        raise InvalidRequest(f"{path} is empty.", next_step="Check --from.")

    def stage(name: str) -> OnBytes:
        return lambda done, total: report(f"{name} {path.name}", done, total)

    digest = digest_of(path, stage("reading"))
    daemon.push(path, digest, stage("sending"))
    return {path.name: digest}


def _ask_briefly(client: Client, name: str, *, embedding: bool) -> None:
    """The server loads a model of its own once that is asked."""
    if embedding:
        client.post("/v1/embeddings", {"model": name, "input": "Hello"})
        return
    asked: dict[str, object] = {
        "model": name,
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 1,
        "vestibule": {"cache": "bypass", "knowledge": False},
    }
    client.post("/v1/chat/completions", asked)


def _line(row: Resident) -> str:
    card = f", {spell(row.vram_bytes)} on a graphics card" if row.vram_bytes else ""
    return f"{row.model:<32} {row.runtime:<10} {spell(row.bytes)}{card}"


def _say(as_json: bool, data: dict[str, object], words: str) -> None:
    click.echo(json.dumps(data) if as_json else words)
