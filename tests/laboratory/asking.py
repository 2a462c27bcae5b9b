"""Ask the product over HTTP and keep all of what a client got, also where it is neither an answer nor an error.

Knows OpenAI's wire shapes as published, and the `vestibule` block; nothing of the product's code.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

Ending = Literal["whole", "error", "neither"]
FINISHES = ("stop", "length", "tool_calls", "content_filter")
QUESTION = "Hello?"
"""Of no building and no document: what a model says is handed on as it is. Our small model answers in two sentences."""


@dataclass
class Got:
    """`done`: the mark that a stream is over, or a whole body. `status` 0: the connection broke."""

    status: int = 0
    text: str = ""
    finish: str = ""
    done: bool = False
    model: str = ""
    code: str = ""
    message: str = ""
    retry_after: str = ""
    attempts: list[tuple[str, str]] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    first_s: float | None = None
    elapsed_s: float = 0.0

    @property
    def ending(self) -> Ending:
        """A fault of ours, `internal`, is not an error that helps."""
        if self.done and self.finish in FINISHES and not self.code and self.model:
            return "whole"
        told = self.code not in ("", "internal") and len(self.message) > 10
        return "error" if told and not self.finish and not self.done else "neither"

    def __str__(self) -> str:
        tried = " → ".join(f"{model} {outcome}" for model, outcome in self.attempts)
        first = "" if self.first_s is None else f", first word {self.first_s:.2f} s"
        if self.ending == "whole":
            return (
                f"{self.finish}, {len(self.text)} characters of {self.model} ({tried}{first}, {self.elapsed_s:.2f} s)"
            )
        where = f"after {len(self.text)} characters, " if self.text else ""
        said = f"{self.code}: {self.message}" if self.code else f"done={self.done} finish={self.finish!r}"
        return f"{where}status {self.status}, {said} ({self.elapsed_s:.2f} s)"


async def ask(
    session: aiohttp.ClientSession,
    url: str,
    model: str,
    *,
    question: str = QUESTION,
    stream: bool = True,
    key: str = "any",
    max_tokens: int = 60,
    vestibule: dict[str, Any] | None = None,
) -> Got:
    """One request to a chat endpoint. Never raises for what the server does."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "temperature": 0,
        "max_tokens": max_tokens,
        "stream": stream,
        "vestibule": {"knowledge": False, "cache": "bypass", **(vestibule or {})},
    }
    if stream:
        body["stream_options"] = {"include_usage": True}
    got, begun = Got(), time.monotonic()
    try:
        async with session.post(
            f"{url}/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {key}"}
        ) as answer:
            got.status, got.retry_after = answer.status, answer.headers.get("Retry-After", "")
            if stream and answer.status == 200:
                await _read_stream(got, answer, begun)
            else:
                _take(got, await answer.json(), "message")
                got.done = answer.status == 200
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        got.done, got.message = False, f"the client got {type(error).__name__}"
    got.elapsed_s = time.monotonic() - begun
    return got


async def _read_stream(got: Got, answer: aiohttp.ClientResponse, begun: float) -> None:
    async for line in answer.content:
        if line.strip() == b"data: [DONE]":
            got.done = True
        elif line.startswith(b"data: "):
            _take(got, json.loads(line[6:]), "delta")
            if got.text and got.first_s is None:
                got.first_s = time.monotonic() - begun


def _take(got: Got, event: dict[str, Any], part: str) -> None:
    """Lay one event, or a whole answer, over what there is."""
    if error := event.get("error"):
        got.code, got.message = str(error.get("code") or ""), str(error.get("message") or "")
    for choice in event.get("choices") or []:
        got.text += (choice.get(part) or {}).get("content") or ""
        got.finish = choice.get("finish_reason") or got.finish
    got.model = event.get("model", got.model)
    got.usage = event.get("usage") or got.usage
    if block := event.get("vestibule"):
        got.model = block["route"]["model"]
        got.attempts = [(a["model"], a["outcome"]) for a in block["route"]["attempts"]]
