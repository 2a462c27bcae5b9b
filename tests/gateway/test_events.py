"""The events of a stream: each piece of an answer is one, also where several came together, and encoded as JSON is."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.answer import Opened
from vestibule.gateway.wire.chat_reply import Chunks

PIECES = st.lists(st.text(max_size=12), min_size=1, max_size=5)


@given(PIECES, st.booleans(), st.text('m-"\\é\uffff', min_size=1, max_size=8))
def test_each_piece_is_an_event_of_the_same_stream(pieces: list[str], usage: bool, model: str) -> None:
    chunks = Chunks(usage)
    opening = read(chunks.opening(Opened("chatcmpl-1", 5, model)))
    told = read(chunks.deltas(pieces))
    assert [event["choices"][0]["delta"] for event in told] == [{"content": piece} for piece in pieces]
    for event in (*opening, *told):
        assert [event[name] for name in ("id", "created", "model")] == ["chatcmpl-1", 5, model]
        assert ("usage" in event) is usage


def read(stream: bytes) -> list[dict[str, Any]]:
    events = stream.decode().split("\n\n")
    assert events.pop() == ""
    return [json.loads(event.removeprefix("data: ")) for event in events]
