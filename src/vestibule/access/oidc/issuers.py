"""From a signed token (JWT, RFC 7519) to what its bearer may do.

The algorithm is the one of the issuer's key, never the one the token asks for: RS256, ES256 or EdDSA; `none` and
shared secrets are none of them. Which of our tenants and roles the claims mean is said in `vestibule.yaml`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

import jwt

from vestibule.access.grant import Grant
from vestibule.access.oidc.key_set import KeySet
from vestibule.access.roles import scopes_of
from vestibule.access.users import Standing
from vestibule.core.caller import Caller, Role
from vestibule.core.errors import Forbidden, Unauthorized
from vestibule.core.settings import IssuerSettings

LEEWAY_S = 30.0
LONGEST = 16_384
REQUIRED = ["exp", "iss", "aud", "sub"]
Claims = Mapping[str, object]


class Directory(Protocol):
    async def standing(self, tenant: str, issuer: str, subject: str) -> Standing:
        """How an identity stands with `tenant`. Raise `Forbidden` for those who are not to come in."""
        ...


class Issuers:
    def __init__(
        self, settings: Sequence[IssuerSettings], directory: Directory, home_hosts: Collection[str] = ()
    ) -> None:
        self._issuers = {one.issuer: (one, KeySet(one, home_hosts)) for one in settings}
        self._directory = directory

    def reads(self, token: str) -> bool:
        """Whether this looks like a token at all: three parts, the first of them JSON."""
        return bool(self._issuers) and token.startswith("ey") and token.count(".") == 2

    async def verify(self, token: str) -> Grant:
        """Raise `Unauthorized` for a token that proves nothing, `Forbidden` for somebody without a right here,
        `KeysUnavailable` while the issuer's keys cannot be had."""
        settings, keys = self._issuer_of(token)
        try:
            key = await keys.find(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise _refused("it is signed with a key that its issuer does not publish")
            claims: Claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=settings.audience,
                issuer=settings.issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
        except jwt.PyJWTError as error:
            raise _refused(_why(error)) from None
        return await self._grant(settings, claims)

    def _issuer_of(self, token: str) -> tuple[IssuerSettings, KeySet]:
        """Whoever the token says it is from; the signature has yet to prove it."""
        if len(token) > LONGEST:
            raise _refused("it is longer than any we read")
        try:
            said = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except jwt.PyJWTError:
            raise _refused("it is malformed") from None
        found = self._issuers.get(said) if isinstance(said, str) else None
        if found is None:
            raise _refused("its issuer is not one of those under `oidc`")
        return found

    async def _grant(self, settings: IssuerSettings, claims: Claims) -> Grant:
        tenant = settings.tenant or claims.get(settings.tenant_claim or "")
        subject, expires_s = claims["sub"], claims["exp"]
        if not isinstance(tenant, str) or not isinstance(subject, str) or not isinstance(expires_s, int | float):
            raise Forbidden(
                "This token does not say which tenant it is for.",
                next_step=f"Its claim `{settings.tenant_claim}` must be the id of one.",
            )
        standing = await self._directory.standing(tenant, settings.issuer, subject)
        roles = {standing.role} if standing.role else _roles(settings, claims)
        if not roles:
            raise Forbidden(
                "This token gives no role here.",
                next_step=f"Map a value of its claim `{settings.role_claim}` under `oidc`, or add a user with a role.",
            )
        who = standing.user or _anonymous(settings.issuer, subject)
        caller = Caller(tenant, who, scopes_of(roles), origins=frozenset(settings.origins))
        return Grant(caller, datetime.fromtimestamp(expires_s + LEEWAY_S, UTC))


def _roles(settings: IssuerSettings, claims: Claims) -> set[Role]:
    said: object = claims
    for name in settings.role_claim.split("."):
        said = said.get(name) if isinstance(said, Mapping) else None
    values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return {settings.roles[value] for value in values if isinstance(value, str) and value in settings.roles}


def _anonymous(issuer: str, subject: str) -> str:
    """Tells one from another in the records and names nobody."""
    return "oidc_" + hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()[:16]


def _why(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "it has expired"
        case jwt.ImmatureSignatureError():
            return "it is not valid yet"
        case jwt.InvalidAudienceError():
            return "it is for another audience"
        case jwt.MissingRequiredClaimError():
            return f"it lacks the claim `{error.claim}`"
        case jwt.InvalidAlgorithmError():
            return "its algorithm is not the one of its key"
    return "its signature or its claims do not hold"


def _refused(why: str) -> Unauthorized:
    return Unauthorized(
        f"This token is not accepted: {why}.", next_step="Sign in with your identity provider again and send its token."
    )
