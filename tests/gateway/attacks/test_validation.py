"""Bodies within their size that hold too much of something, or what nobody can keep: each is refused by name."""

from __future__ import annotations

import json

import pytest

from tests.gateway.conftest import Server
from vestibule.core.errors import InvalidRequest
from vestibule.gateway.wire.chat_request import decode_chat

USER = {"role": "user", "content": "Why?"}
ESCAPE = "\x1b[2J"


def body(**fields: object) -> bytes:
    return json.dumps({"model": "auto", "messages": [USER], **fields}).encode()


def with_raw(field: bytes) -> bytes:
    return b'{"model": "auto", "messages": [{"role": "user", "content": "Why?"}], ' + field + b"}"


def called(call_id: str = "1", name: str = "f", arguments: str = "{}", count: int = 1) -> list[object]:
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return [USER, {"role": "assistant", "tool_calls": [call] * count}]


def schema(raw: bytes) -> bytes:
    return with_raw(b'"tools": [{"type": "function", "function": {"name": "f", "parameters": ' + raw + b"}}]")


REFUSED = {
    "many messages": (body(messages=[USER] * 4097), "messages"),
    "many calls": (body(messages=called(count=4097)), "messages"),
    "many tools": (body(tools=[{"type": "function", "function": {"name": f"f{n}"}} for n in range(129)]), "tools"),
    "a long model": (body(model="m" * 257), "model"),
    "a model of control characters": (body(model=ESCAPE), "model"),
    "a name of two lines": (body(messages=[{**USER, "name": "a\r\nb"}]), "messages[0].name"),
    "a long id of a call": (body(messages=called(call_id="1" * 257)), "messages[1].tool_calls"),
    "a long name of a call": (body(messages=called(name="f" * 257)), "messages[1].tool_calls"),
    "a call of control characters": (body(messages=called(name=ESCAPE)), "messages[1].tool_calls"),
    "U+0000 in arguments": (body(messages=called(arguments='{"a": "\0"}')), None),
    "U+0000 in metadata": (body(metadata={"a": "\0"}), None),
    "U+0000 in a key": (body(metadata={"\0": "a"}), None),
    "U+0000 in a stop": (body(stop="\0"), None),
    "U+0000 in a schema": (schema(b'{"type": "object", "description": "\\u0000"}'), None),
    "U+0000 in buildings": (body(vestibule={"buildings": ["\0"]}), None),
    "much metadata": (body(metadata={str(n): "" for n in range(17)}), "metadata"),
    "a long key": (body(metadata={"k" * 65: ""}), "metadata"),
    "a long value": (body(metadata={"k": "v" * 513}), "metadata"),
    "an empty stop": (body(stop=""), "stop"),
    "a long stop": (body(stop=["a", "s" * 1025]), "stop"),
    "many stops": (body(stop=["a"] * 5), "stop"),
    "many buildings": (body(vestibule={"buildings": ["b"] * 1001}), "vestibule.buildings"),
    "many adapters": (
        body(vestibule={"route": {"adapters": {str(n): 1 for n in range(33)}}}),
        "vestibule.route.adapters",
    ),
    "a long grammar": (body(vestibule={"grammar": "root ::= " + "a" * 16_384}), "vestibule.grammar"),
    "no grammar": (body(vestibule={"grammar": ""}), "vestibule.grammar"),
    "no kind of work": (body(vestibule={"route": {"task": "poetry"}}), "vestibule.route.task"),
    "no time": (body(vestibule={"route": {"deadline_s": 0}}), "vestibule.route.deadline_s"),
    "time before now": (body(vestibule={"route": {"deadline_s": -1}}), "vestibule.route.deadline_s"),
    "all the time": (body(vestibule={"route": {"deadline_s": 1e308}}), "vestibule.route.deadline_s"),
    "not a number": (with_raw(b'"temperature": NaN'), None),
    "infinity": (with_raw(b'"temperature": -Infinity'), None),
    "more than a number holds": (with_raw(b'"temperature": 1e999'), "temperature"),
    "5,000 digits": (with_raw(b'"seed": ' + b"9" * 5000), "seed"),
    "5,000 digits in a schema": (schema(b'{"maximum": ' + b"9" * 5000 + b"}"), "tools[0].function.parameters[...]"),
    "a schema 900 deep": (schema(b'{"items": ' * 900 + b"{}" + b"}" * 900), "tools[0].function.parameters"),
    "a schema 50,000 deep": (schema(b'{"items": ' * 50_000 + b"{}" + b"}" * 50_000), None),
    "a schema from elsewhere": (schema(b'{"$ref": "http://127.0.0.1:1/x"}'), "tools[0].function.parameters"),
    "half a surrogate pair": (with_raw(b'"user": "\\ud800"'), None),
    "an overlong encoding": (with_raw(b'"user": "\xc0\xaf"'), None),
    "a surrogate in UTF-8": (with_raw(b'"user": "\xed\xa0\x80"'), None),
    "a byte order mark": (b"\xef\xbb\xbf" + body(), None),
    "two values": (body() + b"{}", None),
    "a comment": (b"/* */" + body(), None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_over_its_bound_is_named(name: str) -> None:
    sent, param = REFUSED[name]
    with pytest.raises(InvalidRequest) as refused:
        decode_chat(sent)
    assert refused.value.param == param
    assert refused.value.next_step
    assert "\0" not in str(refused.value)
    assert ESCAPE not in str(refused.value)
    assert len(str(refused.value)) < 1000


READ = {
    "as many messages as are taken": body(messages=[USER] * 4096),
    "a name of 256 characters": body(model="m" * 256),
    "other control characters": body(messages=[{"role": "user", "content": "\x07a\tb\x1b[31mc\u202e"}]),
    "the text of an escape": body(messages=[{"role": "user", "content": "what is \\u0000?"}]),
    "a schema 20 deep": schema(b'{"items": ' * 20 + b"{}" + b"}" * 20),
    "deep arguments": body(messages=called(arguments="[" * 10_000 + "]" * 10_000)),
    "a kind of work": body(vestibule={"route": {"task": "coordination"}}),
    "a whole day": body(vestibule={"route": {"deadline_s": 86_400}}),
    "white space": b" \r\n\t" + body() + b" \r\n",
}


@pytest.mark.parametrize("name", READ)
def test_what_is_within_is_read(name: str) -> None:
    assert decode_chat(READ[name]).messages


async def test_none_of_it_is_more_than_a_refusal_on_the_wire(server: Server) -> None:
    for name, (sent, param) in REFUSED.items():
        reply = await server.ask("POST", "/v1/chat/completions", sent)
        assert (reply.status, reply.code, reply.json["error"]["param"]) == (400, "invalid_request", param), name
    assert server.pipeline.requests == []
    assert (await server.chat("Why?")).status == 200


async def test_an_image_is_asked_for_by_no_other_protocol(server: Server) -> None:
    """Those of the web are for the pipeline to fetch or to refuse: `tests/test_fetching.py`."""
    for url in (
        "file:///etc/passwd",
        "ftp://localhost/a.png",
        "//localhost/a.png",
        "gopher://localhost:25/",
        "DATA:text/html,<script>",
        "",
    ):
        content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
        sent = body(messages=[{"role": "user", "content": content}])
        reply = await server.ask("POST", "/v1/chat/completions", sent)
        assert (reply.status, reply.code) == (400, "invalid_request"), url
        assert reply.json["error"]["param"] == "messages[0].content[1].image_url.url"
    assert server.pipeline.requests == []
