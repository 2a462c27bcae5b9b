"""Recognizers: one small file each, with its examples and counter-examples, which are its tests.

A module anywhere below that defines `RECOGNIZER` is in; adding one file is enough.
"""

import importlib
import pkgutil

from vestibule.privacy.recognizers.base import Recognizer


def _gather() -> tuple[Recognizer, ...]:
    names = sorted(module.name for module in pkgutil.walk_packages(__path__, f"{__name__}.") if not module.ispkg)
    found = (getattr(importlib.import_module(name), "RECOGNIZER", None) for name in names)
    return tuple(recognizer for recognizer in found if isinstance(recognizer, Recognizer))


BUILT_IN: tuple[Recognizer, ...] = _gather()

__all__ = ["BUILT_IN", "Recognizer"]
