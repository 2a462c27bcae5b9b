"""Answers as providers should not give them, each as the bytes of a reply, in the three dialects. Knows no client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from tests.providers.cloud.conftest import Answer, reply, sends
from vestibule.core.settings import ProviderKind

KINDS: tuple[ProviderKind, ...] = ("openai", "deepseek", "gemini")
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
HTML = b"<!DOCTYPE html>\n<html><body>secret</body></html>\n"
OTHERS: tuple[object, ...] = ("secret", 7, 2.5, -1, 2**70, True, None, [], {}, [[]], {"secret": "secret"})
SPOKEN = "größer 4 °C"


def event(body: object) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def spoken(kind: ProviderKind, text: str, finish: bool = False) -> dict[str, Any]:
    """One event that says `text`."""
    if kind == "gemini":
        candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
        return {"candidates": [candidate | ({"finishReason": "STOP"} if finish else {})]}
    delta: dict[str, Any] = {"index": 0, "delta": {"content": text}, "finish_reason": "stop" if finish else None}
    return {"id": "x", "object": "chat.completion.chunk", "choices": [delta]}


def counted(kind: ProviderKind, prompt: int = 3, given: int = 2) -> dict[str, Any]:
    """The event that says what was used."""
    if kind == "gemini":
        return {"usageMetadata": {"promptTokenCount": prompt, "candidatesTokenCount": given}}
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": given}}


def whole(kind: ProviderKind) -> bytes:
    """A good answer."""
    first, last = SPOKEN[:6], SPOKEN[6:]
    done = b"" if kind == "gemini" else b"data: [DONE]\n\n"
    return event(spoken(kind, first)) + event(spoken(kind, last, finish=True)) + event(counted(kind)) + done


def failing(kind: ProviderKind) -> dict[str, tuple[Answer, str]]:
    """What is answered, and the faults that it may be taken for."""
    text, good = event(spoken(kind, SPOKEN)), whole(kind)
    error = event({"error": {"code": 500, "status": "INTERNAL", "message": "secret"}})
    busy = event({"error": {"code": 503, "status": "UNAVAILABLE", "message": "secret"}})
    limited = event({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "secret"}})
    fields = b"".join(b"X-%d: secret\r\n" % n for n in range(20_000))
    return {
        "html_200": (sends(reply(HTML)), "malformed"),
        "html_200_on_one_line": (sends(reply(HTML.replace(b"\n", b""))), "malformed"),
        "html_200_cut_off": (sends(CHUNKED + chunk(HTML[:30]) + END), "malformed"),
        "text_200": (sends(reply(b"secret gateway")), "malformed"),
        "one_json_200": (sends(reply(json.dumps(spoken(kind, SPOKEN, finish=True)).encode())), "malformed"),
        "html_502": (sends(reply(HTML, 502)), "failed"),
        "html_503": (sends(reply(HTML, 503)), "overloaded"),
        "no_event_stream": (sends(reply(good.replace(b"data: ", b""))), "malformed"),
        "half_a_json": (sends(reply(text[: len(text) // 2] + b"\n\n")), "malformed"),
        "half_a_json_and_gone": (sends(reply(text[: len(text) // 2])), "cut"),
        "invalid_utf8": (sends(reply(text.replace(b"\xc3\xb6", b"\xc3"))), "malformed"),
        "deep_json": (sends(reply(b"data: " + b"[" * 200_000 + b"\n\n")), "malformed"),
        "deep_member": (sends(reply(b'data: {"error": ' + b'{"a":' * 200_000 + b"\n\n")), "malformed"),
        "endless_line": (_endless(CHUNKED, chunk(b"data: " + b"x" * 60_000)), "malformed"),
        "endless_event": (_endless(CHUNKED, chunk(b"data: " + b"x" * 60_000 + b"\n")), "malformed"),
        "endless_header": (_endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 60_000), "malformed"),
        "endless_status": (_endless(b"HTTP/1.1 200 ", b"x" * 60_000), "malformed"),
        "endless_headers": (sends(b"HTTP/1.1 200 OK\r\n" + fields), "malformed"),
        "endless_interim": (_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "malformed silent"),
        "no_http": (sends(b"SSH-2.0-secret\r\n"), "malformed"),
        "bad_chunk_size": (sends(CHUNKED + chunk(text) + b"zz\r\nsecret\r\n"), "malformed cut"),
        "negative_chunk_size": (sends(CHUNKED + chunk(text) + b"-5\r\nsecret\r\n"), "malformed cut"),
        "two_lengths": (
            sends(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n" + text),
            "malformed",
        ),
        "longer_than_its_body": (
            sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + text, stays=False),
            "cut",
        ),
        "shorter_than_its_body": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + good), "cut malformed"),
        "cut_in_a_chunk": (sends(CHUNKED + chunk(text)[:-8], stays=False), "cut"),
        "cut_before_the_head": (sends(b"HTTP/1.1 200", stays=False), "cut malformed"),
        "closed_at_once": (sends(stays=False), "cut"),
        "silent": (sends(), "silent"),
        "silent_in_the_head": (sends(b"HTTP/1.1 200 OK\r\n"), "silent"),
        "silent_in_the_middle": (sends(CHUNKED + chunk(text)), "silent"),
        "closed_without_a_finish": (sends(b"HTTP/1.0 200 OK\r\n\r\n" + text, stays=False), "cut"),
        "nothing": (sends(reply(b"")), "cut"),
        "no_content": (sends(b"HTTP/1.1 204 No Content\r\n\r\n"), "cut"),
        "done_without_a_finish": (sends(reply(text + b"data: [DONE]\n\n")), "cut malformed"),
        "gzip": (sends(reply(good, 200, "Content-Encoding: gzip")), "malformed"),
        "switching_protocols": (
            sends(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
            "malformed",
        ),
        "an_error": (sends(reply(text + error)), "failed"),
        "an_error_of_load": (sends(reply(text + busy)), "overloaded"),
        "an_error_of_pace": (sends(reply(text + limited)), "rate_limited"),
        "unknown_finish": (sends(reply(text + _unknown_finish(kind))), "failed"),
        "too_many_calls": (sends(reply(_many_calls(kind))), "malformed"),
    }


def good_enough(kind: ProviderKind) -> dict[str, tuple[Answer, bool]]:
    """What is odd and yet a whole answer, and whether it says what was used."""
    text, last, used = (
        event(spoken(kind, SPOKEN)),
        event(spoken(kind, "", finish=True)),
        event(counted(kind)),
    )
    good = text + last + used
    other: dict[str, Any] = spoken(kind, "secret")
    other["candidates" if kind == "gemini" else "choices"][0]["index"] = 1
    return {
        "as_it_should_be": (sends(reply(whole(kind))), True),
        "interim_before": (
            sends(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" + reply(good)),
            True,
        ),
        "http_1_0": (sends(b"HTTP/1.0 200 OK\r\n\r\n" + good, stays=False), True),
        "no_length": (sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + good, stays=False), True),
        "trailers": (sends(CHUNKED + chunk(good) + b"0\r\nX-Checksum: 1\r\n\r\n"), True),
        "one_byte_at_a_time": (sends(CHUNKED, *(chunk(good[n : n + 1]) for n in range(len(good))), END), True),
        "bom": (sends(reply(b"\xef\xbb\xbf" + good)), True),
        "crlf": (sends(reply(good.replace(b"\n", b"\r\n"))), True),
        "cr": (sends(reply(good.replace(b"\n", b"\r"))), True),
        "comments_and_names": (sends(reply(b": keep-alive\n\nid: 1\nevent: message\nretry: 3\n\n" + good)), True),
        "several_lines_of_data": (sends(reply(good.replace(b', "', b',\ndata: "'))), True),
        "no_empty_line_at_the_end": (sends(reply(good.removesuffix(b"\n"))), True),
        "nothing_after_the_finish": (sends(reply(text + last)), False),
        "silent_after_the_finish": (sends(CHUNKED + chunk(text + last)), False),
        "cut_after_the_finish": (sends(CHUNKED + chunk(text + last), stays=False), False),
        "cut_after_usage": (sends(CHUNKED + chunk(good), stays=False), True),
        "part_of_the_usage": (sends(reply(text + last + event(_part_of_usage(kind)))), False),
        "null_for_empty": (sends(reply(event(_nulls(kind)) + good)), True),
        "another_choice": (sends(reply(event(other) + good)), True),
        "nothing_known": (sends(reply(event({"object": "x", "extra": [1, {"a": None}]}) + good)), True),
    }


def wrong_types(kind: ProviderKind) -> Iterator[bytes]:
    """Every member of every event, replaced by each other type of JSON."""
    for whole_event in (spoken(kind, SPOKEN, finish=True), counted(kind), _calling(kind)):
        for path in _paths(whole_event):
            for other in OTHERS:
                yield event(_replaced(whole_event, path, other)) + event(spoken(kind, ".", finish=True))


def _endless(head: bytes, piece: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> bool:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()

    return answer


def _unknown_finish(kind: ProviderKind) -> bytes:
    if kind == "gemini":
        return event({"candidates": [{"finishReason": "secret"}]})
    return event({"choices": [{"delta": {}, "finish_reason": "secret"}]})


def _many_calls(kind: ProviderKind) -> bytes:
    if kind == "gemini":
        parts = [{"functionCall": {"name": "f"}}] * 129
        return event({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]})
    calls = [{"index": n, "function": {"name": "f"}} for n in range(129)]
    return event({"choices": [{"delta": {"tool_calls": calls}, "finish_reason": "tool_calls"}]})


def _calling(kind: ProviderKind) -> dict[str, Any]:
    if kind == "gemini":
        part = {"functionCall": {"name": "f", "args": {"a": 1}, "id": "1"}}
        return {"candidates": [{"content": {"parts": [part]}}], "promptFeedback": {"safetyRatings": []}}
    call: dict[str, Any] = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call], "reasoning_content": "hm"}}], "error": None}


def _part_of_usage(kind: ProviderKind) -> dict[str, Any]:
    return {"usageMetadata": {"totalTokenCount": 4}} if kind == "gemini" else {"usage": {"prompt_tokens": 4}}


def _nulls(kind: ProviderKind) -> dict[str, Any]:
    if kind == "gemini":
        return {"candidates": [{"content": {"parts": None}, "finishReason": None}], "usageMetadata": None}
    delta = {"content": None, "tool_calls": None, "refusal": None}
    return {"choices": [{"delta": delta}, {"delta": None}], "usage": None, "error": None}


def _paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from _paths(member, (*path, name))


def _replaced(value: Any, path: tuple[str | int, ...], other: object) -> Any:  # any part of a JSON value
    if not path:
        return other
    copied = value.copy()
    copied[path[0]] = _replaced(value[path[0]], path[1:], other)
    return copied
