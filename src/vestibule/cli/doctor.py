"""`vestibule doctor`: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys

import click
import msgspec

from vestibule.core.settings import Settings
from vestibule.providers.embedder.diagnosis import diagnose as diagnose_embedder
from vestibule.providers.llamacpp.registry import added_models
from vestibule.providers.ollama import discover_ollama
from vestibule.storage.diagnosis import diagnose as diagnose_storage

OLLAMA_WAIT_S = 2.0


class Check(msgspec.Struct, frozen=True):
    name: str
    ok: bool
    detail: str
    mend: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one object per check.")
def doctor(as_json: bool) -> None:
    """Check what Vestibule needs and say how to mend what is missing."""
    checks = asyncio.run(examine(Settings.load()))
    for check in checks:
        if as_json:
            click.echo(msgspec.json.encode(check).decode())
            continue
        click.echo(f"{'ok     ' if check.ok else 'MISSING'} {check.name:<20} {check.detail}")
        if not check.ok and check.mend:
            click.echo(f"        mend: {check.mend}")
    if not all(check.ok for check in checks):
        sys.exit(1)


async def examine(settings: Settings) -> list[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    storage = await diagnose_storage(settings)
    embedder = await asyncio.to_thread(diagnose_embedder, settings.home)
    return [
        Check("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer"),
        _check_home(settings),
        _check_port(settings),
        *(Check(c.name, c.ok, c.detail, c.mend) for c in storage),
        *(Check(c.name, c.ok, c.detail, c.mend) for c in embedder),
        *await check_models(settings),
    ]


async def check_models(settings: Settings) -> list[Check]:
    """An Ollama that is away is nothing amiss, unless it is to be started; one that is too old is."""
    found = await discover_ollama(settings.home_hosts, os.environ, wait_s=OLLAMA_WAIT_S)
    missing = settings.local.start_ollama and not found.answers and shutil.which("ollama") is None
    said = f"{found.version or 'of unknown version'} at {found.url}" if found.answers else found.note
    mend = "`vestibule models setup` shows how to install it"
    names = [m.id for m in settings.models] + [m.name for m in found.models]
    names += [m.name for m in added_models(settings.home)]
    listed = ", ".join(names) or "none yet: answers are composed of sentences and results (docs/models.md)"
    return [
        Check("ollama", not (missing or found.too_old), said, mend),
        Check("language model", True, listed),
    ]


def _check_home(settings: Settings) -> Check:
    place = settings.home if settings.home.exists() else settings.home.parent
    try:
        free = shutil.disk_usage(place).free / 2**30
    except OSError as error:
        return Check(
            "home", False, f"{settings.home}: {error.strerror}", "set VESTIBULE_HOME to a folder you may write"
        )
    return Check("home", free > 1, f"{settings.home}, {free:.1f} GiB free", "free at least 1 GiB or set VESTIBULE_HOME")


def _check_port(settings: Settings) -> Check:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        taken = probe.connect_ex(("127.0.0.1", settings.port)) == 0
    detail = f"{settings.port} answers: a server is running" if taken else f"{settings.port} is free"
    return Check("port", True, detail)
