"""`GET /admin/v1/routing/savings`: what staying home saved, with how that is reckoned. An administrator of the house
sees all of it, one of a tenant that tenant's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.reach import reach, within_reach
from vestibule.core.errors import InvalidRequest
from vestibule.gateway.caller import admitted
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.monitoring.savings import METHOD, Savings, SavingsLog

SAVINGS = "/admin/v1/routing/savings"
MOST_HOURS = 24 * 366


class SavingsReport(msgspec.Struct, frozen=True):
    hours: float
    savings: Savings
    method: str = METHOD
    object: Literal["savings"] = "savings"


class SavingsRoutes:
    def __init__(self, access: Access, log: SavingsLog) -> None:
        self._access = access
        self._log = log

    async def show(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        asked = request.query_params.get("tenant")
        tenant = reach(caller) if asked is None else within_reach(caller, asked)
        hours = _hours(request)
        return json_reply(
            SavingsReport(hours, await self._log.since(datetime.now(UTC) - timedelta(hours=hours), tenant))
        )


def add_savings_routes(app: Ordinary, routes: SavingsRoutes) -> None:
    app.add_api_route(SAVINGS, routes.show, summary="Show what staying home saved, and how that is reckoned")


def _hours(request: Request) -> float:
    try:
        hours = float(request.query_params.get("hours", "24"))
    except ValueError:
        hours = 0.0
    if not 0 < hours <= MOST_HOURS:
        raise InvalidRequest(
            f"hours is not a number above 0 and up to {MOST_HOURS}.", next_step="Write it as 24.", param="hours"
        )
    return hours
