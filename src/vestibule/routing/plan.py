"""Who may be asked at all: every model that a request may mean, and of each that may not the reason.

The hard filter. Which of the others is asked first is decided in `decision.py`; knows no figure that is predicted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace

from vestibule.core.answer import Predicted
from vestibule.core.chat import ChatRequest, TaskKind
from vestibule.core.configuration import Configuration, ModelTerms
from vestibule.core.errors import InvalidRequest, NoCandidate
from vestibule.core.languages import LANGUAGES
from vestibule.core.sensitivity import Classification
from vestibule.routing.catalogue import AUTO, Capability, Catalogue, Model

_WITHOUT: Mapping[Capability, str] = {
    "images": "takes no images",
    "json": "has no json",
    "tools": "has no tools",
    "logprobs": "tells no logprobs",
    "grammar": "follows no grammar",
}
_MENDS: Mapping[Capability, tuple[str, str]] = {
    "logprobs": (
        "logprobs",
        "Leave `logprobs` out, or name a model that llama.cpp or an OpenAI-compatible server runs.",
    ),
    "grammar": (
        "vestibule.grammar",
        "Leave `vestibule.grammar` out, or name a model that was added from a GGUF file.",
    ),
}
"""Where no model that the request may mean is able: what to leave out."""


class Parts(msgspec.Struct, frozen=True):
    """What a score is the sum of: what speaks for a model is above 0, what speaks against it below."""

    quality: float
    latency: float
    cost: float
    privacy: float

    @property
    def sum(self) -> float:
        return self.quality + self.latency + self.cost + self.privacy


class Figures(msgspec.Struct, frozen=True):
    """What is predicted of a model's answer: when it comes, what it costs, None where no price is known, and how
    probable it is that it is good enough. So many are `ahead` there, served or waiting; nobody can even wait for one
    that is `full`."""

    time: Predicted
    cost_eur: float | None
    quality: float
    ahead: int = 0
    full: bool = False


class Candidate(msgspec.Struct, frozen=True):
    """`parts` and `figures` are there where it was weighed against others."""

    model: Model
    reason: str
    rejected: bool = False
    parts: Parts | None = None
    figures: Figures | None = None

    @property
    def score(self) -> float | None:
        return self.parts.sum if self.parts else None


class Plan(msgspec.Struct, frozen=True):
    """`candidates` in the order in which they are asked, and behind them those that are not. `task` and `difficulty`
    (0 to 1) are None where nothing had to be weighed. What is `exempt` does not count for the cloud's share; `gain` is
    how much better outside would be than home, where the class lets it leave."""

    candidates: tuple[Candidate, ...]
    task: TaskKind | None = None
    difficulty: float | None = None
    exempt: bool = False
    gain: float = 0.0

    @property
    def eligible(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if not c.rejected)

    def require_any(self) -> None:
        """Raise `NoCandidate`, with why each was rejected, where nobody is left to be asked."""
        if any(not c.rejected for c in self.candidates):
            return
        reasons = "; ".join(f"{c.model.id}: {c.reason}" for c in self.candidates) or "no model is configured"
        raise NoCandidate(
            f"No model may answer this request ({reasons}).",
            next_step="Ask a model that can, or add one: `vestibule models list` shows what is there.",
        )


class Decided(Protocol):
    """A request whose way was decided and that was not sent."""

    @property
    def planned(self) -> Plan: ...
    @property
    def configuration(self) -> Configuration: ...
    @property
    def classification(self) -> Classification: ...


class Verdict(Protocol):
    """What the privacy policy says of sending the request to a model outside."""

    @property
    def allowed(self) -> bool: ...
    @property
    def reason(self) -> str: ...


def never(_: Model) -> str:
    return ""


class Sieve:
    """`resting` says why a model is not to be asked now, "" where it may be."""

    def __init__(self, catalogue: Catalogue, resting: Callable[[Model], str] = never) -> None:
        self._catalogue = catalogue
        self._resting = resting

    def select(
        self, request: ChatRequest, terms: Mapping[str, ModelTerms]
    ) -> tuple[list[Model], frozenset[Capability]]:
        """The models that the request may mean, and what they need to be able to. An adapter that none of them has, or
        a capability that cannot be had, is an `InvalidRequest`; an unknown name a `NotFound`."""
        needed, selected = _needed(request), self._catalogue.select(request.model)
        if terms and request.model == AUTO:
            selected = [model for model in self._catalogue if _is_automatic(model, terms)]
        if request.options.route.adapters:
            _require_adapters(request, selected)
        if needed:
            _require_able(request, needed, selected)
        return selected, needed

    def needed(self, request: ChatRequest) -> frozenset[Capability]:
        """What a model needs to be able to."""
        return _needed(request)

    def unable(self, model: Model, request: ChatRequest, needed: frozenset[Capability]) -> str:
        """What of the request the model cannot do, "" where it can all of it."""
        if lacking := needed - model.can:
            return " and ".join(_WITHOUT[what] for what in sorted(lacking))
        adapters = request.options.route.adapters
        if adapters and (missing := adapters.keys() - set(model.adapters)):
            return f"has no adapter {' and no '.join(sorted(missing))}"
        return ""

    def unavailable(self, model: Model, models: Collection[str] | None, tokens: int) -> str:
        """Why a model that nobody named is not to be asked, wherever it is; "" where it may be. `models` are those that
        the caller's key may use, None for all; `tokens` is about how long prompt and answer are together."""
        if models is not None and model.id not in models:
            return "this key may not use it"
        if model.context is not None and tokens > model.context:
            return f"too long for it: about {tokens} tokens, and it reads {model.context}"
        if tired := self._resting(model):
            return tired
        return "" if model.is_ready() else "not ready yet"


def heard(judged: Sequence[Candidate], language: str) -> list[Candidate]:
    """The same, without those that are known not to speak the language, where one is left that may. Who can do nothing
    but quote does not count: an answer in another language is more than none."""
    if not language or not _is_spoken(language, judged):
        return list(judged)
    return [
        c if c.rejected or c.model.speaks(language) else replace(c, reason=_not_spoken(language), rejected=True)
        for c in judged
    ]


def unheard(asked: Sequence[Candidate], language: str) -> list[Candidate]:
    """The same, and it is said of who is asked though it does not speak the language."""
    if not language:
        return list(asked)
    why = "" if _is_spoken(language, asked) else ", and nobody does who may be asked"
    return [
        c if c.model.speaks(language) else replace(c, reason=f"{c.reason}, though it {_not_spoken(language)}{why}")
        for c in asked
    ]


def _is_spoken(language: str, judged: Sequence[Candidate]) -> bool:
    return any(c.model.speaks(language) and c.model.can for c in judged if not c.rejected)


def _not_spoken(language: str) -> str:
    return f"does not speak {LANGUAGES[language]}"


def _is_automatic(model: Model, terms: Mapping[str, ModelTerms]) -> bool:
    said = terms[model.id].automatic if model.id in terms else None
    return model.automatic if said is None else said


def may_use(models: Collection[str] | None) -> Collection[str] | None:
    """Of the names that a key may use those that `auto` is held to: all, where `auto` is the only one."""
    if models is None:
        return None
    return [name for name in models if name != AUTO] or None


def _needed(request: ChatRequest) -> frozenset[Capability]:
    """Functions that may be called need not be; those that must be, JSON and images are beyond some models."""
    needed: set[Capability] = set()
    if request.tool_choice.mode == "required":
        needed.add("tools")
    if request.response_format.kind != "text":
        needed.add("json")
    if any(message.images for message in request.messages):
        needed.add("images")
    if request.sampling.logprobs is not None:
        needed.add("logprobs")
    if request.options.grammar is not None:
        needed.add("grammar")
    return frozenset(needed)


def _require_adapters(request: ChatRequest, selected: Iterable[Model]) -> None:
    known = {name: None for model in selected for name in model.adapters}
    for name in request.options.route.adapters:
        if name not in known:
            raise InvalidRequest(
                f"The model `{request.model[:80]}` has no adapter `{name[:80]}`.",
                next_step=f"Its adapters: {', '.join(known) or 'none'}. `vestibule models add --adapter` adds one.",
                param="vestibule.route.adapters",
            )


def _require_able(request: ChatRequest, needed: Collection[Capability], selected: Iterable[Model]) -> None:
    for what, (param, mend) in _MENDS.items():
        if what in needed and not any(what in model.can for model in selected):
            name = request.model[:80]
            raise InvalidRequest(f"The model `{name}` {_WITHOUT[what]}.", next_step=mend, param=param)
