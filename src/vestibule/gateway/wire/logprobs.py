"""How probable the tokens of an answer were, as OpenAI's chat completions and responses spell it.

Source: OpenAI's API description, `ChatCompletionTokenLogprob`, `LogProb`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vestibule.core.answer import Likely, TokenLogprob


class WireLikely(msgspec.Struct, frozen=True):
    token: str
    logprob: float
    bytes: list[int]


class WireTokenLogprob(msgspec.Struct, frozen=True):
    token: str
    logprob: float
    bytes: list[int]
    top_logprobs: list[WireLikely]


class WireLogprobs(msgspec.Struct, frozen=True):
    content: list[WireTokenLogprob]
    refusal: None = None


def wire_logprobs(told: Sequence[TokenLogprob]) -> WireLogprobs:
    return WireLogprobs(list(wire_tokens(told)))


def wire_tokens(told: Sequence[TokenLogprob]) -> tuple[WireTokenLogprob, ...]:
    return tuple(map(_token, told))


def _token(token: TokenLogprob) -> WireTokenLogprob:
    said = token.said
    return WireTokenLogprob(said.token, said.logprob, list(said.raw), [_likely(one) for one in token.top])


def _likely(one: Likely) -> WireLikely:
    return WireLikely(one.token, one.logprob, list(one.raw))
