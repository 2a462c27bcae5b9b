"""What is stored of a response: its items as they were asked, and itself as it was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from vestibule.conversations import ResponseStore, StoredResponse
from vestibule.gateway.responses.items import Item
from vestibule.gateway.responses.reply import Response


@dataclass(frozen=True)
class Keeping:
    """Where responses are stored, and for how many days as the policy says now."""

    store: ResponseStore
    days: Callable[[], int]


class Kept(msgspec.Struct, frozen=True):
    input: tuple[Item, ...]
    response: Response


_DECODER = msgspec.json.Decoder(Kept)


def read(stored: StoredResponse) -> Kept:
    return _DECODER.decode(stored.content)
