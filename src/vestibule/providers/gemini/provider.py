"""Gemini's `streamGenerateContent`, over whichever transport the destination calls for.

Source: Google's Gemini API reference, "Generating content" (v1beta).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import quote

import msgspec

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, Transport, path_of
from vestibule.providers.cloud.api_keys import KeyStyle
from vestibule.providers.gemini.encoding import contents, generation_config, system_instruction, tool_config, tools
from vestibule.providers.gemini.events import chunks
from vestibule.providers.refusals import explaining

KEY_STYLE = KeyStyle("x-goog-api-key", "", frozenset({401, 403}), ((400, b"API_KEY_INVALID"),))


class GeminiProvider:
    kind = "gemini"

    def __init__(
        self, provider_id: str, url: str, transport: Transport, *, cloud: bool = False, continues: bool = False
    ) -> None:
        """`cloud` declares an address at home to be outside, as a forwarder's is. `continues`: a model's turn at the
        end is gone on with, which Google's description does not promise."""
        self.id = provider_id
        self.capacity: int | None = None
        self.continues = continues
        self.destination = Destination.parse(url, cloud=cloud)
        self._path = path_of(url).removesuffix("/v1beta")
        self._transport = transport

    def encode(self, request: ModelRequest, model: str) -> bytes:
        """The model is named in the body too, where the clearance covers it: `send` takes it from there."""
        turns = request.prompt or request.messages
        name = model.removeprefix("models/")
        body: dict[str, object] = {
            "model": f"models/{name}",
            "systemInstruction": system_instruction(turns),
            "contents": contents(turns, signed=_checks_signatures(name)),
            "tools": tools(request.tools),
            "toolConfig": tool_config(request),
            "generationConfig": generation_config(request.sampling, request.response_format),
        }
        return msgspec.json.encode({name: value for name, value in body.items() if value})

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        model = quote(msgspec.json.decode(cleared.body, type=_Asked).model)
        path = f"{self._path}/v1beta/{model}:streamGenerateContent?alt=sse"
        return explaining(chunks(self._transport.stream(cleared, self.destination, path), self.id), self.id)


class _Asked(msgspec.Struct):
    model: str


def _checks_signatures(model: str) -> bool:
    """From generation 3 on, a call that is sent back without the signature of the thought behind it is refused."""
    return model.startswith("gemini-") and not model.startswith(("gemini-1", "gemini-2"))
