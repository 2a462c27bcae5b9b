"""Which sampling answers best: many are screened by successive halving, and the one that is left is compared with what
is in force on cases and seeds it was not chosen by.

K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016,
for the halving. That what is chosen is judged on other cases keeps the comparison free of having been the luckiest of
many. Asks nobody: whoever tunes hands in how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest
from statistics import fmean

import msgspec

from vestibule.core.chat import TaskKind
from vestibule.core.configuration import SamplingPreset
from vestibule.core.errors import InvalidRequest
from vestibule.evaluation.case import Case
from vestibule.evaluation.intervals import Interval, paired_bootstrap, sign_flip, wilson
from vestibule.evaluation.ledger import Ledger, Sample

IN_FORCE = SamplingPreset()
"""Says nothing: what the configuration and the model do by themselves."""
LEAST_PAIRS = 4
SURE = 0.05
_FRESH = 1_000  # seeds of the comparison lie this far from those of the screening


class Question(msgspec.Struct, frozen=True):
    """A case as it is asked once."""

    model: str
    case: Case
    preset: SamplingPreset
    seed: int

    @property
    def key(self) -> str:
        return sha256(msgspec.json.encode(self)).hexdigest()[:24]


Ask = Callable[[Sequence[Question]], Iterator[Sample]]
OnProgress = Callable[[str, int, int], None]


class Standing(msgspec.Struct, frozen=True):
    """How a preset did: the share of right answers over the cases, each case counting once, with its 95 % interval.
    `failed` of the answers never came: the model could not, and they count as wrong."""

    preset: SamplingPreset
    cases: int
    answers: int
    share: float
    interval: Interval
    seconds: float
    failed: int = 0


class Tuning(msgspec.Struct, frozen=True):
    """`rungs` are the screening, each with the presets that were left in it, best first. `best` and `present` were
    asked the same other cases; `difference` is how much more of them `best` got right, `p` how probable that is where
    neither is better."""

    model: str
    tasks: tuple[TaskKind, ...]
    requests: int
    rungs: tuple[tuple[Standing, ...], ...]
    best: Standing
    present: Standing
    difference: float
    interval: Interval
    p: float

    @property
    def is_sure(self) -> bool:
        """Whether the best is better than what is in force, beyond what chance would explain."""
        return self.interval.low > 0 and self.p <= SURE


class Schedule(msgspec.Struct, frozen=True):
    """`seeds` are how often each case is asked in the comparison; in the screening once a rung."""

    screening: tuple[Case, ...]
    comparing: tuple[Case, ...]
    presets: tuple[SamplingPreset, ...]
    seeds: int

    @property
    def rungs(self) -> tuple[int, ...]:
        """How many presets are left in each."""
        left = [len(self.presets)]
        while left[-1] > 2:
            left.append(-(-left[-1] // 2))
        return tuple(left)

    @property
    def requests(self) -> int:
        return len(self.screening) * sum(self.rungs) + 2 * len(self.comparing) * self.seeds


def grid(temperatures: Sequence[float], top_ps: Sequence[float]) -> tuple[SamplingPreset, ...]:
    """Every temperature with every share of probability; at temperature 0 the share says nothing, so it is once."""
    made = [SamplingPreset(t, p if t > 0 else None) for t in temperatures for p in top_ps]
    return tuple(dict.fromkeys(made))


def schedule(cases: Sequence[Case], presets: Sequence[SamplingPreset], *, seeds: int, budget: int) -> Schedule:
    """The most that `budget` requests pay for: fewer seeds first, then fewer cases, evenly of each kind of task.

    Raise `InvalidRequest` where it pays for too little to compare anything.
    """
    halves = [_in_turns(half) for half in _halved(cases)]
    pairs = min(map(len, halves))
    if pairs == 0 or not presets:
        raise InvalidRequest("Tuning takes at least two cases of a kind and one preset.", next_step="Add cases.")
    fewest = min(LEAST_PAIRS, pairs)
    tried = [(s, halves) for s in range(seeds, 0, -1)]
    tried += [(1, [half[:n] for half in halves]) for n in range(pairs, fewest - 1, -1)]
    for repeated, (screening, comparing) in tried:
        made = Schedule(tuple(screening), tuple(comparing), tuple(presets), repeated)
        if made.requests <= budget:
            return made
    raise InvalidRequest(
        f"{budget} requests do not pay for {len(presets)} presets on {2 * fewest} cases; that takes {made.requests}.",
        next_step="Raise --budget, or name fewer --temperature or --top-p.",
    )


def tune(
    model: str, planned: Schedule, ask: Ask, ledger: Ledger, *, seed: int = 0, report: OnProgress = lambda *_: None
) -> Tuning:
    """Ask what the schedule says and `ledger` does not have yet. `ask` may answer in any order."""
    asked = _Asked(model, ask, ledger, report)
    left = list(planned.presets)
    rungs = []
    for rung, keep in enumerate(planned.rungs):
        left = left[:keep]
        asked.put(f"screening {rung + 1} of {len(planned.rungs)}", planned.screening, left, [seed + rung])
        standings = sorted((asked.standing(planned.screening, p) for p in left), key=lambda s: -s.share)
        left = [standing.preset for standing in standings]
        rungs.append(tuple(standings))
    fresh = range(seed + _FRESH, seed + _FRESH + planned.seeds)
    compared = _Asked(model, ask, ledger, report)
    compared.put("comparison", planned.comparing, [left[0], IN_FORCE], fresh)
    best, present = (compared.shares(planned.comparing, preset) for preset in (left[0], IN_FORCE))
    differences = [b - p for b, p in zip(best, present, strict=True)]
    return Tuning(
        model=model,
        tasks=tuple(dict.fromkeys(c.task for c in (*planned.screening, *planned.comparing) if c.task)),
        requests=planned.requests,
        rungs=tuple(rungs),
        best=compared.standing(planned.comparing, left[0]),
        present=compared.standing(planned.comparing, IN_FORCE),
        difference=fmean(differences),
        interval=paired_bootstrap(differences, seed),
        p=sign_flip(differences, seed),
    )


class _Asked:
    """What was answered so far, by preset and case."""

    def __init__(self, model: str, ask: Ask, ledger: Ledger, report: OnProgress) -> None:
        self._model, self._ask, self._ledger, self._report = model, ask, ledger, report
        self._samples: dict[tuple[SamplingPreset, str], list[Sample]] = defaultdict(list)

    def put(self, stage: str, cases: Sequence[Case], presets: Sequence[SamplingPreset], seeds: Sequence[int]) -> None:
        questions = [Question(self._model, c, p, s) for s in seeds for c in cases for p in presets]
        waiting = [q for q in questions if self._ledger.get(q.key) is None]
        done = len(questions) - len(waiting)
        self._report(stage, done, len(questions))
        for sample in self._ask(waiting) if waiting else ():
            self._ledger.add(sample)
            done += 1
            self._report(stage, done, len(questions))
        for question in questions:
            found = self._ledger.get(question.key)
            assert found is not None, "each question is answered or the tuning has failed"
            self._samples[question.preset, question.case.id].append(found)

    def shares(self, cases: Sequence[Case], preset: SamplingPreset) -> list[float]:
        """Of each case, the share of its answers that were right."""
        return [fmean(sample.right for sample in self._samples[preset, case.id]) for case in cases]

    def standing(self, cases: Sequence[Case], preset: SamplingPreset) -> Standing:
        samples = [sample for case in cases for sample in self._samples[preset, case.id]]
        share = fmean(self.shares(cases, preset))
        seconds = fmean(sample.seconds for sample in samples)
        failed = sum(sample.failed for sample in samples)
        return Standing(preset, len(cases), len(samples), share, wilson(share, len(cases)), seconds, failed)


def _halved(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Half of each kind, drawn by the cases' ids: the same set is always parted the same."""
    drawn = sorted(cases, key=lambda case: sha256(case.id.encode()).digest())
    kinds = _by_kind(drawn).values()
    return [c for kind in kinds for c in kind[::2]], [c for kind in kinds for c in kind[1::2]]


def _in_turns(cases: Sequence[Case]) -> list[Case]:
    """One of each kind, then the next of each, so that any beginning holds as many kinds as it can."""
    return [case for turn in zip_longest(*_by_kind(cases).values()) for case in turn if case is not None]


def _by_kind(cases: Sequence[Case]) -> dict[TaskKind | None, list[Case]]:
    kinds: dict[TaskKind | None, list[Case]] = defaultdict(list)
    for case in cases:
        kinds[case.task].append(case)
    return kinds
