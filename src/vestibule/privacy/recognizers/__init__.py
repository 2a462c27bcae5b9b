"""Recognizers: one small file each, with its examples and counter-examples, which are its tests.

A module anywhere below that defines `RECOGNIZER` is in; adding one file is enough. `LISTED` in it finds more items
behind the same cue, `ENCODED` the same in Base64.
"""

import importlib
import pkgutil

from vestibule.privacy.recognizers.base import Recognizer


def _gather() -> tuple[Recognizer, ...]:
    names = sorted(module.name for module in pkgutil.walk_packages(__path__, f"{__name__}.") if not module.ispkg)
    modules = [importlib.import_module(name) for name in names]
    found = (getattr(module, name, None) for module in modules for name in ("RECOGNIZER", "LISTED", "ENCODED"))
    return tuple(recognizer for recognizer in found if isinstance(recognizer, Recognizer))


BUILT_IN: tuple[Recognizer, ...] = _gather()

__all__ = ["BUILT_IN", "Recognizer"]
