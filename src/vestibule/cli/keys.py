"""`vestibule keys`: make, list and revoke API keys."""

from __future__ import annotations

import json
from typing import cast

import click

from vestibule.access.keys import Keys
from vestibule.cli.serving import run
from vestibule.core.caller import SCOPES, Scope
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure


@click.group()
def keys() -> None:
    """API keys: hashed at rest, shown once."""
    configure()


@keys.command()
@click.option("--tenant", required=True, help="Whose key it is.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=("inference",), show_default=True)
@click.option("--name", default="", help="A note to know it by.")
@click.option("--json", "as_json", is_flag=True)
def create(tenant: str, scopes: tuple[str, ...], name: str, as_json: bool) -> None:
    """Make a key and print it, this once."""
    run(_create(tenant, tuple(cast(Scope, s) for s in scopes), name, as_json))


async def _create(tenant: str, scopes: tuple[Scope, ...], name: str, as_json: bool) -> None:
    database = await Database.open(Settings.load())
    try:
        made = await Keys(database).create(tenant, scopes, name=name)
    finally:
        await database.close()
    if as_json:
        click.echo(json.dumps({"id": made.key.id, "key": made.token, "tenant": tenant, "scopes": list(scopes)}))
    else:
        click.echo(f"{made.token}\n\nShown only now. Tenant {tenant}, scopes {', '.join(scopes)}, id {made.key.id}.")


@keys.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_keys(as_json: bool) -> None:
    """List keys, without their secrets."""
    run(_list(as_json))


async def _list(as_json: bool) -> None:
    database = await Database.open(Settings.load())
    try:
        infos = await Keys(database).list()
    finally:
        await database.close()
    for info in infos:
        state = "revoked" if info.revoked_at else "active"
        if as_json:
            row = {
                "id": info.id,
                "tenant": info.tenant,
                "scopes": list(info.scopes),
                "name": info.name,
                "state": state,
            }
            click.echo(json.dumps(row))
        else:
            click.echo(f"{info.id}  {state:<8} {info.tenant:<16} {','.join(list(info.scopes)):<28} {info.name}")


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke a key by its id; it stops working within seconds."""
    run(_revoke(key_id))


async def _revoke(key_id: str) -> None:
    database = await Database.open(Settings.load())
    try:
        await Keys(database).revoke(key_id)
    finally:
        await database.close()
    click.echo(f"Revoked {key_id}.")
