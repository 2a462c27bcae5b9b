"""`vestibule limits` and `vestibule usage`: what keys, tenants and models may use, and what they did."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import click
import msgspec

from vestibule.access.keys import Keys
from vestibule.access.limits.base import Books
from vestibule.access.limits.claims import KINDS, Kind, Subject
from vestibule.access.limits.postgres import PostgresBooks
from vestibule.cli.running import run
from vestibule.core.errors import InvalidRequest
from vestibule.core.settings import Allowance, Settings
from vestibule.monitoring.usage import UsageLog, Used
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure

_LIMITS = tuple(Allowance.__struct_fields__)


@click.group()
def limits() -> None:
    """What keys, tenants and models may use beside what the settings say."""
    configure()


@limits.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_limits(as_json: bool) -> None:
    """List the limits that administrators set."""
    run(_list(as_json))


async def _list(as_json: bool) -> None:
    async with _opened() as (books, _):
        found = await books.allowances()
    for name, allowance in sorted(found.items()):
        kind, _, id = name.partition(":")
        said = msgspec.to_builtins(allowance)
        if as_json:
            click.echo(json.dumps({"kind": kind, "id": id, **said}))
        else:
            click.echo(
                f"{kind} {id}: {', '.join(f'{limit} {value}' for limit, value in said.items()) or 'as settings'}"
            )


@limits.command("set")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("id")
@click.argument("allowed", nargs=-1, required=True, metavar="LIMIT=NUMBER...")
def set_limits(kind: Kind, id: str, allowed: tuple[str, ...]) -> None:
    """Set all limits of a key, a tenant or a model: requests_per_minute, tokens_per_minute, concurrency,
    tokens_per_day, eur_per_month. Running servers follow within about a second."""
    said = {}
    for one in allowed:
        name, _, value = one.partition("=")
        said[name] = value
    try:
        allowance = msgspec.convert(said, Allowance, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{error}.", next_step=f"Limits are: {', '.join(_LIMITS)}.") from None
    run(_set(kind, id, allowance))


@limits.command("reset")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("id")
def reset_limits(kind: Kind, id: str) -> None:
    """Take back what was set: the settings hold again."""
    run(_set(kind, id, None))


async def _set(kind: Kind, id: str, allowance: Allowance | None) -> None:
    async with _opened() as (books, database):
        tenant = id if kind == "tenant" else ""
        if kind == "key":
            tenant = (await Keys(database).get(id)).tenant
        await books.allow(Subject.of(kind, id, tenant), allowance)


@click.command()
@click.option("--tenant", help="Of one tenant; of all if not given.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day; that of this month if not given.")
@click.option("--json", "as_json", is_flag=True)
def usage(tenant: str | None, since: datetime | None, as_json: bool) -> None:
    """Show requests, tokens and cost by tenant, key and model."""
    configure()
    run(_usage(tenant, since or datetime.now(UTC).replace(day=1), as_json))


async def _usage(tenant: str | None, since: datetime, as_json: bool) -> None:
    async with _opened() as (_, database):
        found = await UsageLog(database).since(since.date(), tenant)
    for used in found:
        click.echo(msgspec.json.encode(used).decode() if as_json else _line(used))


def _line(used: Used) -> str:
    tokens = f"{used.prompt_tokens} + {used.completion_tokens} tokens"
    return (
        f"{used.tenant}  {used.key or '-'}  {used.model or 'unanswered'}  {used.requests} requests  {tokens}"
        f"  {used.cost_eur:.4f} EUR"
    )


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[Books, Database]]:
    database = await Database.open(Settings.load())
    try:
        yield PostgresBooks(database, "command"), database
    finally:
        await database.close()
