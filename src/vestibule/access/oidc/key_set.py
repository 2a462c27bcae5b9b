"""The public keys of one issuer (RFC 7517): fetched, kept, fetched again when they may have changed.

What is sent for them is a bare GET without a word of anybody's: no body, no key of ours, no query. Knows no claim.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

import aiohttp
import jwt
import msgspec
import structlog

from vestibule.access.authenticator import KeysUnavailable
from vestibule.core.errors import UpstreamFailed
from vestibule.core.settings import IssuerSettings, is_trusted_source
from vestibule.providers.trust import trusted_by

FRESH_S = 300.0
APART_S = 60.0
AFTER_FAILURE_S = 5.0
FETCH_S = 5.0
LARGEST = 262_144
KEPT = 64
DISCOVERY = "/.well-known/openid-configuration"

log = structlog.get_logger(__name__)


class _Discovery(msgspec.Struct):
    issuer: str
    jwks_uri: str


class _KeyList(msgspec.Struct):
    keys: list[dict[str, object]]


class KeySet:
    def __init__(
        self,
        settings: IssuerSettings,
        home_hosts: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._home_hosts = home_hosts
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._not_before = -1.0
        self._fetching = asyncio.Lock()

    async def find(self, kid: str | None) -> jwt.PyJWK | None:
        """Return the key of that id; without one, the only key there is. Raise `KeysUnavailable` if none were ever had.

        An unknown id has the keys fetched anew, at most once in `APART_S`, however many unknown ones come.
        """
        await self._refresh(older_than_s=FRESH_S)
        found = self._named(kid)
        if found is None:
            await self._refresh(older_than_s=0.0)
            found = self._named(kid)
        if self._fetched_at is None:
            raise KeysUnavailable(
                f"The identity provider {self._settings.issuer} does not give its public keys.",
                next_step="Try again soon; an operator finds the reason in the log.",
            )
        return found

    def _named(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    async def _refresh(self, older_than_s: float) -> None:
        """Fetch if it is time to. Where that fails the keys there are stay good."""
        if not self._is_due(older_than_s):
            return
        async with self._fetching:
            if not self._is_due(older_than_s):
                return
            try:
                self._keys = await self._fetch()
            except (aiohttp.ClientError, TimeoutError, ValueError, UpstreamFailed) as error:
                self._not_before = self._clock() + AFTER_FAILURE_S
                log.warning("oidc_keys_unread", issuer=self._settings.issuer, error=type(error).__name__)
                return
            self._fetched_at = self._clock()
            self._not_before = self._fetched_at + APART_S

    def _is_due(self, older_than_s: float) -> bool:
        now = self._clock()
        if now < self._not_before:
            return False
        return self._fetched_at is None or now - self._fetched_at > older_than_s

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=FETCH_S), headers={"Accept": "application/json"}
        ) as session:
            url = self._settings.jwks_url or await self._discover(session)
            listed = msgspec.json.decode(await self._get(session, url), type=_KeyList)
        keys = {}
        for described in listed.keys[:KEPT]:
            key = usable(described)
            if key:
                keys[key.key_id or ""] = key
        return keys

    async def _discover(self, session: aiohttp.ClientSession) -> str:
        issuer = self._settings.issuer
        told = msgspec.json.decode(await self._get(session, issuer.rstrip("/") + DISCOVERY), type=_Discovery)
        if told.issuer != issuer:
            raise ValueError("the discovery document is another issuer's")
        return told.jwks_uri

    async def _get(self, session: aiohttp.ClientSession, url: str) -> bytes:
        """Never follows a redirect. Raise `ValueError` for what cannot be believed or is too large."""
        if not is_trusted_source(url, self._home_hosts):
            raise ValueError("not https, and not at home")
        trust = await asyncio.to_thread(trusted_by, self._settings.ca_file) if url.startswith("https:") else True
        async with session.get(url, allow_redirects=False, ssl=trust) as response:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            body = await response.content.read(LARGEST + 1)
            while len(body) <= LARGEST and (more := await response.content.read(LARGEST)):
                body += more
        if len(body) > LARGEST:
            raise ValueError("larger than any key set")
        return body


def usable(described: dict[str, object]) -> jwt.PyJWK | None:
    """Return the key with the one algorithm it is used with here, None for any other: symmetric ones above all, which
    would turn a public key into a secret everybody knows."""
    algorithm = _ALGORITHMS.get((described.get("kty"), described.get("crv")))
    if algorithm is None or described.get("use", "sig") != "sig" or described.get("alg", algorithm) != algorithm:
        return None
    try:
        key = jwt.PyJWK(described, algorithm)
    except jwt.PyJWTError:
        return None
    return None if key.Algorithm.check_key_length(key.key) else key


_ALGORITHMS: dict[tuple[object, object], str] = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}
