"""`GET /admin/v1/audit` and `/admin/v1/audit/verify`, for keys with the scope audit.

A caller reads the records of its own tenant, as that tenant. Whether the trail is whole is everybody's business, and
is told without anybody's records.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.errors import InvalidRequest
from vestibule.gateway.caller import admitted
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.privacy.audit.entry import Record
from vestibule.privacy.audit.listing import Listed
from vestibule.privacy.audit.verification.finding import Finding, Verification

LISTED_AT_MOST = 1000


class AuditTrail(Protocol):
    async def newest(self, tenant: str | None, limit: int) -> list[Record]: ...

    async def verify(self, tenant: str | None = None) -> Verification: ...


class AuditList(msgspec.Struct, frozen=True):
    """Newest first."""

    data: Sequence[Listed]
    object: Literal["list"] = "list"


class AuditVerification(msgspec.Struct, frozen=True):
    """`anchor` is the last in the log; `unproven` records are newer than the last anchor of their chain."""

    proven: bool
    records: int
    unproven: int
    anchor: int
    anchor_at: datetime | None
    findings: Sequence[Finding]
    object: Literal["audit.verification"] = "audit.verification"


class AuditRoutes:
    def __init__(self, access: Access, trail: AuditTrail) -> None:
        self._access = access
        self._trail = trail
        self._verifying: asyncio.Task[Verification] | None = None

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "audit")
        records = await self._trail.newest(caller.tenant, _limit(request))
        return json_reply(AuditList([Listed.of(record) for record in records]))

    async def verify(self, request: Request) -> Response:
        """Callers that come while one verification runs share it: it reads the whole trail."""
        await admitted(self._access, request.scope, "audit")
        if self._verifying is None or self._verifying.done():
            self._verifying = asyncio.create_task(self._trail.verify(), name="audit-verification")
        found = await asyncio.shield(self._verifying)
        told = AuditVerification(
            found.proven, found.records, found.unproven, found.anchor, found.anchor_at, found.findings
        )
        return json_reply(told)


def add_audit_routes(app: Ordinary, routes: AuditRoutes) -> None:
    app.add_api_route("/admin/v1/audit", routes.list, summary="List the newest decisions of the caller's tenant")
    app.add_api_route(
        "/admin/v1/audit/verify", routes.verify, summary="Recompute the audit trail and say what is wrong"
    )


def _limit(request: Request) -> int:
    said = request.query_params.get("limit", "50")
    if said.isascii() and said.isdigit() and 1 <= int(said) <= LISTED_AT_MOST:
        return int(said)
    raise InvalidRequest("limit is not a number of records.", next_step=f"Use 1 to {LISTED_AT_MOST}.", param="limit")
