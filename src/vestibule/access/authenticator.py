"""From a bearer token or a session and a peer's address to a caller.

Knows no SQL: it asks stores, and remembers what was found for a few seconds, so that a busy client costs one look-up
per `TTL_S`. What is revoked stops at once where it is told of (`revision` changes), within `TTL_S` elsewhere. While the
database is away those who were seen not long ago stay known; nobody else is let in.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from vestibule.access.grant import Grant, is_loopback
from vestibule.access.guessing import Guessing
from vestibule.access.keys import digest_of
from vestibule.core.caller import Caller, Credential, Scope
from vestibule.core.errors import Unauthorized, Unavailable, VestibuleError

TTL_S = 3.0
REMEMBERED = 4096
LOOK_UP_S = 5.0
PROBE_S = 1.0
SESSION = b"session:"

_DEMO_SCOPES: frozenset[Scope] = frozenset({"inference", "knowledge", "feedback"})
DEMO_CALLER = Caller(tenant="demo", key_id="demo", scopes=_DEMO_SCOPES)

Revision = tuple[object, int]


class KeysUnavailable(Unavailable):
    """The issuer's, not the database's trouble."""


class GrantStore(Protocol):
    async def find(self, digest: bytes) -> Grant | None:
        """Return what the key or session with this SHA-256 is good for, None where it is none (any more)."""
        ...


class TokenReader(Protocol):
    def reads(self, token: str) -> bool: ...

    async def verify(self, token: str) -> Grant: ...


class NoSessions:
    async def find(self, digest: bytes) -> Grant | None:
        return None


class NoTokens:
    def reads(self, token: str) -> bool:
        return False

    async def verify(self, token: str) -> Grant:
        raise Unauthorized("Tokens are not read here.", next_step="Set `oidc` in vestibule.yaml.")


class _Entry(msgspec.Struct, frozen=True):
    grant: Grant
    asked_at: float
    revision: Revision


class Authenticator:
    """`revision` is a pair: it differs when something may have been revoked; its second part counts what this process
    was told of, and only that outlasts the database. With `open_to_loopback`, a peer on this machine needs no key and
    any key it sends is ignored: it is `demo`."""

    def __init__(
        self,
        keys: GrantStore,
        sessions: GrantStore | None = None,
        tokens: TokenReader | None = None,
        *,
        open_to_loopback: bool = False,
        offline_s: float = 0.0,
        guessing: Guessing | None = None,
        revision: Callable[[], Revision] = lambda: (None, 0),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._sessions = sessions or NoSessions()
        self._tokens = tokens or NoTokens()
        self._open_to_loopback = open_to_loopback
        self._offline_s = offline_s
        self._guessing = guessing or Guessing()
        self._revision = revision
        self._clock = clock
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Grant | VestibuleError | None]] = {}
        self._away_since: float | None = None
        self._probe_at = 0.0

    @property
    def away_s(self) -> float | None:
        """For how long the stores have not answered; None while they do."""
        return None if self._away_since is None else self._clock() - self._away_since

    async def authenticate(self, credential: Credential) -> Caller:
        """Return who asks; what it costs for one who was just here is a hash and a look into a table.

        Raises `Unauthorized`, `Forbidden` from a wrong network, `RateLimited` for who guesses, `Unavailable` without
        the database.
        """
        if self._open_to_loopback and is_loopback(credential.peer):
            return DEMO_CALLER
        secret = credential.session or credential.token
        if not secret:
            raise Unauthorized(
                "No API key was sent.",
                next_step="Send `Authorization: Bearer vst_…`; `vestibule keys create` makes one.",
            )
        name = digest_of(secret)
        if credential.session:
            name = SESSION + name
        grant = self._remembered(name) or await self._ask(name, secret, credential.peer)
        return grant.check(credential.peer) if grant.networks else grant.caller

    def _remembered(self, name: bytes) -> Grant | None:
        entry = self._entries.get(name)
        if entry is None or self._clock() >= entry.asked_at + TTL_S or entry.revision != self._revision():
            return None
        return entry.grant if _still_good(entry.grant) else None

    async def _ask(self, name: bytes, secret: str, peer: str | None) -> Grant:
        if self._away_since is not None and (carried := self._carried(name)):
            if self._clock() >= self._probe_at:
                self._begin(name, secret)
            return carried
        found = await asyncio.shield(self._begin(name, secret))
        if isinstance(found, Unavailable) and (carried := self._carried(name)):
            return carried
        if isinstance(found, VestibuleError) and not isinstance(found, Unauthorized):
            raise found
        if isinstance(found, Grant):
            return found
        if not name.startswith(SESSION):
            self._guessing.failed(peer)
        raise found or Unauthorized(
            "This API key is not known here, has expired or has been revoked.",
            next_step="Check it for missing characters; `vestibule keys list` shows the keys there are.",
        )

    def _begin(self, name: bytes, secret: str) -> asyncio.Task[Grant | VestibuleError | None]:
        """Those who come with the same credential meanwhile share one look-up."""
        task = self._asking.get(name)
        if task is None:
            task = self._asking[name] = asyncio.create_task(self._look_up(name, secret), name="authentication")
            task.add_done_callback(lambda _: self._asking.pop(name))
        return task

    async def _look_up(self, name: bytes, secret: str) -> Grant | VestibuleError | None:
        """Return the refusal too, so that nobody need wait for it."""
        asked_at, revision = self._clock(), self._revision()
        self._probe_at = asked_at + PROBE_S
        try:
            async with asyncio.timeout(LOOK_UP_S):
                grant = await self._found(name, secret)
        except TimeoutError:
            self._note_away()
            return Unavailable("The database does not answer.", next_step="Run `vestibule doctor`, then try again.")
        except KeysUnavailable as error:
            return error
        except Unavailable as error:
            self._note_away()
            return error
        except VestibuleError as refusal:
            self._entries.pop(name, None)
            return refusal
        self._away_since = None
        if grant is None:
            self._entries.pop(name, None)
            return None
        self._entries[name] = _Entry(grant, asked_at, revision)
        self._entries.move_to_end(name)
        if len(self._entries) > REMEMBERED:
            self._entries.popitem(last=False)
        return grant

    async def _found(self, name: bytes, secret: str) -> Grant | None:
        if name.startswith(SESSION):
            return await self._sessions.find(name.removeprefix(SESSION))
        if self._tokens.reads(secret):
            return await self._tokens.verify(secret)
        return await self._keys.find(name)

    def _carried(self, name: bytes) -> Grant | None:
        """Who was seen not long ago, unless something was revoked that this process was told of and could not ask
        about any more."""
        entry = self._entries.get(name)
        if entry is None or self._clock() >= entry.asked_at + self._offline_s:
            return None
        return entry.grant if entry.revision[1] == self._revision()[1] and _still_good(entry.grant) else None

    def _note_away(self) -> None:
        if self._away_since is None:
            self._away_since = self._clock()


def _still_good(grant: Grant) -> bool:
    return grant.expires_at is None or datetime.now(UTC) < grant.expires_at
