"""Find planted values in all that was received, however they were written. Knows no server's protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from tests.egress.pictures import in_images
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.traces import folded, readings_of

PLACEHOLDER = re.compile(r"⟦[A-Z][A-Z_]*_\d+(?:_FIRST|_LAST)?⟧")
SHORTEST = 6


class Searched:
    """`bodies` one by one, and every byte of the servers' connections, headers included, as one text."""

    def __init__(self, bodies: Sequence[bytes], servers: Iterable[RecordingServer]) -> None:
        raw = "\n".join(server.received.decode(errors="replace") for server in servers)
        texts = [text for body in bodies for text in strings(body)]
        texts += in_images(texts)
        self.placeholders = sum(len(PLACEHOLDER.findall(text)) for text in texts)
        self._whole = "\n".join(readings_of("\n".join([raw, *texts])))

    def find(self, values: Iterable[str]) -> str | None:
        """The first of the values that was received, in any form; values too short to mean anything are passed over."""
        for value in values:
            sought = folded(value)
            if len(sought) >= SHORTEST and sought in self._whole:
                return value
        return None


def strings(body: bytes | str) -> Iterator[str]:
    """Every string and name in a JSON body, and in the JSON that its strings hold."""
    try:
        yield from _within(json.loads(body))
    except ValueError:
        return


def _within(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        if value.lstrip()[:1] in ("{", "["):
            yield from strings(value)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield str(name)
            yield from _within(member)
    elif isinstance(value, list):
        for member in value:
            yield from _within(member)
