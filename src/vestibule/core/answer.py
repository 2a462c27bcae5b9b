"""An answer, whole or in pieces, with all that the `vestibule` block of a reply says about it."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from vestibule.core.chat import TaskKind, ToolCall

FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]
CacheStatus = Literal["hit", "miss", "bypass"]
CacheLevel = Literal["exact", "shared"]
Location = Literal["home", "cloud"]


class Citation(msgspec.Struct, frozen=True):
    """`[index]` in the text. `quote` is the exact span of the cited passage, or the statement of a tool result."""

    index: int
    document_id: str
    title: str
    locator: str
    quote: str


class Usage(msgspec.Struct, frozen=True):
    """`cached_tokens` are those of the prompt that the provider had read before, and bills less for."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """`outcome` is "answered", a fault or an error's code. Tokens are what the provider reported, None where it did
    not: of an answer that broke off, mostly."""

    model: str
    outcome: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class PrivacyReport(msgspec.Struct, frozen=True, rename={"level": "class"}):
    """`pseudonymised` originals stayed behind when it `left`; `unrestored` are placeholders in the answer that stand
    for none of them."""

    level: str
    reasons: tuple[str, ...] = ()
    left: bool = False
    pseudonymised: int = 0
    unrestored: int = 0


class Predicted(msgspec.Struct, frozen=True):
    """Seconds from asking to the first piece of an answer and to its end, `wait_s` of them for its turn; None where
    nothing is known. `stated` are figures for models of its kind, `measured` those of its own recent answers. Nineteen
    of twenty come within `first_token_p95_s` and `finish_p95_s`, as those did."""

    first_token_s: float | None = None
    finish_s: float | None = None
    basis: Literal["measured", "stated", "unknown"] = "unknown"
    wait_s: float | None = None
    first_token_p95_s: float | None = None
    finish_p95_s: float | None = None


class InArm(msgspec.Struct, frozen=True):
    """An experiment that the request took part in, and the arm it had."""

    id: str
    arm: str


class RouteReport(msgspec.Struct, frozen=True):
    """`candidates` is how many models were weighed; `task` and `predicted`, what was expected of the one that answered,
    are None where it was named."""

    model: str
    provider: str
    location: Location
    reason: str
    attempts: tuple[Attempt, ...] = ()
    config_version: int = 0
    task: TaskKind | None = None
    predicted: Predicted | None = None
    candidates: int = 1
    experiments: tuple[InArm, ...] | UnsetType = UNSET


class QualityReport(msgspec.Struct, frozen=True):
    """`None`, never 0, where something cannot be measured."""

    score: float | None = None
    checks: dict[str, float | None] = {}


class CostReport(msgspec.Struct, frozen=True):
    """What it cost, with what was used at home: `kwh` and grams of CO2e, None where no model at home was asked. `saved`
    is against all of it in the cloud, None where no price there is known."""

    amount: float = 0.0
    currency: str = "EUR"
    saved: float | None = None
    kwh: float | None = None
    co2e_g: float | None = None


class CacheReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hit is `exact` where the answer was there, of age `age_s`, and `shared` where it was just being made for an
    identical request."""

    status: CacheStatus
    level: CacheLevel | None = None
    age_s: float | None = None


class Likely(msgspec.Struct, frozen=True):
    """A token that might have been said: its text, where that is one, its bytes, and the natural logarithm of how
    probable it was."""

    token: str
    raw: bytes
    logprob: float


class TokenLogprob(msgspec.Struct, frozen=True):
    """A token that was said, and the likeliest in its place, itself among them."""

    said: Likely
    top: tuple[Likely, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """The `vestibule` block. `logprobs` that were asked for are withheld where the answer is not the model's own words
    to the end."""

    id: str
    privacy: PrivacyReport
    route: RouteReport
    citations: tuple[Citation, ...]
    quality: QualityReport
    cost: CostReport
    cache: CacheReport
    timings_ms: dict[str, float]
    logprobs: Literal["told", "withheld"] | UnsetType = UNSET


class Opened(msgspec.Struct, frozen=True):
    """First event of an answer: nothing can be refused with a status any more after it."""

    id: str
    created: int
    model: str


class Delta(msgspec.Struct, frozen=True):
    """`parts` are the pieces of `text` that came together, where there were several; `logprobs` tell of the tokens
    that are whole with it."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parts: tuple[str, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()


class Completed(msgspec.Struct, frozen=True):
    """Last event. `text` is the whole answer, equal to the deltas joined; `logprobs` are those of all of it, or are
    None."""

    id: str
    created: int
    model: str
    text: str
    finish_reason: FinishReason
    usage: Usage
    report: Report
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[TokenLogprob, ...] | None = None


Event = Opened | Delta | Completed
