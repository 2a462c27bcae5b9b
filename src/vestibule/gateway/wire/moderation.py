"""OpenAI's moderation request and reply.

Of OpenAI's categories none is judged here: they are always false, with a score of 0. What is judged is how private a
text is, in the field `vestibule` of each result; `flagged` says that it is restricted and never leaves the house.
Source: OpenAI's API description, `CreateModerationRequest`, `CreateModerationResponse`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import field

from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.sensitivity import Span
from vestibule.gateway.wire.decode import convert, decode
from vestibule.gateway.wire.refusals import clean

MODEL = "vestibule-privacy"
NAMES = frozenset((MODEL, "auto", "omni-moderation-latest", "text-moderation-latest", "text-moderation-stable"))
INPUTS_AT_MOST = 32
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)


class ModerationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/moderations`; parts of the `input` may be `{"type": "text", "text"}`."""

    input: str | list[str | dict[str, Any]]
    model: str | None = None


class Judged(msgspec.Struct, frozen=True, rename={"level": "class"}):
    """Our own classes: how private the text is, why, and where in it, in characters."""

    level: str
    reasons: tuple[str, ...]
    spans: tuple[Span, ...]


class ModerationResult(msgspec.Struct, frozen=True):
    flagged: bool
    vestibule: Judged
    categories: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, False))
    category_scores: dict[str, float] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, 0.0))
    category_applied_input_types: dict[str, list[str]] = field(
        default_factory=lambda: {name: [] for name in CATEGORIES}
    )


class ModerationReply(msgspec.Struct, frozen=True):
    id: str
    model: str
    results: Sequence[ModerationResult]


class _TextPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["text"]
    text: str


_DECODER = msgspec.json.Decoder(ModerationBody)


def decode_moderation(body: bytes) -> list[str]:
    """The texts to judge, one for each result. Raise `InvalidRequest`, or `NotFound` for a model that is not ours.

    As OpenAI does, strings are judged each for itself and parts together.
    """
    wire = decode(body, _DECODER)
    if wire.model is not None and wire.model not in NAMES:
        raise NotFound(
            f"The moderation model `{wire.model[:80]}` does not exist here.",
            next_step=f"Use `{MODEL}`, or leave it out.",
            param="model",
        )
    given = [wire.input] if isinstance(wire.input, str) else wire.input
    if not 1 <= len(given) <= INPUTS_AT_MOST:
        raise InvalidRequest(
            f"`input` has {len(given)} texts; 1 to {INPUTS_AT_MOST} are judged at once.",
            next_step="Send them in several requests." if given else "Send a string or a list of strings.",
            param="input",
        )
    parts = [part for part in given if isinstance(part, dict)]
    if not parts:
        return [clean(text, "input") for text in given if isinstance(text, str)]
    if len(parts) < len(given):
        raise InvalidRequest("`input` mixes texts and parts.", next_step="Send one of the two.", param="input")
    return ["\n".join(_text(part, f"input[{index}]") for index, part in enumerate(parts))]


def _text(part: dict[str, Any], path: str) -> str:
    if part.get("type") == "image_url":
        raise InvalidRequest(
            f"`{path}` is an image, and images are not judged.", next_step="Send text.", param=f"{path}.type"
        )
    return clean(convert(part, _TextPart, path).text, f"{path}.text")


def moderation_reply(judged: Sequence[Judged]) -> bytes:
    results = [ModerationResult(one.level == "restricted", one) for one in judged]
    return msgspec.json.encode(ModerationReply(f"modr-{secrets.token_hex(12)}", MODEL, results))
