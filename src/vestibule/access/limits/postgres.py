"""The books in PostgreSQL, for every host of a house. A draw is one transaction that locks one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from psycopg.rows import TupleRow

from vestibule.access.limits.base import LEASE_S, Account, Balance, Lease, Span
from vestibule.access.limits.claims import Subject
from vestibule.core.settings import Allowance
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

_ACCOUNT = "kind = %(kind)s AND id = %(id)s AND span = %(span)s AND period = %(period)s"
_ENDS = f"now() + interval '{LEASE_S} seconds'"


class PostgresBooks:
    """`host` is who leases: the same for all workers of a host, and after a restart."""

    def __init__(self, database: Database, host: str) -> None:
        self._database = database
        self._host = host

    async def draw(self, account: Account, limit: int, need: int, slice_: int) -> int:
        said = self._of(account)
        async with self._database.owner() as connection:
            await connection.execute(
                "INSERT INTO limit_accounts (kind, id, span, period, tenant)"
                " VALUES (%(kind)s, %(id)s, %(span)s, %(period)s, %(tenant)s) ON CONFLICT DO NOTHING",
                said,
            )
            drawn = await _locked(connection, said)
            drawn -= await _lapsed(connection, said)
            granted = min(max(need, slice_), limit - drawn)
            granted = granted if granted >= need else 0
            await connection.execute(
                f"UPDATE limit_accounts SET drawn = %(drawn)s WHERE {_ACCOUNT}", {**said, "drawn": drawn + granted}
            )
            if granted:
                await connection.execute(
                    "INSERT INTO limit_leases (kind, id, span, period, host, tenant, remaining, serial, ends_at)"
                    " VALUES (%(kind)s, %(id)s, %(span)s, %(period)s, %(host)s, %(tenant)s, %(granted)s, 1,"
                    f" {_ENDS}) ON CONFLICT (kind, id, span, period, host) DO UPDATE"
                    " SET remaining = limit_leases.remaining + excluded.remaining,"
                    f" serial = limit_leases.serial + 1, ends_at = {_ENDS}",
                    {**said, "granted": granted},
                )
        return granted

    async def leases(self) -> Sequence[Lease]:
        async with self._database.owner() as connection:
            rows = await connection.execute(
                "SELECT kind, id, tenant, span, period, remaining, serial FROM limit_leases"
                " WHERE host = %s AND ends_at > now()",
                [self._host],
            )
            return [Lease(_account(row), row[5], row[6]) async for row in rows]

    async def tell(self, lease: Lease, left: int) -> bool:
        async with self._database.owner() as connection:
            told = await connection.execute(
                f"UPDATE limit_leases SET remaining = %(left)s, ends_at = {_ENDS}"
                f" WHERE {_ACCOUNT} AND host = %(host)s AND ends_at > now()",
                {**self._of(lease.account), "left": left},
            )
        return told.rowcount == 1

    async def give_back(self, lease: Lease, left: int) -> None:
        said = {**self._of(lease.account), "left": left, "serial": lease.serial}
        async with self._database.owner() as connection:
            await connection.execute(
                "INSERT INTO limit_accounts (kind, id, span, period, tenant, drawn)"
                " VALUES (%(kind)s, %(id)s, %(span)s, %(period)s, %(tenant)s, -%(left)s::bigint)"
                " ON CONFLICT (kind, id, span, period) DO UPDATE SET drawn = limit_accounts.drawn + excluded.drawn",
                said,
            )
            given = await connection.execute(
                f"DELETE FROM limit_leases WHERE {_ACCOUNT} AND host = %(host)s AND serial = %(serial)s", said
            )
            if not given.rowcount:  # drawn again meanwhile
                await connection.execute(
                    f"UPDATE limit_leases SET remaining = remaining - %(left)s WHERE {_ACCOUNT} AND host = %(host)s",
                    said,
                )

    async def balances(self, day: int, month: int, tenant: str | None = None) -> Sequence[Balance]:
        async with self._database.owner() as connection:
            rows = await connection.execute(
                "SELECT a.kind, a.id, a.tenant, a.span, a.period, a.drawn - coalesce(sum(l.remaining), 0),"
                " coalesce(sum(greatest(l.remaining, 0)), 0)"
                " FROM limit_accounts a LEFT JOIN limit_leases l USING (kind, id, span, period)"
                " WHERE ((a.span = 'day' AND a.period = %(day)s) OR (a.span = 'month' AND a.period = %(month)s))"
                " AND (a.tenant = %(tenant)s OR %(tenant)s::text IS NULL)"
                " GROUP BY a.kind, a.id, a.tenant, a.span, a.period, a.drawn ORDER BY a.kind, a.id, a.span",
                {"day": day, "month": month, "tenant": tenant},
            )
            return [Balance(_account(row), int(row[5]), int(row[6])) async for row in rows]

    async def allowances(self) -> Mapping[str, Allowance]:
        async with self._database.owner() as connection:
            rows = await connection.execute("SELECT kind, id, allowance FROM limits")
            return {f"{kind}:{name}": msgspec.convert(said, Allowance) async for kind, name, said in rows}

    async def allow(self, subject: Subject, allowance: Allowance | None) -> None:
        said = {"kind": subject.kind, "id": subject.id, "tenant": subject.tenant}
        async with self._database.owner() as connection:
            if allowance is None:
                await connection.execute("DELETE FROM limits WHERE kind = %(kind)s AND id = %(id)s", said)
            else:
                await connection.execute(
                    "INSERT INTO limits (kind, id, tenant, allowance)"
                    " VALUES (%(kind)s, %(id)s, %(tenant)s, %(allowance)s)"
                    " ON CONFLICT (kind, id) DO UPDATE SET allowance = excluded.allowance, set_at = now()",
                    {**said, "allowance": msgspec.json.encode(allowance).decode()},
                )

    def _of(self, account: Account) -> dict[str, object]:
        subject = account.subject
        return {
            "kind": subject.kind,
            "id": subject.id,
            "tenant": subject.tenant,
            "span": account.span,
            "period": account.period,
            "host": self._host,
        }


async def _locked(connection: Connection, said: dict[str, object]) -> int:
    cursor = await connection.execute(f"SELECT drawn FROM limit_accounts WHERE {_ACCOUNT} FOR UPDATE", said)
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def _lapsed(connection: Connection, said: dict[str, object]) -> int:
    """What hosts that were not heard of any more had left."""
    cursor = await connection.execute(
        f"DELETE FROM limit_leases WHERE {_ACCOUNT} AND ends_at <= now() RETURNING remaining", said
    )
    return sum([int(row[0]) async for row in cursor])


def _account(row: TupleRow) -> Account:
    kind, name, tenant, span, period = row[:5]
    spans: dict[str, Span] = {"day": "day", "month": "month"}
    return Account(Subject.of(kind, name, tenant), spans[span], period)
