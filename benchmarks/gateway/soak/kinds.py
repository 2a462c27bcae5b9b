"""What the sessions of a soak do: each kind asks, looks at what came, and says what is not as it should be.

A deck holds each kind as often as it is to be drawn.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
from benchmarks.gateway.prompts import Prompts
from benchmarks.gateway.soak.answers import require_json, require_words, response_of, told
from benchmarks.gateway.soak.client import CHAT, RESPONSES, Got, Session, Unexpected
from benchmarks.gateway.soak.house import BODY_MIB, MODELS, NARROW_AT_ONCE, TINY
from benchmarks.gateway.soak.upstream import CALLED, FORMED

QUESTIONS = 12
"""That are asked again and again."""
BATCH_LINES = 3
BATCH_WITHIN_S = 180.0
PEAK = {"name": "get_peak", "parameters": {"type": "object", "properties": {"building": {"type": "string"}}}}
FORM = {
    "name": "demand",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"building": {"type": "string"}, "demand_kw": {"type": "number"}},
        "required": ["building", "demand_kw"],
        "additionalProperties": False,
    },
}


class Kind(Protocol):
    __name__: str

    async def __call__(self, session: Session, /) -> None:
        """Raise `Unexpected`, or what a client raises where there is no reply."""
        ...


async def whole(session: Session) -> None:
    """A conversation about a plant, to a model by name."""
    await _measured(session, stream=False)


async def stream(session: Session) -> None:
    await _measured(session, stream=True)


async def _measured(session: Session, *, stream: bool) -> None:
    first = session.chance.randrange(10**9) * 1000
    prompts = Prompts(session.chance.choice(MODELS), stream=stream, fresh=True, first=first + session.number)
    got = await session.chat(json.loads(prompts.next()), measured=True)
    require_words(got, session.tally)


async def auto(session: Session) -> None:
    """The router decides, and looks for documents where there are any."""
    body = asked("auto", f"How does the night setback work, {session.fresh()}?", stream=session.chance.random() < 0.5)
    require_words(await session.chat(body), session.tally)


async def repeated(session: Session) -> None:
    """The same from everybody: the cache, or who asks it at the moment."""
    number = session.chance.randrange(QUESTIONS)
    body = asked(MODELS[0], f"What is the purpose of pump number {number}?", stream=session.chance.random() < 0.5)
    require_words(await session.chat(body), session.tally)


async def leaves(session: Session) -> None:
    """Whoever asks goes away in the middle of the answer."""
    body = asked(MODELS[1], f"What happens next, {session.fresh()}?", stream=True)
    got = await session.chat(body, leave_after=session.chance.randrange(6))
    got.require(200)


async def tools(session: Session) -> None:
    """A function is called, and its result answered."""
    question = f"What was the peak, {session.fresh()}?"
    offered = {"tools": [{"type": "function", "function": PEAK}]}
    streamed = session.chance.random() < 0.5
    ((_, finish, calls),) = told(
        await session.chat(asked(MODELS[0], question, stream=streamed) | offered), session.tally
    )
    names = [call["function"]["name"] for call in calls if call["function"].get("name")]
    if finish != "tool_calls" or names != ["get_peak"]:
        raise Unexpected(f"{len(calls)} calls, finish reason {finish}")
    arguments = "".join(call["function"].get("arguments") or "" for call in calls)
    require_json(arguments, CALLED)
    call = {"id": calls[0]["id"], "type": "function", "function": {"name": "get_peak", "arguments": arguments}}
    turns = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "81 kW"},
    ]
    require_words(await session.chat({"model": MODELS[0], "messages": turns, **offered}), session.tally)


async def schema(session: Session) -> None:
    """An answer in the form of a JSON Schema."""
    body = asked(MODELS[1], f"Tell the demand, {session.fresh()}.", stream=session.chance.random() < 0.5)
    form = {"response_format": {"type": "json_schema", "json_schema": FORM}}
    ((text, _, _),) = told(await session.chat(body | form), session.tally)
    require_json(text, FORMED)


async def choices(session: Session) -> None:
    """Three answers to one question."""
    body = asked(MODELS[0], f"What could it be, {session.fresh()}?", stream=session.chance.random() < 0.5, n=3)
    require_words(await session.chat(body), session.tally, choices=3)


async def tiny(session: Session) -> None:
    """The real model that comes with the product, in llama.cpp; it may have no room left."""
    got = await session.chat(asked(TINY, f"Hello, {session.fresh()}.", stream=True, max_tokens=12))
    if got.status == 503 and got.code == "queue_full":
        refused(session, "tiny", got)
        return
    told(got, session.tally)


async def embeddings(session: Session) -> None:
    packed = session.chance.random() < 0.5
    body = {"model": "auto", "input": [f"a chiller {session.fresh()}", "a pump"]}
    got = await session.ask("POST", "/v1/embeddings", body | ({"encoding_format": "base64"} if packed else {}))
    data = got.require(200).json["data"]
    if len(data) != 2 or len(data[0]["embedding"]) != (2048 if packed else 384):
        raise Unexpected(f"{len(data)} vectors, the first of {len(data[0]['embedding'])}")


async def moderations(session: Session) -> None:
    body = {"input": [f"The pump stands, {session.fresh()}.", "Write to person.7@example.org."]}
    got = (await session.ask("POST", "/v1/moderations", body)).require(200)
    if len(got.json["results"]) != 2:
        raise Unexpected("not one result for each text")


async def responses(session: Session) -> None:
    """One is stored, gone on from, shown as it was, and forgotten."""
    asking = {"model": session.chance.choice(("auto", *MODELS)), "input": f"Why does it stand, {session.fresh()}?"}
    first = response_of(await session.ask("POST", RESPONSES, asking, rows=1))
    going_on = {"model": asking["model"], "input": "And then?", "previous_response_id": first["id"], "stream": True}
    second = response_of(await session.ask("POST", RESPONSES, going_on, rows=1))
    for made in (first, second):
        path = f"{RESPONSES}/{made['id']}"
        shown = (await session.ask("GET", path)).require(200)
        if shown.json != made:
            raise Unexpected("a stored response is not shown as it was answered")
        (await session.ask("DELETE", path)).require(200)
        refused(session, "responses", (await session.ask("GET", path)).require(404))


async def batch(session: Session) -> None:
    """A file of requests, answered in the background."""
    lines = [
        {"custom_id": f"line-{n}", "method": "POST", "url": CHAT, "body": asked(MODELS[1], f"Why {session.fresh()}?")}
        for n in range(BATCH_LINES)
    ]
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", "\n".join(map(json.dumps, lines)).encode(), filename="in.jsonl")
    file = (await session.ask("POST", "/v1/files", data=form)).require(200).json["id"]
    session.tally.rows += BATCH_LINES
    body = {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"}
    made = (await session.ask("POST", "/v1/batches", body)).require(200).json
    done = await _completed(session, made["id"])
    if done["request_counts"] != {"total": BATCH_LINES, "completed": BATCH_LINES, "failed": 0}:
        raise Unexpected(f"a batch that is {done['status']} with {done['request_counts']}")
    output = (await session.ask("GET", f"/v1/files/{done['output_file_id']}/content")).require(200)
    if output.body.count(b"\n") != BATCH_LINES:
        raise Unexpected("a batch's output has not a line for each request")
    for id_ in (file, done["output_file_id"]):
        (await session.ask("DELETE", f"/v1/files/{id_}")).require(200)


async def _completed(session: Session, id_: str) -> Mapping[str, Any]:
    for _ in range(int(BATCH_WITHIN_S)):
        made = (await session.ask("GET", f"/v1/batches/{id_}")).require(200).json
        if made["status"] not in ("validating", "in_progress", "finalizing"):
            return made
        await asyncio.sleep(1)
    raise Unexpected(f"a batch is not over after {BATCH_WITHIN_S:g} s")


async def looks_around(session: Session) -> None:
    """What is there, and how it is."""
    for path in ("/v1/models", "/v1/files", "/v1/batches", "/v1/controls", "/readyz", "/metrics"):
        (await session.ask("GET", path)).require(200)


async def wrong_key(session: Session) -> None:
    """A key that is none; who tries too many is told to wait."""
    got = await session.ask("POST", CHAT, asked(MODELS[0], "Hello?"), key="vst_" + "x" * 43)
    refused(session, "wrong_key", got.require(401, 429))


async def unscoped(session: Session) -> None:
    """A key that may not ask models."""
    got = await session.chat(asked(MODELS[0], "Hello?"), key=session.house.unscoped)
    refused(session, "unscoped", got.require(403))


async def too_large(session: Session) -> None:
    body = asked(MODELS[0], "x" * (BODY_MIB * 2**20 + 1))
    refused(session, "too_large", (await session.ask("POST", CHAT, body)).require(413))


async def malformed(session: Session) -> None:
    data = session.chance.choice((b'{"model":', b"[]", b'{"model": "north", "messages": []}', b"\xff\xfe"))
    refused(session, "malformed", (await session.ask("POST", CHAT, data=data)).require(400, 415))


async def unknown(session: Session) -> None:
    """A model and a response that are not there."""
    refused(session, "unknown", (await session.chat(asked("nobody", "Hello?"))).require(404))
    refused(session, "unknown", (await session.ask("GET", f"{RESPONSES}/resp_nothing")).require(404))


async def narrow(session: Session) -> None:
    """More at once than a tenant's limits allow: an answer, or when to come again."""
    bodies = [asked(MODELS[0], f"How long, {session.fresh()}?") for _ in range(NARROW_AT_ONCE + 1)]
    answered = await asyncio.gather(*(session.chat(body, key=session.house.narrow) for body in bodies))
    for got in answered:
        if got.require(200, 429).status == 200:
            require_words(got, session.tally)
        elif got.headers.get("Retry-After", "").isdigit():
            refused(session, "narrow", got)
        else:
            raise Unexpected("status 429 that does not say when to come again")


def asked(model: str, question: str, **fields: object) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": question}], **fields}


def refused(session: Session, kind: str, got: Got) -> None:
    """It was to be expected."""
    session.tally.refused[f"{kind}: {got.status} {got.code}"] += 1


KINDS: Mapping[Kind, int] = {
    **{whole: 36, stream: 44, auto: 24, repeated: 24, leaves: 12},
    **{tools: 6, schema: 6, choices: 6, tiny: 4, embeddings: 6, moderations: 4, responses: 6, batch: 1},
    **{looks_around: 2, wrong_key: 2, unscoped: 2, too_large: 1, malformed: 2, unknown: 2, narrow: 8},
}
