"""What a model is sent and what is read of its answer: outside under pseudonyms, at home as it stands.

Decides nothing: whether the request may leave is the gate's business, with the bytes that are made of this.
"""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from vestibule.core.chat import ToolCall
from vestibule.core.errors import EgressRefused
from vestibule.core.generation import ModelRequest
from vestibule.privacy.classification import Detector
from vestibule.privacy.policy import Policy
from vestibule.privacy.pseudonyms import Pseudonymised, Pseudonyms, pseudonymise
from vestibule.privacy.pseudonyms.shifting import KEEP_NUMBERS, NumberPolicy
from vestibule.privacy.rereading import find_all
from vestibule.providers.base import Chunk


class Correspondence:
    """With one candidate. `request` is what it is sent; `count` how many originals stay behind."""

    def __init__(self, request: ModelRequest, pseudonyms: Pseudonyms | None = None) -> None:
        self.request = request
        self._pseudonyms = pseudonyms
        is_json = request.response_format.kind != "text"
        self._restorer = pseudonyms.restorer(json=is_json) if pseudonyms else None

    @property
    def count(self) -> int:
        return self._pseudonyms.count if self._pseudonyms else 0

    @property
    def unrestored(self) -> int:
        """Placeholders in the answer that stand for nothing we sent."""
        return len(self._restorer.unrestored) if self._restorer else 0

    @property
    def _rewrites(self) -> bool:
        written = self._pseudonyms
        return written is not None and bool(written.originals or written.shifted or written.numbers != "none")

    def read(self, chunk: Chunk) -> Chunk:
        """The chunk with the originals put back. Text that may be half a placeholder comes with a later chunk.

        Tokens are those of the pseudonyms, and beside the originals would tell by how much figures were shifted: where
        something stayed behind there are none.
        """
        if self._restorer is None:
            return chunk
        text = self._restorer.feed(chunk.text)
        if chunk.finish_reason:
            text += self._restorer.finish(cut_off=chunk.finish_reason == "length")
        calls = tuple(map(self._restored, chunk.tool_calls))
        return replace(chunk, text=text, tool_calls=calls, parts=(), logprobs=() if self._rewrites else chunk.logprobs)

    def _restored(self, call: ToolCall) -> ToolCall:
        assert self._pseudonyms is not None
        names = self._pseudonyms.restore_name
        return ToolCall(names(call.id), names(call.name), self._pseudonyms.restore_json(call.arguments))


async def disguised(request: ModelRequest, detector: Detector, policy: Policy, key: bytes | None) -> Correspondence:
    """With a model outside. With `key`, the tenant's, dates and quantities are shifted.

    Raise `EgressRefused` where something in the request must not leave, or cannot be looked for.
    """
    shifting = NumberPolicy("shift", "scale", key) if key else KEEP_NUMBERS
    written = await asyncio.to_thread(_pseudonymised, request, detector, policy, shifting)
    return Correspondence(written.request, written.pseudonyms)


def _pseudonymised(request: ModelRequest, detector: Detector, policy: Policy, shifting: NumberPolicy) -> Pseudonymised:
    try:
        return pseudonymise(request, find_all(detector, policy), shifting)
    except EgressRefused:
        raise
    except Exception as error:  # noqa: BLE001 - a detector may fail in any way, and then nothing may leave
        raise EgressRefused(
            f"This request stays in the house: it could not be pseudonymised ({type(error).__name__}).",
            next_step="Ask a model at home: use the model `auto`.",
            param="model",
        ) from None
