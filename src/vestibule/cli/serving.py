"""`vestibule demo` and `vestibule serve`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from pathlib import Path

import click
import msgspec
import uvloop
from rich.console import Console

from vestibule.app import EXAMPLES, House, bind, open_house
from vestibule.app import serve as serve_house
from vestibule.cli.progress import progress_bar
from vestibule.core.settings import Settings
from vestibule.demo.loading import DEFAULT_SEED, load_demo
from vestibule.telemetry.logs import configure

BACKLOG = 2048


def run(main: Coroutine[object, object, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def _settings(config: Path | None, host: str | None, port: int | None) -> Settings:
    settings = Settings.load(config)
    if host:
        settings = msgspec.structs.replace(settings, host=host)
    if port is not None:
        settings = msgspec.structs.replace(settings, port=port)
    return settings


@click.command()
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Which world to generate.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
def demo(seed: int, config: Path | None, host: str | None, port: int | None) -> None:
    """Generate a portfolio, its meter data and documents, and serve answers about them. Local callers need no key."""
    settings = _settings(config, host, port)
    configure()
    listener = bind(settings)
    run(_demo(settings, seed, listener))


async def _demo(settings: Settings, seed: int, listener: socket.socket) -> None:
    console = Console(stderr=True)
    async with open_house(settings, open_to_loopback=True) as house:
        with progress_bar(console) as on_progress:
            await load_demo(house.knowledge, house.buildings, settings.home, seed, on_progress)
        address = _address(listener)
        console.print(f"\n[bold]Vestibule answers at {address}[/bold]  (Ctrl-C stops it)\n")
        console.print(f"  In the browser:  {address}/console/", soft_wrap=True)
        console.print(f'  On the terminal: .venv/bin/vestibule ask "{EXAMPLES[0]}"', soft_wrap=True)
        console.print(f"  For your code:   base_url={address}/v1, reference at {address}/docs\n", soft_wrap=True)
        await serve_house(house, listener)


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
def serve(config: Path | None, host: str | None, port: int | None) -> None:
    """Serve. Every request needs a key; the first start prints an admin key once."""
    settings = _settings(config, host, port)
    configure()
    listener = bind(settings)
    run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    console = Console(stderr=True)
    async with open_house(settings, open_to_loopback=False) as house:
        await _announce_first_key(house, console)
        console.print(f"Vestibule answers at {_address(listener)}")
        await serve_house(house, listener)


async def _announce_first_key(house: House, console: Console) -> None:
    issued = await house.keys.first_admin_key(house.settings.admin_key)
    if issued:
        console.print(f"First start. The admin key, shown only now:\n\n  {issued.token}\n", soft_wrap=True)


def _address(listener: socket.socket) -> str:
    """Where to ask. From now on who asks waits in the queue instead of being refused."""
    listener.listen(BACKLOG)
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
