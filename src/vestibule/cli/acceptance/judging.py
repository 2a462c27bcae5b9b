"""Is what was measured good enough? Figures in, a verdict for each criterion out; asks nobody."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from vestibule.cli.acceptance.asking import Sample

BEGIN_S = 2.0
END_S = 1.0
SHARE = 0.95
State = Literal["pass", "fail", "not applicable"]


class Criterion(msgspec.Struct, frozen=True):
    name: str
    state: State
    detail: str


class Figures(msgspec.Struct, frozen=True):
    """The baseline that is kept. Seconds; None where nothing was measured. `memory_bytes` is what all models at home
    held while they were asked."""

    answers: int
    failed: int
    first_token_p50_s: float | None
    first_token_p95_s: float | None
    tokens_per_s_p50: float | None
    coordination_p95_s: float | None
    at_once: int
    at_once_first_token_p95_s: float | None
    memory_bytes: int | None


def figures(samples: Sequence[Sample], loaded: Sequence[Sample], memory_bytes: int | None) -> Figures:
    """`samples` were asked one after the other, `loaded` at once."""
    firsts = _of(samples, lambda s: s.first_token_s if s.kind == "building" else None)
    return Figures(
        answers=len(samples) + len(loaded),
        failed=sum(bool(s.fault) for s in (*samples, *loaded)),
        first_token_p50_s=quantile(firsts, 0.5),
        first_token_p95_s=quantile(firsts, SHARE),
        tokens_per_s_p50=quantile(_of(samples, lambda s: s.tokens_per_s), 0.5),
        coordination_p95_s=quantile(_of(samples, lambda s: s.total_s if s.kind == "coordination" else None), SHARE),
        at_once=len(loaded),
        at_once_first_token_p95_s=quantile(_of(loaded, lambda s: s.first_token_s), SHARE),
        memory_bytes=memory_bytes,
    )


def judge(
    samples: Sequence[Sample], loaded: Sequence[Sample], measured: Figures, billions: float | None, budget_bytes: int
) -> tuple[Criterion, ...]:
    """`billions` of parameters decide which promise of speed applies; None where they are not known."""
    parts: dict[str, Iterable[Sample]] = {
        "chat": (s for s in samples if not s.streamed and s.kind in ("building", "coordination")),
        "streaming": (s for s in samples if s.streamed and s.kind in ("building", "coordination")),
        "tools": (s for s in samples if s.kind == "tools"),
        "json": (s for s in samples if s.kind == "json"),
        "load": loaded,
    }
    return (
        *(_whole(name, tuple(part)) for name, part in parts.items()),
        _begins(samples, billions),
        _ends(samples, billions),
        _keeps_budget(measured.memory_bytes, budget_bytes),
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` of all do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None


def billions_of(name: str, parameter_size: str = "") -> float | None:
    """From what the runtime says ("7.6B", "494M"), else from the name ("qwen2.5:7b")."""
    said = re.fullmatch(r"(\d+(?:\.\d+)?)([BM])", parameter_size.strip().upper())
    if said:
        return float(said[1]) / (1000 if said[2] == "M" else 1)
    named = re.search(r"(?<![\d.a-z])(\d+(?:\.\d+)?)b(?![a-z\d])", name.lower())
    return float(named[1]) if named else None


def _whole(name: str, part: Sequence[Sample]) -> Criterion:
    broken = [f"{s.scenario}: {s.fault}" for s in part if s.fault]
    if broken:
        return Criterion(name, "fail", f"{len(broken)} of {len(part)} failed; {broken[0]}")
    return Criterion(name, "pass", f"{len(part)} answers, all whole")


def _begins(samples: Sequence[Sample], billions: float | None) -> Criterion:
    name = f"7B begins within {BEGIN_S:g} s for {SHARE:.0%}"
    if billions is None or not 6 <= billions <= 9:
        return Criterion(name, "not applicable", _size(billions))
    asked = [s for s in samples if s.streamed and s.kind == "building"]
    return _share(name, [None if s.fault else s.first_token_s for s in asked], BEGIN_S)


def _ends(samples: Sequence[Sample], billions: float | None) -> Criterion:
    name = f"3B coordination ends within {END_S:g} s"
    if billions is None or not 2.5 <= billions <= 4:
        return Criterion(name, "not applicable", _size(billions))
    return _share(name, [None if s.fault else s.total_s for s in samples if s.kind == "coordination"], END_S)


def _share(name: str, values: Sequence[float | None], limit_s: float) -> Criterion:
    """One that never came is late."""
    kept = sum(value is not None and value <= limit_s for value in values)
    good = bool(values) and kept / len(values) >= SHARE
    return Criterion(name, "pass" if good else "fail", f"{kept} of {len(values)} did")


def _keeps_budget(memory_bytes: int | None, budget_bytes: int) -> Criterion:
    name = "memory keeps its budget"
    if memory_bytes is None:
        return Criterion(name, "not applicable", "the model is not run at home, or its memory cannot be seen from here")
    detail = f"{memory_bytes / 2**30:.2f} of {budget_bytes / 2**30:.2f} GiB"
    return Criterion(name, "pass" if memory_bytes <= budget_bytes else "fail", detail)


def _size(billions: float | None) -> str:
    return "its size is not known" if billions is None else f"a model of {billions:g}B"


def _of(samples: Sequence[Sample], value: Callable[[Sample], float | None]) -> list[float]:
    return [found for sample in samples if not sample.fault and (found := value(sample)) is not None]
