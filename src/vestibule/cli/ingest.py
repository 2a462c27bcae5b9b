"""`vestibule ingest`: take documents in, by the running server's worker or, without one, here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console

from vestibule.app import House, open_house
from vestibule.cli.progress import progress_bar
from vestibule.cli.running import run
from vestibule.core.errors import InvalidRequest, VestibuleError
from vestibule.core.settings import Settings
from vestibule.telemetry.logs import configure


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--tenant", default="demo", show_default=True, help="Whose knowledge it becomes.")
@click.option("--json", "as_json", is_flag=True, help="Print one object per document.")
def ingest(paths: tuple[Path, ...], tenant: str, as_json: bool) -> None:
    """Take files, or all files of folders, into the knowledge base. A bad file is named and the others go on."""
    configure()
    run(_ingest(Settings.load(), paths, tenant, as_json))


async def _ingest(settings: Settings, paths: tuple[Path, ...], tenant: str, as_json: bool) -> None:
    failed: dict[str, str] = {}
    async with open_house(settings, open_to_loopback=False) as house:
        accepted = await _accept(house, paths, tenant, failed)
        await _work(house, tenant, accepted)
        documents = [d for d in await house.knowledge.documents(tenant) if d.id in accepted]
    offered = len(accepted) + len(failed)
    for document in documents:
        if document.error:
            failed[document.path] = document.error
        if as_json:
            click.echo(
                json.dumps(
                    {
                        "id": document.id,
                        "path": document.path,
                        "state": document.state,
                        "chunks": document.chunks,
                        "error": document.error,
                    }
                )
            )
    for name, reason in failed.items():
        click.echo(f"vestibule: {name}: {reason}", err=True)
    if not as_json:
        click.echo(f"{offered - len(failed)} of {offered} taken in.")
    if failed:
        raise InvalidRequest(f"{len(failed)} of the files could not be taken in.")


async def _accept(house: House, paths: tuple[Path, ...], tenant: str, failed: dict[str, str]) -> set[str]:
    accepted: set[str] = set()
    for path, name in _files(paths):
        try:
            content = await asyncio.to_thread(path.read_bytes)
            accepted.add(await house.knowledge.accept(tenant, name, content))
        except VestibuleError as error:
            failed[name] = str(error)
        except OSError as error:
            failed[name] = f"cannot be read ({error.strerror})"
    return accepted


def _files(paths: tuple[Path, ...]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        if path.is_file():
            yield path, path.name
            continue
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            yield file, str(file.relative_to(path))


async def _work(house: House, tenant: str, accepted: set[str]) -> None:
    """Wait until all are done, whoever does them: this process works too wherever no other one is."""
    with progress_bar(Console(stderr=True)) as report:
        while True:
            await house.knowledge.work(building_names=house.buildings.names)
            states = [d.state for d in await house.knowledge.documents(tenant) if d.id in accepted]
            waiting = sum(state in ("queued", "working") for state in states)
            report("Taking documents in", len(accepted) - waiting, len(accepted))
            if not waiting:
                return
            await asyncio.sleep(0.2)
