"""Measure detection and classification: `python -m benchmarks.privacy.harness [--split SPLIT] [--json]`.

Prints precision, recall and F1 by type with 95 % intervals, class recall, and false alarms. Knows the product only
through `detector()` and `classifier()`. Misses are never printed for the split judge, so that it stays unseen.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec
from benchmarks.privacy import presidio
from benchmarks.privacy.data import Item, point_names, presidio_research, read_set
from benchmarks.privacy.report import (
    Beside,
    Error,
    Report,
    SetReport,
    Share,
    TypeScore,
    print_report,
    share,
    type_score,
)
from benchmarks.privacy.scoring import Hit, Outcome, Tally, compare, tally

if TYPE_CHECKING:
    from vestibule.privacy.detection import Detector

_PEOPLE_AND_NETWORKS = {"EMAIL", "PHONE", "NATIONAL_ID", "BANK_ACCOUNT", "IP_ADDRESS", "MAC_ADDRESS", "HOST_NAME"}
_AUTOMATION = {
    "BACNET_REFERENCE",
    "MODBUS_REFERENCE",
    "KNX_ADDRESS",
    "MQTT_TOPIC",
    "METER_ID",
    "ASSET_ID",
    "COORDINATES",
}
_SECRETS = {"API_KEY", "PASSWORD", "PRIVATE_KEY", "CONNECTION_STRING", "ACCESS_CODE"}
SETS: dict[str, frozenset[str]] = {
    "structured": frozenset(_PEOPLE_AND_NETWORKS | _AUTOMATION),
    "secrets": frozenset(_SECRETS),
    "names": frozenset({"PERSON", "ADDRESS", "ORGANISATION", "TENANT"}),
    "building": frozenset({"OCCUPANCY", "SETPOINT", "BUILDING_CONSUMPTION", "ROOM", "TARIFF", "CONTRACT_PRICE"}),
    "negatives": frozenset(),
    "obfuscated": frozenset(_PEOPLE_AND_NETWORKS | _AUTOMATION | _SECRETS),
}
"""The types that a set was written for. A hit of another type is a false alarm too, but counted apart."""

Finder = Callable[[str], list[Hit]]
Grader = Callable[[str], str]


def detector(local: bool) -> Finder:
    """The product's detector as `protection.py` builds it; `local` leaves the tagger out."""
    detect = partial(_product_detector().detect, full=not local)
    return lambda text: [Hit(span.type, span.start, span.end) for span in detect(text)]


@functools.cache
def _product_detector() -> Detector:
    from vestibule.privacy.detection import Detector
    from vestibule.privacy.tagger import Tagger

    built = Detector(tagger=Tagger.load())
    built.warm()
    return built


def classifier() -> Grader:
    """The class that the product gives a text, by its label."""
    from vestibule.privacy.classification import Classifier

    classify = Classifier(_product_detector()).text
    return lambda text: classify(text).level.label


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "judge", "second", "third"), default="dev")
    parser.add_argument("--set", choices=sorted(SETS), help="one set only")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--errors", type=int, default=0, metavar="N", help="print N misses and false alarms a set (not of judge)"
    )
    parser.add_argument(
        "--local", action="store_true", help="without the tagger, as requests that stay home are scanned"
    )
    parser.add_argument("--presidio", action="store_true", help="Presidio's pattern recognisers on the same texts, too")
    asked = parser.parse_args()
    if asked.errors and asked.split == "judge":
        parser.error("--errors shows texts, and judge is not to be looked at; use --split dev")
    names = [asked.set] if asked.set else list(SETS)
    report = measure(asked.split, names, detector(asked.local), classifier(), asked.errors, local=asked.local)
    if asked.presidio:
        beside = {"presidio": measure_beside(asked.split, presidio.finder())}
        beside["vestibule"] = measure_beside(asked.split, detector(asked.local))
        report = msgspec.structs.replace(report, beside_presidio=beside)
    if asked.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    else:
        print_report(report)


def measure(
    split: str, names: Sequence[str], find: Finder, grade: Grader, errors: int = 0, *, local: bool = False
) -> Report:
    """The named sets of a split; with more than one, also outside data where it is there."""
    sets = {name: measure_set(name, read_set(name, split), find, grade, errors) for name in names}
    points = point_names() if len(names) > 1 else {}
    public = presidio_research() if len(names) > 1 else []
    outcomes = [compare(item.labels, find(item.text)) for item in public]
    alarms = {source: false_alarms(found, find) for source, found in points.items()}
    times = prompt_cpu_ms(split, find) if len(names) > 1 else {}
    return Report(split, local, sets, alarms, type_scores(public, outcomes, None), times, {})


def measure_set(name: str, items: Sequence[Item], find: Finder, grade: Grader, errors: int = 0) -> SetReport:
    outcomes, median_ms = _timed(items, find)
    own = SETS[name]
    return SetReport(
        items=len(items),
        templates=len({item.template for item in items}),
        types=type_scores(items, outcomes, own),
        recall_by_language={k: _recall(mine) for k, mine in _grouped(items, outcomes, "language").items() if own},
        recall_by_kind={k: _recall(mine) for k, mine in _grouped(items, outcomes, "kind").items() if own},
        false_alarms_of_other_types=sum(hit.type not in own for outcome in outcomes for hit in outcome.false),
        texts_with_false_alarm=_alarmed(outcomes),
        false_alarms_by_kind={k: _alarmed(mine) for k, mine in _grouped(items, outcomes, "kind").items() if not own},
        classes=class_shares(items, [grade(item.text) for item in items]),
        median_ms=median_ms,
        errors=list(_errors(items, outcomes))[:errors],
    )


def measure_beside(split: str, find: Finder) -> Beside:
    """The English structured texts, on the types that Presidio's pattern recognisers have."""
    items = [item for item in read_set("structured", split) if item.language == "en"]
    outcomes, _ = _timed(items, find)
    return Beside(type_scores(items, outcomes, presidio.COVERED), prompt_cpu_ms(split, find))


def prompt_cpu_ms(split: str, find: Finder) -> dict[str, float]:
    """Median CPU time of all threads for prompts of 1,500 characters: full of finds in ASCII and beyond, harmless."""
    dense = [item.text for name, own in SETS.items() if own for item in read_set(name, split)]
    groups = {
        "dense ascii": [text for text in dense if text.isascii()],
        "dense other": [text for text in dense if not text.isascii()],
        "harmless ascii": [item.text for item in read_set("negatives", split) if item.text.isascii()],
    }
    return {kind: _median_prompt_cpu_ms("\n\n".join(texts), find) for kind, texts in groups.items()}


def _median_prompt_cpu_ms(whole: str, find: Finder) -> float:
    spent_ms = []
    for start in range(0, len(whole) - 1500, 1500):
        before = time.process_time_ns()
        find(whole[start : start + 1500])
        spent_ms.append((time.process_time_ns() - before) / 1e6)
    return round(statistics.median(spent_ms), 4)


def _timed(items: Sequence[Item], find: Finder) -> tuple[list[Outcome], float]:
    """What each text gives, and the median time of a text that was not seen before, in ms; the first one warms up."""
    find("warm up")
    outcomes, spent_ms = [], []
    for item in items:
        before = time.perf_counter()
        hits = find(item.text)
        spent_ms.append(1000 * (time.perf_counter() - before))
        outcomes.append(compare(item.labels, hits))
    return outcomes, round(statistics.median(spent_ms), 4)


def type_scores(items: Sequence[Item], outcomes: Sequence[Outcome], own: frozenset[str] | None) -> list[TypeScore]:
    """One row a type and one for all together; `own` limits the rows to the types that a set is about."""
    tallies = tally(zip((item.template for item in items), outcomes, strict=True))
    mine = {t: counts for t, counts in sorted(tallies.items()) if own is None or t in own}
    whole = Tally()
    for counts in mine.values():
        whole = whole.plus(counts)
    return [*(type_score(t, counts) for t, counts in mine.items()), type_score("all", whole)] if mine else []


def class_shares(items: Sequence[Item], given: Sequence[str]) -> dict[str, Share]:
    """Shares: of what must be restricted what is, of the harmless what is, and of the confidential what is lower."""
    asked = {
        "restricted_found": (("restricted",), ("restricted",)),
        "harmless_restricted": (("public", "internal"), ("restricted",)),
        "confidential_too_low": (("confidential",), ("public", "internal")),
    }
    shares = {}
    for name, (levels, answers) in asked.items():
        graded = [label in answers for item, label in zip(items, given, strict=True) if item.level in levels]
        if graded:
            shares[name] = share(sum(graded), len(graded))
    return shares


def false_alarms(names: Sequence[str], find: Finder) -> Share:
    """Point names in which something is found, alone or within a question."""
    alarms = 0
    for name in names:
        before = "What does "
        asked = [h for h in find(f"{before}{name} show?") if h.end > len(before) and h.start < len(before) + len(name)]
        alarms += bool(asked or find(name))
    return share(alarms, len(names))


def _grouped(
    items: Sequence[Item], outcomes: Sequence[Outcome], by: Literal["language", "kind"]
) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = {}
    for item, outcome in zip(items, outcomes, strict=True):
        groups.setdefault(item.language if by == "language" else item.kind, []).append(outcome)
    return dict(sorted(groups.items()))


def _alarmed(outcomes: Sequence[Outcome]) -> Share:
    return share(sum(bool(outcome.false) for outcome in outcomes), len(outcomes))


def _recall(outcomes: Sequence[Outcome]) -> Share:
    found = sum(len(outcome.found) for outcome in outcomes)
    return share(found, found + sum(len(outcome.missed) for outcome in outcomes))


def _errors(items: Sequence[Item], outcomes: Sequence[Outcome]) -> Iterable[Error]:
    for item, outcome in zip(items, outcomes, strict=True):
        for label in outcome.missed:
            yield Error(item.id, "missed", label.type, item.text[label.start : label.end], item.text)
        for hit in outcome.false:
            yield Error(item.id, "false", hit.type, item.text[hit.start : hit.end], item.text)


if __name__ == "__main__":
    main()
