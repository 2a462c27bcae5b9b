"""The models that are there, each with the provider that serves it and where its bytes would go."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Literal

import msgspec

from vestibule.core.answer import Location
from vestibule.core.chat import ResponseFormat
from vestibule.core.errors import NotFound
from vestibule.core.generation import ModelRequest, Patience
from vestibule.providers.base import Provider
from vestibule.providers.presets import Preset, as_asked

AUTO = "auto"


def _always() -> bool:
    return True


Capability = Literal["tools", "json", "images", "logprobs", "grammar"]
LANGUAGE_MODEL: frozenset[Capability] = frozenset({"tools", "json"})
SEEING_MODEL: frozenset[Capability] = LANGUAGE_MODEL | {"images"}


FormatPromise = Literal["never", "strict", "always"]


class Model(msgspec.Struct, frozen=True):
    """`id` is what callers name, `name` what the provider calls it. `auto` takes it if it is `automatic` and ready.
    `adapters` are the LoRA adapters that it was loaded with. `promises` says which formats it keeps to as it writes:
    what is asked for strictly, or whatever is. `patience` is how long it is waited for, where that is its own.
    `context` is how many tokens it reads and writes at most, `languages` are those that it speaks (ISO 639-1); None
    where that is not known."""

    id: str
    name: str
    provider: Provider
    location: Location
    automatic: bool = True
    is_ready: Callable[[], bool] = _always
    can: frozenset[Capability] = LANGUAGE_MODEL
    region: str = ""
    preset: Preset = as_asked
    adapters: tuple[str, ...] = ()
    promises: FormatPromise = "never"
    patience: Patience | None = None
    context: int | None = None
    languages: frozenset[str] | None = None

    def speaks(self, language: str) -> bool:
        """Whether it may be taken to, which of one that nothing is known of it may."""
        return self.languages is None or not language or language in self.languages

    def keeps(self, wanted: ResponseFormat) -> bool:
        """Whether its answer has the format as it comes, and need not be held until it is whole."""
        return self.promises == "always" or (self.promises == "strict" and wanted.strict)

    def encode(self, request: ModelRequest) -> bytes:
        """The final bytes of the request to this model, sampled as its preset says where the caller does not."""
        return self.provider.encode(self.preset(request), self.name)


class Catalogue:
    """Models in order of preference."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models = {model.id: model for model in models}

    def become(self, models: Iterable[Model]) -> None:
        """Hold these from now on."""
        self._models = {model.id: model for model in models}

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def names(self) -> list[str]:
        return [AUTO, *self._models]

    def select(self, name: str) -> list[Model]:
        """The models a request may mean by `name`. Raise `NotFound` with the nearest known name."""
        if name == AUTO:
            return [m for m in self._models.values() if m.automatic]
        if name in self._models:
            return [self._models[name]]
        near = difflib.get_close_matches(name, self.names(), n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        raise NotFound(
            f"The model `{name[:80]}` does not exist here.",
            next_step=f"{hint}Known: {', '.join(self.names())}. `vestibule models list` shows them.",
            param="model",
        )


def locate(provider: Provider, home_hosts: Collection[str]) -> Location:
    return "home" if provider.destination.is_home(home_hosts) else "cloud"
