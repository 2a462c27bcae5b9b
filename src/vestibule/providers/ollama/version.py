"""Which version of Ollama answers, and whether it is new enough.

Source: Ollama's API description, "Version" (GET /api/version). Structured output by schema came with 0.5.
"""

from __future__ import annotations

import re

import msgspec

from vestibule.core.clearance import Destination
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused

OLDEST = (0, 5)
UPGRADE = "Install a newer one (`vestibule models setup` shows how) and start it again."


class _Version(msgspec.Struct):
    version: str = ""


async def version_of(transport: HomeTransport, daemon: Destination, *, wait_s: float) -> str:
    """Return its version, "" where it does not say one. Raise what the transport raises."""
    try:
        body = await transport.get(daemon, "/api/version", wait_s=wait_s)
        return msgspec.json.decode(body, type=_Version).version
    except (UpstreamRefused, msgspec.DecodeError, UnicodeDecodeError):
        return ""


def is_too_old(version: str) -> bool:
    """A build without a number of its own calls itself 0.0.0 and is taken for new."""
    numbers = re.match(r"v?(\d+)\.(\d+)", version.strip())
    if numbers is None or version.strip() == "0.0.0":
        return False
    return (int(numbers[1]), int(numbers[2])) < OLDEST


def too_old(version: str) -> str:
    return f"Ollama {version[:40]} is too old: 0.5 is the oldest that can be used."
