"""One chat request to the product over plain HTTP, whole or streamed, and what came back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_S = 90.0


@dataclass
class Answer:
    """`broken`: it did not come to its end. `calls` are the arguments of functions, parsed."""

    status: int = 0
    code: str = ""
    text: str = ""
    calls: list[object] = field(default_factory=list)
    model: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    broken: bool = False

    @property
    def left(self) -> bool:
        return bool(self._part("privacy").get("left"))

    @property
    def pseudonymised(self) -> int:
        return int(self._part("privacy").get("pseudonymised", 0))

    @property
    def location(self) -> str:
        return str(self._part("route").get("location", self.code))

    @property
    def attempts(self) -> int:
        return len(self._part("route").get("attempts", ()))

    @property
    def version(self) -> int | None:
        """Of the configuration; None where it says none."""
        said = self._part("route").get("config_version")
        return said if isinstance(said, int) else None

    @property
    def arms(self) -> frozenset[str]:
        """Of the experiments that it took part in."""
        return frozenset(str(said["arm"]) for said in self._part("route").get("experiments", ()))

    @property
    def cache(self) -> str:
        return str(self._part("cache").get("status", ""))

    def said(self, *, is_json: bool) -> object:
        """The text, parsed where it is JSON, or the arguments of the first call."""
        if self.calls:
            return self.calls[0]
        return json.loads(self.text) if is_json else self.text

    def _part(self, name: str) -> Mapping[str, Any]:
        part = self.report.get(name)
        return part if isinstance(part, dict) else {}


def ask(port: int, key: str, body: Mapping[str, object], timeout_s: float = TIMEOUT_S) -> Answer:
    """Send it and read the answer to its end; after `timeout_s` without a byte, hang up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = Answer()
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        response = connection.getresponse()
        answer.status = response.status
        if response.status >= 400:
            answer.code = str(json.loads(response.read())["error"]["code"])
        elif body.get("stream"):
            _read_stream(response, answer)
        else:
            read_whole(json.loads(response.read()), answer)
    except (OSError, http.client.HTTPException):
        answer.broken = True
    finally:
        connection.close()
    return answer


def read_whole(reply: Mapping[str, Any], answer: Answer) -> None:
    message = reply["choices"][0]["message"]
    answer.text = message["content"] or ""
    answer.calls = [json.loads(call["function"]["arguments"]) for call in message.get("tool_calls") or ()]
    answer.model = reply["model"]
    answer.report = reply["vestibule"]


def _read_stream(response: http.client.HTTPResponse, answer: Answer) -> None:
    arguments: dict[int, str] = {}
    ended = False
    for event in _events(response):
        if "error" in event:
            answer.code = str(event["error"]["code"])
            answer.broken = True
            return
        answer.model = event["model"]
        answer.report = event.get("vestibule") or answer.report
        for choice in event["choices"]:
            delta = choice["delta"]
            answer.text += delta.get("content") or ""
            for call in delta.get("tool_calls") or ():
                arguments[call["index"]] = arguments.get(call["index"], "") + call["function"]["arguments"]
            ended = ended or bool(choice["finish_reason"])
    answer.broken = not ended
    answer.calls = [json.loads(arguments[index]) for index in sorted(arguments)]


def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    for line in response:
        if line.startswith(b"data: ") and line.strip() != b"data: [DONE]":
            yield json.loads(line[6:])
