"""The stretch of time that a page is asked to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

from starlette.requests import Request

from vestibule.monitoring.overview import BUCKETS, Window

WINDOWS: tuple[Window, ...] = get_args(Window)


def window_of(request: Request, otherwise: Window) -> Window:
    """The one in its address; `otherwise` where there is none that we know."""
    wanted = request.query_params.get("window")
    return next((window for window in WINDOWS if window == wanted), otherwise)


def since(window: Window) -> datetime:
    width, count = BUCKETS[window]
    return datetime.now(UTC) - width * count
