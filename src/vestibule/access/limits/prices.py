"""What an answer costs by the prices of one version of the configuration, in billionths of a euro, and what it may cost
at most. A budget is of money that goes to others: what is home costs nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

import msgspec

from vestibule.core.answer import Location, Usage
from vestibule.core.configuration import Configuration, Document
from vestibule.core.generation import ModelRequest
from vestibule.core.prices import PriceTable
from vestibule.core.settings import ModelSettings

MESSAGE_TOKENS = 16
"""What a model's template adds to a message at most: role, separators, the name of a function."""
IMAGE_TOKENS = 50_000
"""What one image is counted as at most, by the dearest way that models outside count theirs."""
_NANO = 1e9


def _today() -> date:
    return datetime.now(UTC).date()


class PriceList:
    """Those of the settings until it is told of a version."""

    def __init__(self, models: Iterable[ModelSettings], today: Callable[[], date] = _today) -> None:
        self._models = tuple(models)
        self._today = today
        self._document: Document | None = None
        self._table = PriceTable(self._models)

    def of(self, configuration: Configuration) -> PriceList:
        """The prices of that version, which stay what they are."""
        if configuration.document is self._document:
            return self
        made = PriceList(self._models, self._today)
        made._document = configuration.document
        made._table = PriceTable(self._models, configuration.document)
        return made

    def has(self, model: str) -> bool:
        return self._table.on(model, self._today()) is not None

    def cost(self, model: str, location: Location, usage: Usage) -> int:
        eur = None if location == "home" else self._table.eur(model, usage, self._today())
        return 0 if eur is None else math.ceil(round(eur * _NANO, 3))

    def most(self, model: str, location: Location, usage: Usage) -> int:
        """The same where all of it may be billed as the dearest."""
        prices = self._table.on(model, self._today())
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
