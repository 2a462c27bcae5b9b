"""The command: see what is there, print the exact steps that are missing, write descriptions where that is wanted."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from vestibule.cli.setup.units import Manager, Service, commands, file_of
from vestibule.core.errors import VestibuleError
from vestibule.core.settings import Settings
from vestibule.fleet import KNOWN_MODELS
from vestibule.providers.memory.catalogue import read_catalogue
from vestibule.providers.ollama import Discovery, discover_ollama
from vestibule.providers.ollama.service import variables

SYSTEM_UNIT = Path("/etc/systemd/system/ollama.service")


class Found(msgspec.Struct, frozen=True):
    """What is there. `program` is Ollama's; `system_unit` where its own installer made a service of it."""

    platform: str
    manager: Manager | None
    program: str | None
    daemon: Discovery
    system_unit: bool


class Step(msgspec.Struct, frozen=True):
    why: str
    commands: tuple[str, ...]


@click.command()
@click.option("--write", is_flag=True, help="Write the descriptions of the services.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where they are written.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--json", "as_json", is_flag=True)
def setup(write: bool, yes: bool, folder: Path | None, config: Path | None, as_json: bool) -> None:
    """Print what is missing until Ollama and Vestibule run here by themselves, and start again after a crash."""
    settings = Settings.load(config)
    found = asyncio.run(_look(settings))
    if found.manager is None:
        raise SetupError("Neither systemd nor launchd runs here.", next_step="Install Ollama from its own page.")
    place = folder or _usual_folder(found.manager)
    services = _services(settings, found, config)
    files = [file_of(service, found.manager, place) for service in services]
    if write and (yes or click.confirm(f"Write {', '.join(str(path) for path, _ in files)}?", err=True)):
        _write(files)
    steps = list(_steps(settings, found, services, place, written=write))
    if as_json:
        said = {"found": msgspec.to_builtins(found), "steps": msgspec.to_builtins(steps)}
        said["files"] = [{"path": str(path), "content": content.decode()} for path, content in files]
        click.echo(json.dumps(said))
        return
    _show(found, steps, [] if write else files)


class SetupError(VestibuleError):
    code = "invalid_request"


async def _look(settings: Settings) -> Found:
    daemon = await discover_ollama(settings.home_hosts, os.environ)
    manager: Manager | None = None
    if sys.platform == "darwin":
        manager = "launchd"
    elif sys.platform == "linux":
        manager = "systemd"
    return Found(sys.platform, manager, shutil.which("ollama"), daemon, SYSTEM_UNIT.exists())


def _services(settings: Settings, found: Found, config: Path | None) -> list[Service]:
    """Ollama's own service stays what it is where its installer made one."""
    logs, services = settings.home / "logs", []
    if not found.system_unit:
        program = found.program or (
            "/opt/homebrew/bin/ollama" if found.manager == "launchd" else "/usr/local/bin/ollama"
        )
        told = variables(settings.local, "127.0.0.1:11434")
        services.append(Service("ollama", "Ollama", (program, "serve"), told, logs / "ollama.log"))
    command = (sys.executable, "-m", "vestibule", "serve", *(("--config", str(config.absolute())) if config else ()))
    environ = {"VESTIBULE_HOME": str(settings.home)}
    after = services[0].name if services else None
    return [*services, Service("vestibule", "Vestibule", command, environ, logs / "vestibule.log", after)]


def _steps(settings: Settings, found: Found, services: list[Service], folder: Path, *, written: bool) -> Iterator[Step]:
    assert found.manager is not None
    if found.program is None and not found.daemon.answers:
        yield Step("Install Ollama: it is not on PATH and does not answer.", _installing(found.manager))
    elif found.daemon.too_old:
        yield Step(found.daemon.note, _installing(found.manager))
    if found.system_unit:
        told = " ".join(f"{name}={value}" for name, value in variables(settings.local, "127.0.0.1:11434").items())
        yield Step(
            "Ollama's installer made a service of it: tell that what Vestibule expects, under [Service].",
            ("sudo systemctl edit ollama", f"# Environment={told}", "sudo systemctl restart ollama"),
        )
    if not written:
        yield Step("Write the descriptions of the services.", ("vestibule models setup --write",))
    yield Step(
        "Start them, now and with the machine.",
        (f"mkdir -p {settings.home / 'logs'}", *commands(services, found.manager, folder)),
    )
    if not found.daemon.models:
        known = read_catalogue(KNOWN_MODELS).models.values()
        yield Step("Bring a model.", tuple(f"vestibule models pull {model.ollama[0]}" for model in known))
    yield Step("See whether it is good and quick enough here.", ("vestibule models accept NAME",))


def _installing(manager: Manager) -> tuple[str, ...]:
    if manager == "launchd":
        return ("brew install ollama", "# or take the application from https://ollama.com/download")
    return ("curl -fsSL https://ollama.com/install.sh | sh",)


def _usual_folder(manager: Manager) -> Path:
    return Path("~/Library/LaunchAgents" if manager == "launchd" else "~/.config/systemd/user").expanduser()


def _write(files: list[tuple[Path, bytes]]) -> None:
    for path, content in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        click.echo(f"Wrote {path}.", err=True)


def _show(found: Found, steps: list[Step], files: list[tuple[Path, bytes]]) -> None:
    click.echo(f"ollama on PATH:  {found.program or 'no'}")
    version = f", version {found.daemon.version}" if found.daemon.version else ""
    click.echo(
        f"ollama answers:  {f'yes, at {found.daemon.url}{version}' if found.daemon.answers else found.daemon.note}"
    )
    for number, step in enumerate(steps, 1):
        click.echo(f"\n{number}. {step.why}")
        for command in step.commands:
            click.echo(f"   {command}")
    for path, content in files:
        click.echo(f"\n{path}:\n{content.decode()}")
