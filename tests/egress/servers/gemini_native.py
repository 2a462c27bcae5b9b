"""Gemini's own protocol: generateContent, streamGenerateContent (a JSON array, or server-sent events), embeddings.

Written from https://ai.google.dev/api/generate-content (`GenerateContentRequest`, `GenerateContentResponse`,
`Candidate`, `UsageMetadata`), https://ai.google.dev/api/caching (`Content`, `Part`, `Tool`, `FunctionCall`),
https://ai.google.dev/api/embeddings and https://ai.google.dev/gemini-api/docs/troubleshooting (errors); the shape of an
error with `RetryInfo` is https://google.aip.dev/193. Knows no socket.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from tests.egress.servers.dialects import Body, Refusal, texts, tokens, vector
from tests.egress.servers.faults import FaultKind
from tests.egress.servers.speech import Asked, Reply, Schema, ToolOffer, cut

_METHOD = re.compile(r"/v1(?:beta)?/models/([\w.-]+):(\w+)")
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_SAID: Mapping[FaultKind, tuple[int, str]] = {
    "rate_limited": (429, "Resource has been exhausted (e.g. check quota)."),
    "error": (500, "An internal error has occurred. Please retry."),
    "unavailable": (503, "The model is overloaded. Please try again later."),
    "context_length": (400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
    "prefill_rejected": (400, "Please ensure that single turn requests end with a user role."),
}


class GeminiNative:
    base_path = ""
    end_mark = b""

    def key(self, headers: Mapping[str, str], target: str) -> str:
        return headers.get("x-goog-api-key", "") or "".join(parse_qs(urlsplit(target).query).get("key", []))

    def read(self, target: str, body: Body) -> Asked:
        model, method = _method(target)
        if method not in ("generateContent", "streamGenerateContent"):
            raise Refusal(404, "NOT_FOUND", f"{method} is not found for API version v1beta.")
        contents = body.get("contents")
        if not isinstance(contents, list) or not contents:
            raise Refusal(400, "INVALID_ARGUMENT", "GenerateContentRequest.contents: contents is not specified")
        config = body.get("generationConfig") or {}
        mode = ((body.get("toolConfig") or {}).get("functionCallingConfig") or {}).get("mode", "AUTO")
        declared = [f for tool in body.get("tools") or [] for f in tool.get("functionDeclarations") or []]
        return Asked(
            prompt="\n".join(_said([body.get("systemInstruction") or {}, *contents])),
            tools=[ToolOffer(f["name"], _parameters(f)) for f in declared] if mode != "NONE" else [],
            answered_by_tool="functionResponse" in (contents[-1].get("parts") or [{}])[-1],
            schema=_schema(config),
            most_words=config.get("maxOutputTokens"),
            stream=method == "streamGenerateContent",
            model=model,
            prefill="".join(texts(contents[-1].get("parts"))) if contents[-1].get("role") == "model" else "",
            form="sse" if parse_qs(urlsplit(target).query).get("alt") == ["sse"] else "array",
        )

    def look(self, method: str, target: str, body: Body) -> bytes | None:
        return None

    def other(self, target: str, body: Body) -> bytes | None:
        match _method(target)[1]:
            case "embedContent":
                return json.dumps({"embedding": {"values": vector("\n".join(texts(body.get("content"))))}}).encode()
            case "batchEmbedContents":
                asked = [request.get("content") for request in body.get("requests") or []]
                return json.dumps({"embeddings": [{"values": vector("\n".join(texts(c)))} for c in asked]}).encode()
        return None

    def whole(self, asked: Asked, reply: Reply, id: str) -> bytes:
        return json.dumps(self.response(asked, reply, id, self.parts(reply), last=True), indent=2).encode()

    def events(self, asked: Asked, reply: Reply, id: str) -> Iterator[bytes]:
        rng = random.Random(id)
        parts = [[{"text": piece}] for piece in cut(reply.text, rng)] or [self.parts(reply)]
        for index, some in enumerate(parts):
            last = index == len(parts) - 1
            response = self.response(asked, reply, id, some, last=last)
            written = json.dumps(response, ensure_ascii=rng.random() < 0.5)
            if asked.form == "sse":
                yield f"data: {written}\r\n\r\n".encode()
            else:
                yield f"{',' if index else '['}{written}\r\n{']' if last else ''}".encode()

    def parts(self, reply: Reply) -> list[Body]:
        calls = [{"functionCall": {"name": call.name, "args": call.arguments}} for call in reply.calls]
        return calls or [{"text": reply.text}]

    def response(self, asked: Asked, reply: Reply, id: str, parts: list[Body], *, last: bool) -> Body:
        candidate: Body = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if last:
            candidate["finishReason"] = "MAX_TOKENS" if reply.truncated else "STOP"
        spent, given = tokens(asked.prompt), tokens(reply.text)
        usage = {"promptTokenCount": spent, "candidatesTokenCount": given, "totalTokenCount": spent + given}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": asked.model, "responseId": id}

    def framed(self, body: object, asked: Asked) -> bytes:
        written = json.dumps(body)
        return (f"data: {written}\r\n\r\n" if asked.form == "sse" else f",{written}\r\n").encode()

    def trouble(self) -> object:
        trouble: object = json.loads(self.error(self.refusal("error")))
        return trouble

    def refusal(self, kind: FaultKind) -> Refusal:
        status, said = _SAID[kind]
        return Refusal(status, _STATUS.get(status, "INTERNAL"), said)

    def blocked(self, asked: Asked, id: str) -> bytes | None:
        """`PromptFeedback`: no candidates, and why."""
        usage = {"promptTokenCount": tokens(asked.prompt), "totalTokenCount": tokens(asked.prompt)}
        feedback = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": usage, "modelVersion": asked.model}
        if asked.stream:
            return self.framed(feedback, asked) if asked.form == "sse" else json.dumps([feedback]).encode()
        return json.dumps(feedback).encode()

    def stream_type(self, target: str) -> str:
        sse = parse_qs(urlsplit(target).query).get("alt") == ["sse"]
        return "text/event-stream" if sse else "application/json; charset=UTF-8"

    def error(self, refusal: Refusal, retry_after_s: int | None = None) -> bytes:
        status = _STATUS.get(refusal.status, "INTERNAL")
        error: Body = {"code": refusal.status, "message": refusal.message, "status": status}
        if retry_after_s is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            error["details"] = [{"@type": kind, "retryDelay": f"{retry_after_s}s"}]
        return json.dumps({"error": error}, indent=2).encode()


def _method(target: str) -> tuple[str, str]:
    match = _METHOD.fullmatch(urlsplit(target).path)
    if match is None:
        raise Refusal(404, "NOT_FOUND", "Requested entity was not found.")
    return match[1], match[2]


def _said(contents: list[Body]) -> Iterator[str]:
    for content in contents:
        for part in content.get("parts") or []:
            yield from texts([part.get("text"), part.get("functionCall"), part.get("functionResponse")])


def _parameters(declared: Body) -> Schema:
    parameters: Schema = declared.get("parametersJsonSchema") or declared.get("parameters") or {}
    return parameters


def _schema(config: Body) -> Schema | None:
    if config.get("responseMimeType") != "application/json":
        return None
    schema: Schema | None = config.get("responseJsonSchema") or config.get("responseSchema")
    return schema or {"type": "object", "properties": {"answer": {"type": "string"}}}
