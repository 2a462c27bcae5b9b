"""What an answer costs, in billionths of a euro, and what it may cost at most. What is home costs nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from vestibule.core.answer import Location, Usage
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ModelSettings

MESSAGE_TOKENS = 16
"""What a model's template adds to a message at most: role, separators, the name of a function."""
IMAGE_TOKENS = 50_000
"""What one image is counted as at most, by the dearest way that models outside count theirs."""
_NANO_PER_TOKEN = 1000  # of one EUR a million tokens


class PriceList:
    def __init__(self, models: Iterable[ModelSettings]) -> None:
        self._prices = {model.id: model.prices for model in models}

    def has(self, model: str) -> bool:
        return self._prices.get(model) is not None

    def cost(self, model: str, location: Location, usage: Usage) -> int:
        prices = self._prices.get(model)
        if location == "home" or prices is None:
            return 0
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        fresh = usage.prompt_tokens - cached
        of_cached = prices.input if prices.cached is None else prices.cached
        said = fresh * prices.input + cached * of_cached + usage.completion_tokens * prices.output
        return math.ceil(round(said * _NANO_PER_TOKEN, 3))

    def most(self, model: str, location: Location, usage: Usage) -> int:
        """The same where all of it may be billed as the dearest."""
        prices = self._prices.get(model)
        if prices is None or prices.cached is None or prices.cached <= prices.input:
            return self.cost(model, location, usage)
        return self.cost(model, location, msgspec.structs.replace(usage, cached_tokens=usage.prompt_tokens))


def most_prompt_tokens(request: ModelRequest) -> int:
    """No model sees more tokens than this: none is shorter than a byte, and what is added to a message is bounded."""
    count = 0
    for message in request.prompt or request.messages:
        count += bytes_of(message.content) + MESSAGE_TOKENS + IMAGE_TOKENS * len(message.images)
        for call in message.tool_calls:
            count += bytes_of(call.name) + bytes_of(call.arguments) + MESSAGE_TOKENS
    for tool in request.tools:
        count += len(msgspec.json.encode(tool)) + MESSAGE_TOKENS
    if request.response_format.schema is not None:
        count += len(msgspec.json.encode(request.response_format.schema)) + MESSAGE_TOKENS
    return count


def bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
