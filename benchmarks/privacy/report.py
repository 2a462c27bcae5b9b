"""What a measurement says, as values and as tables on a terminal. Knows no detector and no set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from benchmarks.privacy.scoring import Tally, wilson


class Share(msgspec.Struct, frozen=True):
    """`count` of `of`, with the 95 % interval of the share."""

    count: int
    of: int
    share: float | None
    low: float
    high: float


def share(count: int, of: int) -> Share:
    low, high = wilson(count, of)
    return Share(count, of, round(count / of, 4) if of else None, round(low, 4), round(high, 4))


class TypeScore(msgspec.Struct, frozen=True):
    type: str
    templates: int
    recall: Share
    precision: Share
    f1: float | None
    exact: Share


def type_score(type: str, counts: Tally) -> TypeScore:
    return TypeScore(
        type,
        len(counts.templates),
        share(counts.found, counts.found + counts.missed),
        share(counts.found, counts.found + counts.false),
        None if counts.f1 is None else round(counts.f1, 4),
        share(counts.exact, counts.found),
    )


class Error(msgspec.Struct, frozen=True):
    id: str
    what: str
    type: str
    value: str
    text: str


class SetReport(msgspec.Struct, frozen=True):
    items: int
    templates: int
    types: list[TypeScore]
    recall_by_language: dict[str, Share]
    recall_by_kind: dict[str, Share]
    false_alarms_of_other_types: int
    texts_with_false_alarm: Share
    false_alarms_by_kind: dict[str, Share]
    classes: dict[str, Share]
    median_ms: float
    errors: list[Error]


class Beside(msgspec.Struct, frozen=True):
    types: list[TypeScore]
    prompt_cpu_ms: dict[str, float]


class Report(msgspec.Struct, frozen=True):
    split: str
    local_path: bool
    sets: dict[str, SetReport]
    point_names_with_false_alarm: dict[str, Share]
    presidio_research: list[TypeScore]
    prompt_cpu_ms: dict[str, float]
    beside_presidio: dict[str, Beside]


def print_report(report: Report) -> None:
    print(f"split {report.split}, {'local' if report.local_path else 'full'} path")
    for name, measured in report.sets.items():
        size = f"{measured.items} texts of {measured.templates} templates"
        print(f"\n{name}: {size}, {measured.median_ms} ms a text (median)")
        _print_types(measured.types)
        print(f"  texts with a false alarm: {_shown(measured.texts_with_false_alarm)}")
        print(f"  false hits of other types: {measured.false_alarms_of_other_types}")
        _print_shares("recall by language", measured.recall_by_language)
        _print_shares("recall by kind of text", measured.recall_by_kind)
        _print_shares("false alarms by kind", measured.false_alarms_by_kind)
        _print_shares("classes", measured.classes)
        for error in measured.errors:
            print(f"    {error.what} {error.type} {error.value!r} in {error.id}: {error.text!r}")
    _print_shares("\npoint names with a false alarm", report.point_names_with_false_alarm)
    if report.presidio_research:
        print("\npublic labelled set (presidio-research)")
        _print_types(report.presidio_research)
    _print_times(report.prompt_cpu_ms)
    for name, beside in report.beside_presidio.items():
        print(f"\n{name} on the English structured texts")
        _print_times(beside.prompt_cpu_ms)
        _print_types(beside.types)


def _print_types(scores: Sequence[TypeScore]) -> None:
    if scores:
        print(f"  {'type':<22}{'templates':>10}{'labels':>8}  {'recall':<22}{'precision':<22}{'F1':<7}exact")
    for s in scores:
        shares = f"{_shown(s.recall):<22}{_shown(s.precision):<22}"
        print(f"  {s.type:<22}{s.templates:>10}{s.recall.of:>8}  {shares}{_number(s.f1):<7}{_number(s.exact.share)}")


def _print_times(prompt_cpu_ms: Mapping[str, float]) -> None:
    if prompt_cpu_ms:
        times = ", ".join(f"{kind} {ms} ms" for kind, ms in prompt_cpu_ms.items())
        print(f"  CPU for a prompt of 1,500 characters not seen before (median): {times}")


def _print_shares(title: str, shares: Mapping[str, Share]) -> None:
    if shares:
        print(f"  {title}: " + ", ".join(f"{name} {_shown(s)}" for name, s in shares.items()))


def _shown(s: Share) -> str:
    return f"{_number(s.share)} [{s.low:.3f}, {s.high:.3f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
