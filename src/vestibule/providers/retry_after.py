"""How long a provider asks to be left alone: in a header, as seconds, milliseconds or a date, or in what it says.

Sources: RFC 9110, 10.2.3 (`Retry-After`); OpenAI's "Rate limits" (`x-ratelimit-…`) and its SDK (`retry-after-ms`);
Google's API error model, `google.rpc.RetryInfo`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LEAST_S, LONGEST_S = 0.1, 86_400.0
"""Even who says "now" has just refused; and nobody is left alone for ever."""

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|h|m|s)")
_DELAY = re.compile(rb'"retryDelay"\s*:\s*"([0-9]{1,9}(?:\.[0-9]{1,9})?)s"')
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def retry_after_s(headers: Mapping[str, str], said: bytes = b"") -> float | None:
    """Seconds to wait; None where nothing is said of it. Names of headers are in lower case, or the mapping knows no
    case. `said` is the body of the refusal."""
    if (wait_s := _header(headers)) is None:
        delay = _DELAY.search(said)
        wait_s = float(delay[1]) if delay else _reset(headers)
    return None if wait_s is None else min(max(wait_s, LEAST_S), LONGEST_S)


def _header(headers: Mapping[str, str]) -> float | None:
    if _NUMBER.fullmatch(milliseconds := headers.get("retry-after-ms", "").strip()):
        return float(milliseconds) / 1000
    after = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(after):
        return float(after)
    try:
        return parsedate_to_datetime(after).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None


def _reset(headers: Mapping[str, str]) -> float | None:
    """When the limit that is used up is lifted: "6m0s", "20ms"."""
    waits = [
        sum(
            float(number) * _SECONDS[unit] for number, unit in _SPAN.findall(headers.get(f"x-ratelimit-reset-{of}", ""))
        )
        for of in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{of}", "").strip() == "0"
    ]
    return max(waits, default=0.0) or None
