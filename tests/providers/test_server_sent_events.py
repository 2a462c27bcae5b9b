"""The data of an event stream does not depend on how its bytes were cut, nor on how its lines end."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.errors import UpstreamFailed
from vestibule.providers.server_sent_events import LINE, EventStream

LINES = st.text("aü€{}: 0", max_size=12).map(str.strip)
EVENTS = st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=4)


async def data_of(*pieces: bytes) -> list[bytes]:
    async def body() -> AsyncGenerator[bytes, None]:
        for piece in pieces:
            yield piece

    events = EventStream(body(), "far")
    found = []
    while together := await events.together():
        found += together
    return found


@given(
    EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", ": hi", "id: 1", "event:x", "retry"]), st.data()
)
async def test_every_event_is_there_however_it_was_sent(
    events: list[list[str]], end: str, between: str, data: st.DataObject
) -> None:
    lines = [line for event in events for line in (between, *(f"data: {part}" for part in event), "")]
    stream = end.join([*lines, ""]).encode()
    pieces = []
    while stream:
        at = data.draw(st.integers(1, len(stream)))
        pieces.append(stream[:at])
        stream = stream[at:]
    assert [found.decode() for found in await data_of(*pieces)] == ["\n".join(event) for event in events]


async def test_a_mark_of_byte_order_is_passed_over_wherever_it_is_cut() -> None:
    stream = b"\xef\xbb\xbfdata: a\n\ndata: \xef\xbb\xbfb\n\n"
    for at in range(1, len(stream)):
        assert await data_of(stream[:at], stream[at:]) == [b"a", b"\xef\xbb\xbfb"]


async def test_what_was_cut_off_is_dropped() -> None:
    assert await data_of(b"data: a\n\ndata: b\ndata: c") == [b"a", b"b"]
    for cut_off in (b"", b"d", b"dat", b"data", b"data:", b"event", b"re", b":", b": keep", b"x-own: 1"):
        assert await data_of(b"data: a\n\n" + cut_off) == [b"a"]


async def test_a_page_is_called_one() -> None:
    with pytest.raises(UpstreamFailed, match="answered with a page, as a proxy or a sign-in on the way does"):
        await data_of(b"<!doctype html><title>secret</title>")


@pytest.mark.parametrize(
    "stream",
    [
        b"<html>\n",
        b"\xef\xbb\xbf <html>",
        b"data: a\n\n<html>",
        b'{"error": "secret"}\n',
        b'{"error": "secret"}',
        b"secret",
        b"Bad gateway: secret\n",
        b"data: a\n\n\x00\x01\n",
        b"data: " + b"x" * (LINE + 1),
        (b"data: " + b"x" * 60_000 + b"\n") * 20,
    ],
)
async def test_what_is_no_stream_of_events_is_a_failure(stream: bytes) -> None:
    with pytest.raises(UpstreamFailed) as failed:
        await data_of(*(stream[at : at + 50_000] for at in range(0, len(stream), 50_000)))
    assert failed.value.fault == "malformed"
    assert "secret" not in str(failed.value)
