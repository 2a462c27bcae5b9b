"""`/admin/v1/limits` and `/admin/v1/usage`, and the `x-ratelimit-…` headers of an answer.

An administrator of the house sets limits of everybody; one of a tenant those of the tenant's own keys, which the
tenant's own limits still hold for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.keys import Keys
from vestibule.access.limits import Limiter, Standing
from vestibule.access.limits.base import Balance, Span
from vestibule.access.limits.calendar import first_of_day, first_of_month
from vestibule.access.limits.claims import KINDS, NANO, UNLIMITED, Kind
from vestibule.access.reach import reach, runs_house, within_reach
from vestibule.core.caller import Caller
from vestibule.core.errors import Forbidden, InvalidRequest, NotFound
from vestibule.core.settings import Allowance
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode
from vestibule.monitoring.usage import UsageLog, Used

LIMITS, USAGE = "/admin/v1/limits", "/admin/v1/usage"


def rate_headers(standing: tuple[Standing, Standing]) -> dict[str, str]:
    """As OpenAI names them; none for what is not limited."""
    said = {}
    for name, stands in zip(("requests", "tokens"), standing, strict=True):
        if stands.limit < UNLIMITED:
            said[f"x-ratelimit-limit-{name}"] = str(stands.limit)
            said[f"x-ratelimit-remaining-{name}"] = str(stands.left)
            said[f"x-ratelimit-reset-{name}"] = _duration(stands.reset_s)
    return said


class WireLimits(msgspec.Struct, frozen=True):
    """`own` is what an administrator set for this one; `holds` what holds with the settings. null is unlimited."""

    kind: Kind
    id: str
    own: Allowance | None
    holds: dict[str, float | None]
    object: Literal["limits"] = "limits"


class LimitList(msgspec.Struct, frozen=True):
    data: Sequence[WireLimits]
    object: Literal["list"] = "list"


class WireAccount(msgspec.Struct, frozen=True):
    """A day's tokens or a month's money (EUR). `used` is spent or reserved; `leased` is held by machines for the next
    requests."""

    kind: Kind
    id: str
    span: Span
    period: str
    limit: float | None
    used: float
    leased: float


class UsageReport(msgspec.Struct, frozen=True):
    since: date
    data: Sequence[Used]
    accounts: Sequence[WireAccount]
    object: Literal["usage"] = "usage"


@dataclass(frozen=True)
class Metering:
    """What these routes work on."""

    limiter: Limiter
    keys: Keys
    log: UsageLog


_ALLOWANCE = msgspec.json.Decoder(Allowance)


class LimitRoutes:
    def __init__(self, access: Access, metering: Metering) -> None:
        self._access = access
        self._limiter = metering.limiter
        self._keys = metering.keys
        self._log = metering.log

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        stored = await self._limiter.books.allowances()
        mine = None if runs_house(caller) else {key.id for key in await self._keys.list(caller.tenant)}
        told = []
        for name in sorted(stored):
            kind, _, id = name.partition(":")
            known = next(k for k in KINDS if k == kind)
            if mine is None or (known == "key" and id in mine) or (known == "tenant" and id == caller.tenant):
                told.append(self._told(known, id, stored[name]))
        return json_reply(LimitList(told))

    async def retrieve(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        kind, id, _ = await self._subject(caller, request)
        stored = await self._limiter.books.allowances()
        return json_reply(self._told(kind, id, stored.get(f"{kind}:{id}")))

    async def set(self, request: Request) -> Response:
        """The whole of it: what is not named is as the settings say."""
        caller = await admitted(self._access, request.scope, "admin")
        kind, id, tenant = await self._subject(caller, request)
        _may_set(caller, kind)
        allowance = decode(await read_body(request.receive), _ALLOWANCE)
        await self._limiter.allow(kind, id, tenant, allowance)
        return json_reply(self._told(kind, id, allowance))

    async def reset(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        kind, id, tenant = await self._subject(caller, request)
        _may_set(caller, kind)
        await self._limiter.allow(kind, id, tenant, None)
        return json_reply(self._told(kind, id, None))

    async def usage(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        asked = request.query_params.get("tenant")
        tenant = reach(caller) if asked is None else within_reach(caller, asked)
        since = _since(request)
        balances = await self._limiter.balances(tenant)
        used = await self._log.since(since, tenant)
        return json_reply(UsageReport(since, used, [self._account(balance) for balance in balances]))

    async def _subject(self, caller: Caller, request: Request) -> tuple[Kind, str, str]:
        """Whose limits, and whose tenant's that is. A foreign one is answered as one there is not."""
        said, id = request.path_params["kind"], request.path_params["id"]
        if said == "key":
            return "key", id, (await self._keys.get(id, reach(caller))).tenant
        if said == "tenant":
            return "tenant", id, within_reach(caller, id)
        if said == "model":
            return "model", id, ""
        raise NotFound("There are limits of a key, a tenant and a model.", next_step=f"Use {LIMITS}/key/ID.")

    def _told(self, kind: Kind, id: str, own: Allowance | None) -> WireLimits:
        return WireLimits(kind, id, own, msgspec.structs.asdict(self._limiter.rules.allowance(kind, id)))

    def _account(self, balance: Balance) -> WireAccount:
        account, subject = balance.account, balance.account.subject
        allowed = self._limiter.rules.allowance(subject.kind, subject.id)
        if account.span == "day":
            period = first_of_day(account.period).isoformat()
            return WireAccount(
                *(subject.kind, subject.id, "day", period), allowed.tokens_per_day, balance.used, balance.leased
            )
        period = first_of_month(account.period).isoformat()[:7]
        return WireAccount(
            *(subject.kind, subject.id, "month", period),
            allowed.eur_per_month,
            balance.used / NANO,
            balance.leased / NANO,
        )


def add_limit_routes(app: Ordinary, routes: LimitRoutes) -> None:
    one = f"{LIMITS}/{{kind}}/{{id:path}}"
    app.add_api_route(LIMITS, routes.list, summary="List the limits that administrators set")
    app.add_api_route(one, routes.retrieve, summary="Show the limits of a key, a tenant or a model")
    app.add_api_route(one, routes.set, methods=["PUT"], summary="Set the limits of a key, a tenant or a model")
    app.add_api_route(one, routes.reset, methods=["DELETE"], summary="Take set limits back")
    app.add_api_route(USAGE, routes.usage, summary="Show what was used, and what is left of days and months")


def _may_set(caller: Caller, kind: Kind) -> None:
    if kind != "key" and not runs_house(caller):
        raise Forbidden(
            f"The limits of a {kind} are set by an administrator of the house.",
            next_step="Set those of your own keys, or ask one.",
        )


def _since(request: Request) -> date:
    said = request.query_params.get("since")
    if said is None:
        return datetime.now(UTC).date().replace(day=1)
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise InvalidRequest("since is not a day.", next_step="Write it as 2026-11-21.", param="since") from None


def _duration(seconds: float) -> str:
    """As OpenAI writes it: 12s, 1m3s."""
    whole = max(0, round(seconds))
    return f"{whole // 60}m{whole % 60}s" if whole >= 60 else f"{whole}s"
