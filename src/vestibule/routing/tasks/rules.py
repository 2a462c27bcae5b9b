"""What holds for a kind of work: the shipped rules, with those of the configuration in force laid over them.

Knows names and patterns, not which models there are.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import msgspec
import yaml

from vestibule.core.chat import TaskKind
from vestibule.core.configuration import Routes, TaskRule

QUESTION = TaskRule(first_token_s=2.0)
"""Of a question of no special kind: a person waits for its answer."""


@lru_cache(1)
def shipped_rules() -> dict[TaskKind, TaskRule]:
    """The rules of `rules.yaml`. They say nothing of what `TaskRule` has a value for: whoever sets that is meant."""
    text = Path(__file__).with_name("rules.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[TaskKind, TaskRule])


def rule(routes: Routes, kind: TaskKind | None) -> TaskRule:
    """What holds for work of this kind: each key as the configuration says it, else as it is shipped."""
    if kind is None:
        return QUESTION
    shipped = shipped_rules()[kind]
    said = routes.tasks.get(kind)
    return _over(said, shipped) if said else shipped


@lru_cache(256)
def rank(prefer: tuple[str, ...], model_id: str, name: str) -> int | None:
    """The place of a model in a list of preferred ones, 0 for the first; None where it is not among them. The list
    holds ids, or patterns ("gpt-4o*") of ids and of the names that providers know models by."""
    named = model_id.lower(), name.lower()
    for place, pattern in enumerate(prefer):
        if any(fnmatchcase(each, pattern.lower()) for each in named):
            return place
    return None


@lru_cache(64)
def _over(said: TaskRule, shipped: TaskRule) -> TaskRule:
    defaults = msgspec.structs.asdict(TaskRule())
    keys = {name: value for name, value in msgspec.structs.asdict(said).items() if value != defaults[name]}
    return msgspec.structs.replace(shipped, **keys)
