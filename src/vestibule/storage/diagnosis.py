"""What `vestibule doctor` asks of storage: whether each part is there, and the command that mends it if not.

Only looks and, for the embedded server, starts it as any use would. Changes nothing else.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import msgspec

from vestibule.core.errors import VestibuleError
from vestibule.core.settings import Settings
from vestibule.storage.binaries import programs, run_as, server_account
from vestibule.storage.database import Database

LEAST_FREE_MIB = 1024


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `mend` is what to do about it, empty if `ok`."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


async def diagnose(settings: Settings) -> list[Check]:
    """Check the disk, PostgreSQL's programs, the server and the separation of tenants, in the order they are needed."""
    checks = [await asyncio.to_thread(_check_disk, settings.home)]
    if settings.database_url is None:
        checks.append(await asyncio.to_thread(_check_programs, settings.postgres_user))
    return checks + await _check_database(settings)


def _check_disk(home: Path) -> Check:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    free_mib = shutil.disk_usage(nearest).free // 2**20
    detail = f"{free_mib} MiB free for {home}"
    enough = free_mib >= LEAST_FREE_MIB
    return Check(
        "disk", enough, detail, "" if enough else f"Free at least {LEAST_FREE_MIB} MiB, or set VESTIBULE_HOME."
    )


def _check_programs(account_name: str) -> Check:
    try:
        account = server_account(account_name)
        folder = programs(account)
    except VestibuleError as error:
        return _failed("postgresql", error)
    release = run_as(account, [str(folder / "postgres"), "--version"]).stdout.strip()
    as_whom = f", run as {account.name}" if account else ""
    return Check("postgresql", True, f"{release} in {folder}{as_whom}")


async def _check_database(settings: Settings) -> list[Check]:
    try:
        database = await Database.open(settings)
    except VestibuleError as error:
        return [_failed("database", error)]
    try:
        async with database.owner() as connection:
            versions = await connection.execute(
                "SELECT current_setting('server_version'), extversion, version_num"
                " FROM pg_extension, vestibule.alembic_version WHERE extname = 'vector'"
            )
            server, vector, schema = await versions.fetchone() or ("?", "?", "?")
        async with database.tenant("doctor") as connection:
            role = await connection.execute(
                "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
            )
            name, bypasses = await role.fetchone() or ("?", True)
    except VestibuleError as error:
        return [_failed("database", error)]
    finally:
        await database.close()
    where = "the server of VESTIBULE_DATABASE_URL" if settings.database_url else f"{settings.home}/postgres"
    return [
        Check("database", True, f"PostgreSQL {server}, pgvector {vector}, schema {schema}, in {where}"),
        Check(
            "tenants",
            not bypasses,
            f"requests run as {name}, " + ("which may bypass" if bypasses else "held by") + " row-level security",
            f"As a superuser run: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS;" if bypasses else "",
        ),
    ]


def _failed(name: str, error: VestibuleError) -> Check:
    return Check(name, False, error.message, error.next_step)
