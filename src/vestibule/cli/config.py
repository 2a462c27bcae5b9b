"""`vestibule config`: what is tuned at run time, as versions: shown, validated, compared, applied and rolled back.

Works on the database, whether a server runs or not; where one does, every worker of it has taken a version up before it
goes live.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import click
import msgspec
import yaml

from vestibule.cli.running import run
from vestibule.configuration.difference import Change, difference
from vestibule.configuration.mistakes import ConfigurationError, Mistake
from vestibule.configuration.office import Applied, Office
from vestibule.configuration.version import Version, values
from vestibule.core.errors import InvalidRequest
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure
from vestibule.tuning import office

_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_CONFIG = click.option("--config", "settings_file", type=click.Path(path_type=Path), help="The vestibule.yaml in use.")
_JSON = click.option("--json", "as_json", is_flag=True)
_REASON = click.option("--reason", required=True, help="Why; it stays with the version.")


@click.group()
def config() -> None:
    """What is tuned at run time, in versions: shown, validated, applied, rolled back.

    Models, routes, prices, presets, budgets, prompts, experiments and policy.
    """
    configure()


@config.command()
@click.argument("number", type=click.IntRange(0), required=False)
@_CONFIG
@_JSON
def show(number: int | None, settings_file: Path | None, as_json: bool) -> None:
    """Show the version in force, or version NUMBER."""
    run(_show(number, settings_file, as_json))


async def _show(number: int | None, settings_file: Path | None, as_json: bool) -> None:
    async with _opened(settings_file) as made:
        number = await made.versions.live() if number is None else number
        document = values(await made.document(number))
        version = await made.versions.get(number) if number else None
    if as_json:
        said = {"version": number, "document": document, "made": _plain(version) if version else None}
        click.echo(msgspec.json.encode(said).decode())
        return
    click.echo(f"# version {number}" + (f": {version.reason} ({version.author})" if version else ", as shipped"))
    click.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True) if document else "{}")


@config.command()
@click.argument("file", type=_FILE)
@_CONFIG
@_JSON
def validate(file: Path, settings_file: Path | None, as_json: bool) -> None:
    """Say what is wrong with FILE, by line, and what it would change. Exit 1 if it cannot be applied."""
    run(_validate(file, settings_file, as_json))


async def _validate(file: Path, settings_file: Path | None, as_json: bool) -> None:
    content, valid = _content(file), True
    mistakes: tuple[Mistake, ...] = ()
    changes: tuple[Change, ...] = ()
    async with _opened(settings_file) as made:
        try:
            mistakes, changes = await made.validate(content, str(file))
        except ConfigurationError as error:
            valid, mistakes = False, error.mistakes
    if as_json:
        click.echo(msgspec.json.encode({"valid": valid, "mistakes": mistakes, "changes": changes}).decode())
    else:
        _tell(mistakes, str(file))
        _list(changes)
        click.echo("It can be applied." if valid else "It cannot be applied.")
    if not valid:
        sys.exit(1)


@config.command()
@click.argument("before", type=click.IntRange(0))
@click.argument("after", type=click.IntRange(0))
@_CONFIG
@_JSON
def diff(before: int, after: int, settings_file: Path | None, as_json: bool) -> None:
    """Show what version AFTER says otherwise than version BEFORE."""
    run(_diff(before, after, settings_file, as_json))


async def _diff(before: int, after: int, settings_file: Path | None, as_json: bool) -> None:
    async with _opened(settings_file) as made:
        changes = difference(await made.document(before), await made.document(after))
    if as_json:
        click.echo(msgspec.json.encode(changes).decode())
    else:
        _list(changes)


@config.command("apply")
@click.argument("file", type=_FILE)
@_REASON
@click.option("--if", "seen", type=click.IntRange(0), help="Only if this version is in force: the one you began with.")
@click.option("--merge", is_flag=True, help="With --if: keep what was changed in other sections since then.")
@_CONFIG
@_JSON
def apply_version(
    file: Path, reason: str, seen: int | None, merge: bool, settings_file: Path | None, as_json: bool
) -> None:
    """Make FILE (- reads stdin) the version in force, once every running worker has taken it up."""
    run(_apply(file, reason, seen, merge, settings_file, as_json))


async def _apply(
    file: Path, reason: str, seen: int | None, merge: bool, settings_file: Path | None, as_json: bool
) -> None:
    content = _content(file)
    async with _opened(settings_file) as made:
        applied = await made.apply(content, author=_author(), reason=reason, seen=seen, merge=merge, source=str(file))
    _report(applied, as_json, str(file))


@config.command()
@_CONFIG
@_JSON
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
def history(limit: int, settings_file: Path | None, as_json: bool) -> None:
    """List the versions, the newest first."""
    run(_history(limit, settings_file, as_json))


async def _history(limit: int, settings_file: Path | None, as_json: bool) -> None:
    async with _opened(settings_file) as made:
        found, live = await made.versions.newest(limit), await made.versions.live()
    for version in found:
        if as_json:
            click.echo(msgspec.json.encode(_plain(version) | {"live": version.number == live}).decode())
        else:
            mark = "*" if version.number == live else " " if version.live_at else "-"
            when = f"{version.made_at:%Y-%m-%d %H:%M:%S}"
            click.echo(f"{mark} {version.number:>5}  {when}  {version.author:<16}  {version.reason}")
    if not as_json:
        click.echo(f"Version {live} is in force (*); one marked - never went live.")


@config.command()
@click.argument("number", type=click.IntRange(0))
@_REASON
@_CONFIG
@_JSON
def rollback(number: int, reason: str, settings_file: Path | None, as_json: bool) -> None:
    """Make what version NUMBER says a new version, and that the one in force."""
    run(_rollback(number, reason, settings_file, as_json))


async def _rollback(number: int, reason: str, settings_file: Path | None, as_json: bool) -> None:
    async with _opened(settings_file) as made:
        applied = await made.rollback(number, author=_author(), reason=reason)
    _report(applied, as_json, f"version {number}")


@asynccontextmanager
async def _opened(settings_file: Path | None) -> AsyncIterator[Office]:
    settings = Settings.load(settings_file)
    database = await Database.open(settings)
    try:
        yield office(settings, database)
    finally:
        await database.close()


def _report(applied: Applied, as_json: bool, source: str) -> None:
    if as_json:
        said = {
            "version": _plain(applied.version),
            "changes": applied.changes,
            "warnings": applied.warnings,
            "merged": applied.merged,
        }
        click.echo(msgspec.json.encode(said).decode())
        return
    _tell(applied.warnings, source)
    _list(applied.changes)
    merged = ", with what was changed meanwhile" if applied.merged else ""
    click.echo(f"Version {applied.version.number} is in force{merged}.")


def _tell(mistakes: Iterable[Mistake], source: str) -> None:
    for mistake in mistakes:
        click.echo(f"{mistake.severity}: {mistake.told(source)}")


def _list(changes: Iterable[Change]) -> None:
    for change in changes:
        click.echo(change.told())


def _plain(version: Version) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(version)
    return {name: value for name, value in plain.items() if name not in ("content", "origin")}


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be read ({error.strerror}).", next_step="Check its name.") from None


def _author() -> str:
    return f"cli:{os.getuid()}"
