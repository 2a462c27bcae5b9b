"""`vestibule audit`: verify, export, show and prune the record of every decision."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from vestibule.core.errors import Unavailable
from vestibule.core.settings import Settings
from vestibule.privacy.audit.export import verify_file
from vestibule.privacy.audit.listing import Listed
from vestibule.privacy.audit.retention import Pruned
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.trail import LISTED_AT_MOST, Trail
from vestibule.privacy.audit.verification.finding import Finding, Verification
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def audit() -> None:
    """The record of what was decided about every request: chained, signed, and never its text."""
    configure()


@audit.command()
@click.option("--tenant", help="Also count this tenant's records.")
@click.option("--export", "export_to", type=_FILE, help="Write the trail to this file as well.")
@click.option("--file", "exported", type=_FILE, help="Check an export instead of the database.")
@click.option("--key", "public_key", type=_FILE, help="With --file: the audit.pub of the home it comes from.")
@click.option("--json", "as_json", is_flag=True)
def verify(
    tenant: str | None, export_to: Path | None, exported: Path | None, public_key: Path | None, as_json: bool
) -> None:
    """Recompute every chain and say how far it is proven. Exit 1 if anything was changed, removed or put in."""
    if exported and (tenant or export_to):
        raise click.UsageError("--file goes without --tenant and --export.")
    if public_key and not exported:
        raise click.UsageError("--key goes with --file.")
    if exported:
        result = verify_file(exported, VerifyingKey.read(public_key) if public_key else None)
    else:
        with _create(export_to) if export_to else nullcontext() as stream:
            result = asyncio.run(_verify(tenant, stream))
    click.echo(msgspec.json.encode(result).decode() if as_json else _report(result))
    if exported and not public_key:
        click.echo(f"Checked with the key that the file itself names ({result.key}); give --key to be sure.", err=True)
    if not result.proven:
        sys.exit(1)


@audit.command()
@click.argument("file", type=_FILE)
@click.option("--tenant", help="Only what this tenant may see, with what proves it whole.")
def export(file: Path, tenant: str | None) -> None:
    """Write the trail as JSON lines that `audit verify --file` checks anywhere."""
    with _create(file) as stream:
        asyncio.run(_export(stream, tenant))
    click.echo(f"Written to {file}. Check it with: vestibule audit verify --file {file} --key secrets/audit.pub")


@audit.command()
@click.option("--tenant", help="Only this tenant's records.")
@click.option("--limit", type=click.IntRange(1, LISTED_AT_MOST), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one object per record.")
def show(tenant: str | None, limit: int, as_json: bool) -> None:
    """Show the newest records, newest first."""
    for listed in asyncio.run(_newest(tenant, limit)):
        click.echo(msgspec.json.encode(listed).decode() if as_json else _line(listed))


@audit.command()
@click.option("--older-than", "days", type=click.IntRange(1), required=True, help="Days.")
@click.option("--json", "as_json", is_flag=True)
def prune(days: int, as_json: bool) -> None:
    """Forget old records; a signed statement keeps the rest provable. Refused if the trail is not proven."""
    pruned = asyncio.run(_prune(datetime.now(UTC) - timedelta(days=days)))
    text = f"Forgot {pruned.records} records, {pruned.chains} whole chains and {pruned.anchors} anchors."
    click.echo(msgspec.json.encode(pruned).decode() if as_json else text)


@asynccontextmanager
async def _open_trail() -> AsyncIterator[Trail]:
    settings = Settings.load()
    database = await Database.open(settings)
    try:
        yield Trail(database, settings.home)
    finally:
        await database.close()


async def _verify(tenant: str | None, stream: BinaryIO | None) -> Verification:
    async with _open_trail() as trail:
        result = await trail.verify(tenant)
        if stream:
            await _write(trail, stream, tenant)
    return result


async def _export(stream: BinaryIO, tenant: str | None) -> None:
    async with _open_trail() as trail:
        await _write(trail, stream, tenant)


async def _newest(tenant: str | None, limit: int) -> list[Listed]:
    async with _open_trail() as trail:
        return [Listed.of(record) for record in await trail.newest(tenant, limit)]


async def _prune(before: datetime) -> Pruned:
    async with _open_trail() as trail:
        return await trail.prune(before)


async def _write(trail: Trail, stream: BinaryIO, tenant: str | None) -> None:
    async for piece in trail.export(tenant):
        await asyncio.to_thread(stream.write, piece)


@contextmanager
def _create(file: Path) -> Iterator[BinaryIO]:
    try:
        with open(file, "wb", opener=_for_us_alone) as stream:
            yield stream
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.", next_step="Choose another file.") from None


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _report(result: Verification) -> str:
    lines = [_finding(finding) for finding in result.findings]
    lines.append("Proven." if result.proven else f"NOT proven: {len(result.findings)} findings.")
    anchored = f", up to anchor {result.anchor} of {result.anchor_at:%Y-%m-%d %H:%M:%S} UTC" if result.anchor_at else ""
    lines.append(f"{result.records} records in {len(result.chains)} chains{anchored}; key {result.key}.")
    if result.unproven:
        lines.append(f"{result.unproven} records are newer than their last anchor: more could have been cut off there.")
    if result.tenant is not None:
        lines.append(f"{result.tenant_records} of the records are {result.tenant}'s.")
    if not result.witnessed:
        lines.append("Not compared with what the home itself has seen: an older state put back would not show.")
    return "\n".join(lines)


def _finding(finding: Finding) -> str:
    if not finding.chain:
        return f"{finding.kind}: {finding.message}"
    span = f"{finding.first}" if finding.first == finding.last else f"{finding.first} to {finding.last}"
    where = f"chain {finding.chain}" + (f", record {span}" if finding.first else "")
    return f"{finding.kind}: {where}: {finding.message}."


def _line(listed: Listed) -> str:
    if listed.kind == "gap":
        return f"{listed.at:%Y-%m-%d %H:%M:%S}  {listed.tenant:<16} {listed.lost} notes lost  {listed.id}"
    went = f"{listed.model} at {listed.destination}" if listed.destination else listed.model
    return (
        f"{listed.at:%Y-%m-%d %H:%M:%S}  {listed.tenant:<16} {listed.level:<12} {listed.action:<8} {went}  {listed.id}"
    )
