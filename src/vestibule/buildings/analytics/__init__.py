"""The typed functions by name. A module of this folder is one: its name is the tool's, its `run` is the function."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, get_args

from vestibule.buildings.calls import AnalyticCall, Tool
from vestibule.buildings.context import Context
from vestibule.core.evidence import ToolResult


class Analytic(Protocol):
    async def __call__(self, context: Context, call: AnalyticCall) -> ToolResult: ...


def _discover() -> dict[Tool, Analytic]:
    found: dict[Tool, Analytic] = {}
    known: tuple[Tool, ...] = get_args(Tool)
    for name in (module.name for module in pkgutil.iter_modules(__path__)):
        tool = next(tool for tool in known if tool == name)
        found[tool] = importlib.import_module(f"{__name__}.{name}").run
    return found


ANALYTICS: Mapping[Tool, Analytic] = _discover()

__all__ = ["ANALYTICS", "Context"]
