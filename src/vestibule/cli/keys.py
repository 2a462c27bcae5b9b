"""`vestibule keys`: make, list, rotate and revoke API keys."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from vestibule.access.keys import IssuedKey, Key, Keys
from vestibule.access.terms import Terms
from vestibule.cli.durations import duration
from vestibule.cli.running import run
from vestibule.core.caller import SCOPES
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure

LEVELS = tuple(level.label for level in PrivacyClass)


@click.group()
def keys() -> None:
    """API keys: hashed at rest, shown once."""
    configure()


@keys.command()
@click.option("--tenant", required=True, help="Whose key it is.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=("inference",), show_default=True)
@click.option("--name", default="", help="A note to know it by.")
@click.option("--model", "models", multiple=True, help="A model it may name; all where none is given.")
@click.option("--class", "level", type=click.Choice(LEVELS), default="restricted", show_default=True)
@click.option("--origin", "origins", multiple=True, help="A web origin whose pages may use it: https://app.example.org")
@click.option("--network", "networks", multiple=True, help="Where it may be used from: 10.20.0.0/16; anywhere if none.")
@click.option("--expires", type=duration, help="How long it works: 90d, 12h; for good if not given.")
@click.option("--user", help="Id of the user it belongs to.")
@click.option("--json", "as_json", is_flag=True)
def create(
    tenant: str,
    scopes: tuple[str, ...],
    name: str,
    models: tuple[str, ...],
    level: str,
    origins: tuple[str, ...],
    networks: tuple[str, ...],
    expires: timedelta | None,
    user: str | None,
    as_json: bool,
) -> None:
    """Make a key and print it, this once. --class is the highest class it may ask with and be shown."""
    expires_at = datetime.now(UTC) + expires if expires else None
    terms = Terms(expires_at, models or None, PrivacyClass.parse(level), origins, networks, user)
    run(_create(tenant, scopes, name, terms, as_json))


async def _create(tenant: str, scopes: tuple[str, ...], name: str, terms: Terms, as_json: bool) -> None:
    async with _opened() as keys:
        _print_issued(await keys.create(tenant, scopes, name, terms), as_json)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_keys(as_json: bool) -> None:
    """List keys, without their secrets."""
    run(_list(as_json))


async def _list(as_json: bool) -> None:
    async with _opened() as keys:
        found = await keys.list()
    for key in found:
        if as_json:
            click.echo(json.dumps(_described(key)))
        else:
            notes = " ".join([key.name, *_notes(key)]).strip()
            click.echo(f"{key.id}  {key.state:<8} {key.tenant:<16} {','.join(key.scopes):<28} {notes}".rstrip())


@keys.command()
@click.argument("key_id")
@click.option("--overlap", type=duration, default="24h", show_default=True, help="How long the old secret works.")
@click.option("--json", "as_json", is_flag=True)
def rotate(key_id: str, overlap: timedelta, as_json: bool) -> None:
    """Give a key a new secret and print it, this once. The one it had works until --overlap has passed."""
    run(_rotate(key_id, overlap, as_json))


async def _rotate(key_id: str, overlap: timedelta, as_json: bool) -> None:
    async with _opened() as keys:
        _print_issued(await keys.rotate(key_id, overlap), as_json)


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke a key by its id; it stops working within seconds."""
    run(_revoke(key_id))


async def _revoke(key_id: str) -> None:
    async with _opened() as keys:
        await keys.revoke(key_id)
    click.echo(f"Revoked {key_id}.")


@asynccontextmanager
async def _opened() -> AsyncIterator[Keys]:
    database = await Database.open(Settings.load())
    try:
        yield Keys(database)
    finally:
        await database.close()


def _print_issued(issued: IssuedKey, as_json: bool) -> None:
    key = issued.key
    if as_json:
        told: dict[str, Any] = {
            "id": key.id,
            "key": issued.token,
            "tenant": key.tenant,
            "scopes": list(key.scopes),
        }
        click.echo(json.dumps(told | ({"previous_until": _time(key.previous_until)} if key.previous_until else {})))
        return
    click.echo(f"{issued.token}\n\nShown only now. Tenant {key.tenant}, scopes {', '.join(key.scopes)}, id {key.id}.")
    if key.previous_until:
        click.echo(f"The old secret works until {_time(key.previous_until)}.")


def _described(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "prefix": key.prefix,
        "tenant": key.tenant,
        "scopes": list(key.scopes),
        "name": key.name,
        "state": key.state,
        "class": key.terms.clearance.label,
        "models": key.terms.models,
        "origins": list(key.terms.origins),
        "networks": list(key.terms.networks),
        "user": key.terms.user,
        "expires_at": _time(key.terms.expires_at),
        "previous_until": _time(key.previous_until),
    }


def _notes(key: Key) -> list[str]:
    terms = key.terms
    notes = [f"class≤{terms.clearance.label}"] if terms.clearance < PrivacyClass.RESTRICTED else []
    notes += [f"models={','.join(terms.models)}"] if terms.models is not None else []
    notes += [f"expires={_time(terms.expires_at)}"] if terms.expires_at else []
    return notes + ([f"old secret until {_time(key.previous_until)}"] if key.previous_until else [])


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
