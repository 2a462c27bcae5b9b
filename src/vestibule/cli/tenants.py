"""`vestibule tenants` and `vestibule users`: whose house it is, and who in it may do what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click
import msgspec

from vestibule.access.tenants import Tenant, Tenants
from vestibule.access.users import User, Users
from vestibule.cli.running import run
from vestibule.core.caller import ROLES
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure


@click.group()
def tenants() -> None:
    """Tenants: each sees only what is its own."""
    configure()


@tenants.command("create")
@click.argument("tenant")
@click.option("--name", default="", help="What people call it.")
@click.option("--json", "as_json", is_flag=True)
def create_tenant(tenant: str, name: str, as_json: bool) -> None:
    """Make a tenant. Making a key for a new one does so too."""

    async def work() -> None:
        async with _opened() as database:
            _print_tenant(await Tenants(database).create(tenant, name), as_json)

    run(work())


@tenants.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_tenants(as_json: bool) -> None:
    """List tenants."""

    async def work() -> None:
        async with _opened() as database:
            for tenant in await Tenants(database).list():
                _print_tenant(tenant, as_json)

    run(work())


@tenants.command("disable")
@click.argument("tenant")
def disable_tenant(tenant: str) -> None:
    """Let its keys, users and sessions in no more; nothing is deleted."""
    run(_set_tenant(tenant, disabled=True))


@tenants.command("enable")
@click.argument("tenant")
def enable_tenant(tenant: str) -> None:
    """Let a disabled tenant in again."""
    run(_set_tenant(tenant, disabled=False))


async def _set_tenant(tenant: str, *, disabled: bool) -> None:
    async with _opened() as database:
        _print_tenant(await Tenants(database).change(tenant, disabled=disabled), False)


@click.group()
def users() -> None:
    """Users and their roles. They hold no password: they come with a key, or a token of your identity provider."""
    configure()


@users.command("add")
@click.option("--tenant", required=True, help="Where the user belongs.")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--issuer", help="`iss` of the tokens the user comes with.")
@click.option("--subject", help="`sub` of the tokens the user comes with.")
@click.option("--json", "as_json", is_flag=True)
def add_user(tenant: str, name: str, role: str, issuer: str | None, subject: str | None, as_json: bool) -> None:
    """Add a user."""

    async def work() -> None:
        async with _opened() as database:
            made = await Users(database).create(tenant, name, role, issuer=issuer, subject=subject)
            _print_user(made, as_json)

    run(work())


@users.command("list")
@click.option("--tenant", help="Of one tenant only.")
@click.option("--json", "as_json", is_flag=True)
def list_users(tenant: str | None, as_json: bool) -> None:
    """List users."""

    async def work() -> None:
        async with _opened() as database:
            for user in await Users(database).list(tenant):
                _print_user(user, as_json)

    run(work())


@users.command("change")
@click.argument("user")
@click.option("--role", type=click.Choice(ROLES))
@click.option("--disable/--enable", "disabled", default=None, help="Shut the user out, or let in again.")
@click.option("--json", "as_json", is_flag=True)
def change_user(user: str, role: str | None, disabled: bool | None, as_json: bool) -> None:
    """Give a user another role, shut one out, or let one in again."""

    async def work() -> None:
        async with _opened() as database:
            _print_user(await Users(database).change(user, role=role, disabled=disabled), as_json)

    run(work())


@users.command("remove")
@click.argument("user")
def remove_user(user: str) -> None:
    """Remove a user with all keys and sessions."""

    async def work() -> None:
        async with _opened() as database:
            await Users(database).remove(user)

    run(work())
    click.echo(f"Removed {user}.")


@asynccontextmanager
async def _opened() -> AsyncIterator[Database]:
    database = await Database.open(Settings.load())
    try:
        yield database
    finally:
        await database.close()


def _print_tenant(tenant: Tenant, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(tenant).decode())
    else:
        state = "disabled" if tenant.disabled_at else "active"
        click.echo(f"{tenant.id:<24} {state:<9} {tenant.name}".rstrip())


def _print_user(user: User, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(user).decode())
    else:
        state = "disabled" if user.disabled_at else "active"
        identity = f"{user.subject} at {user.issuer}" if user.issuer else ""
        click.echo(f"{user.id}  {state:<9} {user.tenant:<16} {user.role:<9} {user.name}  {identity}".rstrip())
