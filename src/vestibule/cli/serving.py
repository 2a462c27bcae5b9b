"""`vestibule demo` and `vestibule serve`."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from msgspec.structs import replace
from rich.console import Console

from vestibule.cli.running import run
from vestibule.core.settings import Settings
from vestibule.gateway.listening import address_of, bind, bind_shared
from vestibule.serving.notify import ServiceManager
from vestibule.telemetry.logs import configure

DEFAULT_SEED = 7


def _settings(config: Path | None, host: str | None, port: int | None) -> Settings:
    settings = Settings.load(config)
    if host:
        settings = replace(settings, host=host)
    if port is not None:
        settings = replace(settings, port=port)
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
    run(_demo(settings, seed, bind(settings)))


async def _demo(settings: Settings, seed: int, listener: socket.socket) -> None:
    from vestibule.app import EXAMPLES, open_house
    from vestibule.app import serve as serve_house
    from vestibule.cli.progress import progress_bar  # none of this is of use to a server
    from vestibule.demo.loading import load_demo

    console = Console(stderr=True)
    async with open_house(settings, open_to_loopback=True) as house:
        with progress_bar(console) as on_progress:
            await load_demo(house.knowledge, house.buildings, settings.home, seed, on_progress)
        address = address_of(listener)
        console.print(f"\n[bold]Vestibule answers at {address}[/bold]  (Ctrl-C stops it)\n")
        console.print(f"  In the browser:  {address}/console/", soft_wrap=True)
        console.print(f'  On the terminal: .venv/bin/vestibule ask "{EXAMPLES[0]}"', soft_wrap=True)
        console.print(f"  For your code:   base_url={address}/v1, reference at {address}/docs\n", soft_wrap=True)
        await serve_house(house, listener)


@click.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 32), help="Processes that answer side by side.")
@click.option("--drain-s", type=click.FloatRange(0, 3600), help="How long answers may go on once it is to end.")
def serve(config: Path | None, host: str | None, port: int | None, workers: int | None, drain_s: float | None) -> None:
    """Serve. Every request needs a key; the first start prints an admin key once. With several workers SIGHUP reloads
    the settings without dropping an answer."""

    def read() -> Settings:
        settings = _settings(config, host, port)
        server = settings.server
        server = replace(server, workers=workers or server.workers)
        server = replace(server, drain_s=server.drain_s if drain_s is None else drain_s)
        return replace(settings, server=server)

    settings = read()
    configure()
    if settings.server.workers == 1:
        run(_serve(settings, bind(settings)))
    else:
        run(_serve_by_several(settings, bind_shared(settings, settings.server.workers), read))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    from vestibule.app import open_house
    from vestibule.app import serve as serve_house
    from vestibule.serving.first_key import announce_first_key

    console, manager = Console(stderr=True), ServiceManager()
    async with open_house(settings, open_to_loopback=False) as house, manager.watched():
        await announce_first_key(house, console)
        console.print(f"Vestibule answers at {address_of(listener)}")
        await serve_house(house, listener, on_ready=lambda _: manager.ready("1 worker"))
        manager.stopping()


async def _serve_by_several(
    settings: Settings, listeners: Sequence[socket.socket], reread: Callable[[], Settings]
) -> None:
    from vestibule.serving.parent import Parent  # of a house it opens nothing: that is its workers'

    console = Console(stderr=True)
    parent = Parent(settings, listeners, reread, ServiceManager())
    await parent.run(lambda: console.print(f"Vestibule answers at {address_of(listeners[0])}"))
