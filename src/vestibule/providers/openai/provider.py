"""One protocol over whichever transport the destination calls for."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, Transport, path_of
from vestibule.providers.openai.encoding import choice, message, response_format, tool
from vestibule.providers.openai.events import chunks


class OpenAIProvider:
    kind = "openai"

    def __init__(
        self, provider_id: str, url: str, transport: Transport, *, cloud: bool = False, continues: bool = False
    ) -> None:
        """`cloud` declares an address at home to be outside, as a forwarder's is. `continues`: an assistant's turn at
        the end is the beginning of the answer, as vLLM and llama-server take it."""
        self.id = provider_id
        self.capacity: int | None = None
        self.continues = continues
        self.destination = Destination.parse(url, cloud=cloud)
        self._path = path_of(url)
        self._transport = transport

    def encode(self, request: ModelRequest, model: str) -> bytes:
        sampling, turns = request.sampling, request.prompt or request.messages
        begun = self.continues and turns[-1:] != () and turns[-1].role == "assistant"
        body: dict[str, object] = {
            "model": model,
            "messages": [message(turn) for turn in turns],
            "continue_final_message": begun or None,
            "add_generation_prompt": False if begun else None,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "stop": list(sampling.stop) or None,
            "seed": sampling.seed,
            "logprobs": True if sampling.logprobs is not None else None,
            "top_logprobs": sampling.logprobs or None,
            "tools": [tool(t) for t in request.tools] or None,
            "tool_choice": choice(request),
            "response_format": response_format(request.response_format),
        }
        return msgspec.json.encode({name: value for name, value in body.items() if value is not None})

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        path = f"{self._path}/chat/completions"
        return chunks(self._transport.stream(cleared, self.destination, path), self.id)
