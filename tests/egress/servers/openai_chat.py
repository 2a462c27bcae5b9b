"""OpenAI's chat completions and embeddings, whole and as a stream of server-sent events.

Written from OpenAI's published API description (openai/openai-openapi): `CreateChatCompletionRequest`,
`CreateChatCompletionResponse`, `CreateChatCompletionStreamResponse`, `CreateEmbeddingResponse`, `ErrorResponse`, and
the guide https://platform.openai.com/docs/guides/error-codes for statuses and names of errors. Knows no socket.
"""

from __future__ import annotations

import base64
import json
import random
import struct
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from tests.egress.servers.dialects import Body, Refusal, texts, tokens, vector
from tests.egress.servers.faults import FaultKind
from tests.egress.servers.speech import Asked, Call, Reply, Schema, ToolOffer, cut

CREATED = 1_741_570_283
REFUSALS: Mapping[FaultKind, Refusal] = {
    "rate_limited": Refusal(429, "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    "error": Refusal(500, "server_error", "The server had an error while processing your request."),
    "unavailable": Refusal(503, "overloaded", "The engine is currently overloaded, please try again later."),
    "context_length": Refusal(
        400,
        "context_length_exceeded",
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9017 tokens.",
    ),
    "content_filter": Refusal(
        400, "content_filter", "Your request was rejected as a result of our safety system: HOW TO PICK THE LOCK"
    ),
    "prefill_rejected": Refusal(400, "invalid_value", "The last message must not be of the role assistant."),
}


class OpenAIChat:
    base_path = "/v1"
    end_mark = b"data: [DONE]\n\n"

    def key(self, headers: Mapping[str, str], target: str) -> str:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        return key if scheme == "Bearer" else ""

    def read(self, target: str, body: Body) -> Asked:
        if urlsplit(target).path != f"{self.base_path}/chat/completions":
            raise Refusal(404, "unknown_url", f"Unknown request URL: POST {urlsplit(target).path}.")
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages or not isinstance(body.get("model"), str):
            raise Refusal(400, "missing_required_parameter", "Missing required parameter: 'messages' or 'model'.")
        offers = [t["function"] for t in body.get("tools") or []] if body.get("tool_choice") != "none" else []
        return Asked(
            prompt=prompt_of(messages),
            tools=[ToolOffer(o["name"], o.get("parameters") or {}) for o in offers],
            answered_by_tool=messages[-1].get("role") == "tool",
            schema=_schema(body.get("response_format")),
            most_words=body.get("max_completion_tokens") or body.get("max_tokens"),
            stream=bool(body.get("stream")),
            usage_asked=bool((body.get("stream_options") or {}).get("include_usage")),
            model=body["model"],
            prefill=str(messages[-1].get("content") or "") if messages[-1].get("role") == "assistant" else "",
            logprobs=body.get("top_logprobs", 0) if body.get("logprobs") else None,
        )

    def look(self, method: str, target: str, body: Body) -> bytes | None:
        return None

    def other(self, target: str, body: Body) -> bytes | None:
        if urlsplit(target).path != f"{self.base_path}/embeddings":
            return None
        given = body.get("input", "")
        inputs = given if isinstance(given, list) else [given]
        vectors = [vector(str(text)) for text in inputs]
        wanted: list[object] = list(vectors)
        if body.get("encoding_format") == "base64":
            wanted = [base64.b64encode(struct.pack("<8f", *v)).decode() for v in vectors]
        data = [{"object": "embedding", "index": i, "embedding": e} for i, e in enumerate(wanted)]
        spent = sum(tokens(str(text)) for text in inputs)
        usage = {"prompt_tokens": spent, "total_tokens": spent}
        return json.dumps({"object": "list", "data": data, "model": body.get("model"), "usage": usage}).encode()

    def whole(self, asked: Asked, reply: Reply, id: str) -> bytes:
        message = self.message(asked, reply) | ({"tool_calls": self.tool_calls(reply, id)} if reply.calls else {})
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish(reply)}
        head = self.head("chat.completion", asked, id)
        return json.dumps(head | {"choices": [choice], "usage": self.usage(asked, reply)}).encode()

    def events(self, asked: Asked, reply: Reply, id: str) -> Iterator[bytes]:
        rng = random.Random(id)
        usage = {"usage": None} if asked.usage_asked else {}
        for delta in self.deltas(asked, reply, id, rng):
            yield self.event(asked, id, [choice(delta) | _logprobs(delta, asked)], usage, rng)
        yield self.event(asked, id, [choice({}, finish(reply))], usage | self.last_usage(asked, reply), rng)
        if asked.usage_asked:
            yield self.event(asked, id, [], {"usage": self.usage(asked, reply)}, rng)
        yield self.end_mark

    def deltas(self, asked: Asked, reply: Reply, id: str, rng: random.Random) -> Iterator[Body]:
        yield {"role": "assistant", "content": None if reply.calls else "", "refusal": None}
        for piece in cut(reply.text, rng):
            yield {"content": piece}
        for index, (call, described) in enumerate(zip(reply.calls, self.tool_calls(reply, id), strict=True)):
            function = {"name": call.name, "arguments": ""}
            yield {"tool_calls": [described | {"index": index, "function": function}]}
            for piece in cut(arguments(call, id), rng):
                yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}

    def event(self, asked: Asked, id: str, choices: list[Body], more: Body, rng: random.Random) -> bytes:
        """One `data:` line, non-ASCII written plainly or escaped: both are JSON."""
        chunk = self.head("chat.completion.chunk", asked, id) | {"choices": choices} | more
        return f"data: {json.dumps(chunk, ensure_ascii=rng.random() < 0.5)}\n\n".encode()

    def head(self, object: str, asked: Asked, id: str) -> Body:
        return {
            "id": f"chatcmpl-{id}",
            "object": object,
            "created": CREATED,
            "model": asked.model,
            "service_tier": "default",
            "system_fingerprint": "fp_fc9f1d7035",
        }

    def message(self, asked: Asked, reply: Reply) -> Body:
        return {
            "role": "assistant",
            "content": None if reply.calls else reply.text,
            "refusal": None,
            "annotations": [],
        }

    def tool_calls(self, reply: Reply, id: str) -> list[Body]:
        return [
            {
                "id": f"call_{id}_{index}",
                "type": "function",
                "function": {"name": call.name, "arguments": arguments(call, id)},
            }
            for index, call in enumerate(reply.calls)
        ]

    def usage(self, asked: Asked, reply: Reply) -> Body:
        spent, given = tokens(asked.prompt), tokens(reply.text)
        return {
            "prompt_tokens": spent,
            "completion_tokens": given,
            "total_tokens": spent + given,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }

    def last_usage(self, asked: Asked, reply: Reply) -> Body:
        """What the last chunk with a choice says of usage: nothing, here."""
        return {}

    def stream_type(self, target: str) -> str:
        return "text/event-stream; charset=utf-8"

    def framed(self, body: object, asked: Asked) -> bytes:
        return f"data: {json.dumps(body)}\n\n".encode()

    def trouble(self) -> object:
        trouble: object = json.loads(self.error(self.refusal("error")))
        return trouble

    def refusal(self, kind: FaultKind) -> Refusal:
        return REFUSALS[kind]

    def blocked(self, asked: Asked, id: str) -> bytes | None:
        return None

    def error(self, refusal: Refusal, retry_after_s: int | None = None) -> bytes:
        kinds = {401: "invalid_request_error", 429: "requests", 500: "server_error"}
        kind = kinds.get(refusal.status, "invalid_request_error")
        error = {"message": refusal.message, "type": kind, "param": None, "code": refusal.reason}
        return json.dumps({"error": error}).encode()


def choice(delta: Body, finish_reason: str | None = None) -> Body:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _logprobs(delta: Body, asked: Asked) -> Body:
    """Each piece as a token, which was the likeliest; those in its place are told apart by a number."""
    said = delta.get("content")
    if not said or asked.logprobs is None:
        return {}
    top = [_likely(said if rank == 0 else f"{said}{rank}", -0.25 - rank) for rank in range(asked.logprobs)]
    return {"logprobs": {"content": [_likely(said, -0.25) | {"top_logprobs": top}], "refusal": None}}


def _likely(said: str, logprob: float) -> Body:
    return {"token": said, "logprob": logprob, "bytes": list(said.encode())}


def finish(reply: Reply) -> str:
    return "tool_calls" if reply.calls else "length" if reply.truncated else "stop"


def arguments(call: Call, id: str) -> str:
    """JSON as a model writes it: with or without escapes, the same each time for the same answer."""
    rng = random.Random(f"arguments {id}")
    return json.dumps(call.arguments, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 2)))


def prompt_of(messages: list[Body]) -> str:
    """What the messages say, one after the other."""
    return "\n".join(_said(messages))


def _said(messages: list[Body]) -> Iterator[str]:
    for message in messages:
        content = message.get("content")
        if isinstance(content, list):
            yield from (part["text"] for part in content if part.get("type") == "text")
        elif content:
            yield str(content)
        yield from texts([call["function"]["arguments"] for call in message.get("tool_calls") or []])


def _schema(wanted: Body | None) -> Schema | None:
    match (wanted or {}).get("type"):
        case "json_schema":
            schema: Schema = (wanted or {})["json_schema"].get("schema") or {}
            return schema
        case "json_object":
            return {"type": "object", "properties": {"answer": {"type": "string"}}}
    return None
