"""The models that are known beforehand: shapes, files, licences, languages, sampling presets, and profiles of machines.

Reads and checks the file; whether any of it is installed is not its business.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.settings import LocalSettings
from vestibule.providers.memory.footprint import Shape

Positive = Annotated[int, msgspec.Meta(ge=1)]
GB = 1_000_000_000


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tokens a second, as stated before anything was measured."""

    reads_per_s: Annotated[float, msgspec.Meta(gt=0)]
    says_per_s: Annotated[float, msgspec.Meta(gt=0)]


class KnownModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`files_gb` are GGUF files by quantisation; `kv_heads` are those of one layer."""

    title: str
    licence: str
    good_for: str
    ollama: tuple[str, ...]
    layers: Positive
    heads: Positive
    kv_heads: Positive
    head_length: Positive
    width: Positive
    inner: Positive
    vocabulary: Positive
    context: Positive
    files_gb: dict[str, float]
    default: str
    speed: Speed

    def shape(self, quantisation: str) -> Shape:
        return Shape(
            weights_bytes=round(self.files_gb[quantisation] * GB),
            layers=self.layers,
            kv_heads=self.kv_heads * self.layers,
            key_length=self.head_length,
            value_length=self.head_length,
            width=self.width,
            inner=self.inner,
            vocabulary=self.vocabulary,
        )


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models of one publisher that speak the same `languages` (ISO 639-1), and who says so."""

    names: tuple[str, ...]
    source: str
    languages: frozenset[str]

    def holds(self, model: str) -> bool:
        """Whether a model of that name, in an Ollama or as a file, is as it was published."""
        return re.fullmatch(rf"(?i)(?:{'|'.join(map(re.escape, self.names))}){_AS_PUBLISHED}", model) is not None


_AS_PUBLISHED = (
    r"(?:[-:]\d+(?:\.\d+)?[bm])?(?:[-:](?:instruct|chat|it|text))?"
    r"(?:[-.:_](?:latest|i?q\d\w*|b?f16|fp16|fp8|awq|gptq))*"
)
"""Size, manner and quantisation; another word names what others made of it."""


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to sample an answer of one kind, and why so."""

    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)]
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)]
    why: str


class Profile(LocalSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of `local` for one kind of machine, and why so."""

    title: str
    why: str


class ModelCatalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: dict[str, KnownModel]
    families: tuple[Family, ...]
    presets: dict[str, Preset]
    profiles: dict[str, Profile]

    def languages(self, model: str) -> frozenset[str] | None:
        """Those that a model of that name speaks; None where that is not known."""
        return next((family.languages for family in self.families if family.holds(model)), None)

    def profile(self, name: str) -> Profile:
        """Raise `NotFound` with the names there are."""
        if name not in self.profiles:
            raise NotFound(f"There is no profile `{name[:80]}`.", next_step=f"Known: {', '.join(self.profiles)}.")
        return self.profiles[name]


def read_catalogue(path: Path) -> ModelCatalogue:
    """Raise `NotFound` or `InvalidRequest` for a file that is not there or not a catalogue."""
    try:
        return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), ModelCatalogue)
    except FileNotFoundError:
        raise NotFound(f"{path} does not exist.", next_step="Install Vestibule again.") from None
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path}: {error}.", next_step="Mend it, or install Vestibule again.") from None
