"""What is asked later on behalf of somebody who is not there any more: with the rights they have then.

A delegation is no credential: it is read only by an `Access` that is built with `on_behalf`, which no request from
outside reaches. Knows no batch.
"""

from __future__ import annotations

import base64

import msgspec

from vestibule.access.access import Access
from vestibule.access.authenticator import Authenticator
from vestibule.access.grant import Grant
from vestibule.access.guessing import Guessing
from vestibule.access.keys import GRANTED, granted
from vestibule.access.limits import Limiter
from vestibule.core.caller import Caller
from vestibule.core.errors import Unauthorized
from vestibule.storage.database import Database

_NOBODY = 10**9  # failures a minute: nobody guesses here
_STANDS = """
    SELECT EXISTS (SELECT 1 FROM tenants WHERE id = %(tenant)s AND disabled_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM users WHERE id = %(who)s AND disabled_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM api_keys WHERE id = %(who)s)
"""


def delegation(caller: Caller) -> str:
    """What `on_behalf` reads as `caller`."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(caller)).decode()


def on_behalf(database: Database, limiter: Limiter) -> Access:
    """Access for delegations alone, with the same limits."""
    changes = database.changes

    def revision() -> tuple[object, int]:
        return changes.stamp("access", ""), changes.told("access", "")

    tokens = _Delegations(database)
    return Access(
        Authenticator(_NoKeys(), tokens=tokens, guessing=Guessing(_NOBODY), revision=revision, offline_s=0.0), limiter
    )


class _NoKeys:
    async def find(self, digest: bytes) -> Grant | None:
        return None


class _Delegations:
    def __init__(self, database: Database) -> None:
        self._database = database

    def reads(self, token: str) -> bool:
        return True

    async def verify(self, token: str) -> Grant:
        """Of a key what it may now, and never shown more than when it delegated; of others what they could then, while
        nobody shut them out. Raise `Unauthorized`."""
        caller = msgspec.msgpack.decode(base64.urlsafe_b64decode(token), type=Caller)
        async with self._database.owner() as connection:
            found = await connection.execute(
                f"SELECT {GRANTED} AND k.id = %s AND k.tenant = %s", (caller.key_id, caller.tenant)
            )
            row = await found.fetchone()
            if row:
                now = granted(row)
                least = min(now.caller.clearance, caller.clearance)
                # where it may be used from was asked when it delegated
                return Grant(msgspec.structs.replace(now.caller, clearance=least), now.expires_at)
            found = await connection.execute(_STANDS, {"tenant": caller.tenant, "who": caller.key_id})
            shut = await found.fetchone()
        if shut and shut[0]:
            raise Unauthorized(
                "The key that made this batch has expired or has been revoked.", next_step="Send it with another key."
            )
        return Grant(caller)
