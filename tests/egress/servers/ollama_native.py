"""Ollama's own protocol: chat as lines of JSON or whole, embeddings, and what the daemon says of its models.

Written from Ollama's API description (docs/api.md and openapi.yaml of ollama/ollama); each message names its section.
The error of a full queue is the one its FAQ describes under `OLLAMA_MAX_QUEUE`. Knows no socket.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.egress.servers.dialects import Body, Refusal, texts, tokens, vector
from tests.egress.servers.faults import FaultKind
from tests.egress.servers.speech import Asked, Reply, Schema, ToolOffer, cut

CREATED = "2023-08-04T08:52:19.385406455-07:00"
VERSION = "0.12.3"


@dataclass(frozen=True)
class Served:
    """A model of the daemon. One with a `remote_host` is run by that host, not by the daemon."""

    name: str
    remote_host: str = ""
    family: str = "llama"


class OllamaNative:
    base_path = ""
    end_mark = b""

    def __init__(self, models: Sequence[Served] = (Served("llama3.2:latest"),)) -> None:
        self.models = list(models)

    def key(self, headers: Mapping[str, str], target: str) -> str:
        return "none"

    def look(self, method: str, target: str, body: Body) -> bytes | None:
        match method, urlsplit(target).path:
            case "GET", "/":
                return b"Ollama is running"
            case "GET", "/api/version":  # "Version", response
                return json.dumps({"version": VERSION}).encode()
            case "GET", "/api/tags":  # "List Local Models", response
                return json.dumps({"models": [_listed(model) for model in self.models]}).encode()
            case "GET", "/api/ps":  # "List Running Models", response
                return json.dumps({"models": []}).encode()
            case "POST", "/api/show" if body:  # "Show Model Information", response
                return json.dumps(_shown(self._served(body))).encode()
        return None

    def read(self, target: str, body: Body) -> Asked:
        if urlsplit(target).path != "/api/chat":
            raise Refusal(404, "not_found", "404 page not found")
        model = self._served(body)
        messages = body.get("messages")
        if not isinstance(messages, list):
            raise Refusal(400, "bad_request", "messages is no list")
        last = messages[-1] if messages else {}
        offers = [t["function"] for t in body.get("tools") or []]
        return Asked(
            prompt="\n".join(texts([[m.get("content"), m.get("tool_calls")] for m in messages])),
            tools=[ToolOffer(o["name"], o.get("parameters") or {}) for o in offers],
            answered_by_tool=last.get("role") == "tool",
            schema=_schema(body.get("format")),
            most_words=(body.get("options") or {}).get("num_predict"),
            stream=body.get("stream", True),  # "Streaming responses": unless it is disabled
            model=model.name,
            prefill=last.get("content", "") if last.get("role") == "assistant" else "",
        )

    def other(self, target: str, body: Body) -> bytes | None:
        if urlsplit(target).path != "/api/embed":
            return None
        given = body.get("input", "")
        inputs = given if isinstance(given, list) else [given]
        counts = {"total_duration": 14143917, "load_duration": 1019500, "prompt_eval_count": tokens("".join(inputs))}
        # "Generate Embeddings", response
        return json.dumps({"model": body.get("model"), "embeddings": [vector(t) for t in inputs]} | counts).encode()

    def whole(self, asked: Asked, reply: Reply, id: str) -> bytes:
        """ "Chat request (No streaming)" and "(No streaming, with tools)", response."""
        message: Body = {"role": "assistant", "content": reply.text}
        if reply.calls:
            message["tool_calls"] = _calls(reply)
        return json.dumps(self.head(asked) | {"message": message} | self.last(asked, reply)).encode()

    def events(self, asked: Asked, reply: Reply, id: str) -> Iterator[bytes]:
        """ "Chat request (Streaming)", a stream of JSON objects; "(Streaming with tools)" for calls."""
        rng = random.Random(id)
        for piece in cut(reply.text, rng):
            message: Body = {"role": "assistant", "content": piece, "images": None}
            yield self.framed(self.head(asked) | {"message": message, "done": False}, asked)
        if reply.calls:
            message = {"role": "assistant", "content": "", "tool_calls": _calls(reply)}
            yield self.framed(self.head(asked) | {"message": message, "done": False}, asked)
        message = {"role": "assistant", "content": ""}
        yield self.framed(self.head(asked) | {"message": message} | self.last(asked, reply), asked)

    def head(self, asked: Asked) -> Body:
        return {"model": asked.model, "created_at": CREATED}

    def last(self, asked: Asked, reply: Reply) -> Body:
        """ "Final response"; `done_reason` as in the schema `ChatResponse`."""
        return {
            "done_reason": "length" if reply.truncated else "stop",
            "done": True,
            "total_duration": 4883583458,
            "load_duration": 1334875,
            "prompt_eval_count": tokens(asked.prompt),
            "prompt_eval_duration": 342546000,
            "eval_count": tokens(reply.text),
            "eval_duration": 4535599000,
        }

    def framed(self, body: object, asked: Asked) -> bytes:
        return json.dumps(body).encode() + b"\n"

    def trouble(self) -> object:
        """The schema `ErrorResponse`, under status 200 where the stream has begun."""
        return {"error": "an error was encountered while running the model: unexpected EOF"}

    def refusal(self, kind: FaultKind) -> Refusal:
        match kind:
            case "context_length":
                return Refusal(400, "context", "the input length exceeds the context length")
            case "unavailable":
                return Refusal(503, "busy", "server busy, please try again.  maximum pending requests exceeded")
            case "prefill_rejected":
                return Refusal(400, "prefill", "the last message must not be of the assistant")
            case "rate_limited":
                return Refusal(429, "rate_limited", "too many requests")
            case _:
                return Refusal(500, "runner", "llama runner process has terminated: signal: killed")

    def blocked(self, asked: Asked, id: str) -> bytes | None:
        return None

    def stream_type(self, target: str) -> str:
        return "application/x-ndjson"

    def error(self, refusal: Refusal, retry_after_s: int | None = None) -> bytes:
        """The schema `ErrorResponse`."""
        return json.dumps({"error": refusal.message}).encode()

    def _served(self, body: Body) -> Served:
        name = str(body.get("model", ""))
        for model in self.models:
            if name in (model.name, model.name.removesuffix(":latest")):  # "Model names"
                return model
        raise Refusal(404, "not_found", f"model '{name}' not found")


def _listed(model: Served) -> Body:
    """An entry of "List Local Models"; `remote_model` and `remote_host` as in the schema `ModelSummary`."""
    listed: Body = {
        "name": model.name,
        "model": model.name,
        "modified_at": "2025-05-04T17:37:44.706015396-07:00",
        "size": 384 if model.remote_host else 2019393189,
        "digest": "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72",
        "details": _details(model),
    }
    remote = {"remote_model": model.name.partition(":")[0], "remote_host": model.remote_host}
    return listed | (remote if model.remote_host else {})


def _details(model: Served) -> Body:
    return {
        "parent_model": "",
        "format": "" if model.remote_host else "gguf",
        "family": model.family,
        "families": [model.family],
        "parameter_size": "3.2B",
        "quantization_level": "Q4_K_M",
    }


def _shown(model: Served) -> Body:
    info = {"general.architecture": model.family, f"{model.family}.context_length": 8192}
    shown: Body = {"details": _details(model), "model_info": info, "capabilities": ["completion", "tools"]}
    return shown | ({"remote_host": model.remote_host} if model.remote_host else {})


def _calls(reply: Reply) -> list[Body]:
    return [{"function": {"name": call.name, "arguments": call.arguments}} for call in reply.calls]


def _schema(wanted: object) -> Schema | None:
    """ "Structured outputs": `json` or a JSON schema."""
    if wanted == "json":
        return {"type": "object", "properties": {"answer": {"type": "string"}}}
    return wanted if isinstance(wanted, dict) else None
