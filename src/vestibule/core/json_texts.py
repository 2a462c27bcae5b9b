"""Every text in a value of JSON, keys included: what is looked through where an escape or a line end would hide it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


def texts_in(content: bytes) -> Iterator[str]:
    """The strings of one JSON document; none where it is no JSON."""
    try:
        waiting: list[object] = [msgspec.json.decode(content)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as fields:
                waiting.extend(fields.values())
                waiting.extend(fields.keys())
            case list() as items:
                waiting.extend(items)
