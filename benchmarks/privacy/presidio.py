"""Presidio's pattern recognisers behind our own shape, for the same texts in the same run.

Knows no NLP engine: names are left out.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Protocol

from benchmarks.privacy.scoring import Hit

_TYPES = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "US_SSN": "NATIONAL_ID",
    "US_ITIN": "NATIONAL_ID",
    "US_PASSPORT": "NATIONAL_ID",
    "UK_NINO": "NATIONAL_ID",
    "IBAN_CODE": "BANK_ACCOUNT",
    "CREDIT_CARD": "BANK_ACCOUNT",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "IP_ADDRESS": "IP_ADDRESS",
    "MAC_ADDRESS": "MAC_ADDRESS",
}
COVERED = frozenset(_TYPES.values())
_THRESHOLD = 0.3  # below it, a bare digit run without any context word would count as a bank account


class _Result(Protocol):
    entity_type: str
    start: int
    end: int
    score: float


class _Recognizer(Protocol):
    supported_entities: list[str]
    supported_language: str

    def analyze(self, text: str, entities: list[str], nlp_artifacts: None = None) -> list[_Result]: ...


def finder() -> Callable[[str], list[Hit]]:
    """All of its English recognisers that need no NLP engine and whose entities we have, called one by one.

    Raises ModuleNotFoundError where `presidio_analyzer` is not installed.
    """
    recognizers = _recognizers()

    def find(text: str) -> list[Hit]:
        results = [result for r in recognizers for result in r.analyze(text, r.supported_entities) or []]
        return [Hit(_TYPES[r.entity_type], r.start, r.end) for r in _without_overlaps(results) if r.score >= _THRESHOLD]

    return find


def _recognizers() -> list[_Recognizer]:
    found = vars(importlib.import_module("presidio_analyzer.predefined_recognizers"))
    names = [n for n in sorted(found) if hasattr(found[n], "PATTERNS") or n == "PhoneRecognizer"]
    built = [_built(found[name]) for name in names if inspect.isclass(found[name])]
    return [r for r in built if r and r.supported_language == "en" and set(r.supported_entities) & set(_TYPES)]


def _built(kind: Callable[[], _Recognizer]) -> _Recognizer | None:
    """None where a recogniser needs arguments or packages of its own."""
    try:
        return kind()
    except (TypeError, ValueError, ImportError):
        return None


def _without_overlaps(results: list[_Result]) -> list[_Result]:
    """The higher score first, then the longer; as its own analyzer removes duplicates."""
    kept: list[_Result] = []
    for result in sorted(results, key=lambda r: (-r.score, r.start - r.end)):
        if result.entity_type in _TYPES and not any(result.start < k.end and k.start < result.end for k in kept):
            kept.append(result)
    return kept
