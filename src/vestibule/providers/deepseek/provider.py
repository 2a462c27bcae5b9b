"""Chat completions as DeepSeek takes and gives them. What it shares with OpenAI's protocol is read and written there.

Source: DeepSeek's API documentation, "Create Chat Completion", "Thinking Mode", "JSON Output", "Chat Prefix Completion"
and "Error Codes".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import msgspec
from msgspec.structs import replace

from vestibule.core.chat import Message, ResponseFormat
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, Transport, path_of
from vestibule.providers.openai.encoding import choice, message, tool
from vestibule.providers.openai.events import chunks

BROKEN_OFF = frozenset({"insufficient_system_resource"})


class DeepSeekProvider:
    kind = "deepseek"

    def __init__(
        self, provider_id: str, url: str, transport: Transport, *, cloud: bool = False, continues: bool = False
    ) -> None:
        """`cloud` declares an address at home to be outside, as a forwarder's is. `continues` is what the beta
        interface does, whose address ends in /beta: it goes on with an assistant's turn at the end."""
        self.id = provider_id
        self.destination = Destination.parse(url, cloud=cloud)
        self._path = path_of(url)
        self.capacity: int | None = None
        self.continues = continues or self._path.endswith("/beta")
        self._transport = transport

    def encode(self, request: ModelRequest, model: str) -> bytes:
        """There is no seed to set. Reasoning is no part of a turn, and a model that thinks refuses a turn of calls
        without the reasoning behind it: where there are such turns, it goes on without thinking."""
        sampling, turns = request.sampling, request.prompt or request.messages
        body: dict[str, object] = {
            "model": model,
            "messages": _messages(turns, request.response_format, goes_on=self.continues),
            "thinking": {"type": "disabled"} if any(turn.tool_calls for turn in turns) else None,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "stop": list(sampling.stop) or None,
            "tools": [tool(t) for t in request.tools] or None,
            "tool_choice": choice(request),
            "response_format": {"type": "json_object"} if request.response_format.kind != "text" else None,
        }
        return msgspec.json.encode({name: value for name, value in body.items() if value is not None})

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        body = self._transport.stream(cleared, self.destination, f"{self._path}/chat/completions")
        return chunks(body, self.id, broken_off=BROKEN_OFF)


def _messages(turns: Sequence[Message], wanted: ResponseFormat, *, goes_on: bool) -> list[dict[str, object]]:
    """The turns, a `developer` as a `system`, with `goes_on` an assistant's at the end as the prefix of the answer.
    JSON is only given if the word stands in a turn, and of a schema nothing is known but what a turn says."""
    spelled = [message(replace(turn, role="system") if turn.role == "developer" else turn) for turn in turns]
    if goes_on and turns and turns[-1].role == "assistant":
        spelled[-1]["prefix"] = True
    if wanted.kind == "text":
        return spelled
    asked = "Answer with one JSON object and nothing else."
    if wanted.schema is not None:
        asked += f" It follows this JSON schema: {msgspec.json.encode(wanted.schema).decode()}"
    return [{"role": "system", "content": asked}, *spelled]
