"""What experiments may not say: arms that are farther away than what they stand for, name what is not there, or meet.

No arm weakens privacy: it may only do what the request that it is laid over may do without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vestibule.core.configuration import Arm, Document, Experiment, SamplingPreset

Breach = tuple[str, str, str]
"""Where, what and the mend."""


def contradictions(document: Document, is_outside: Callable[[str], bool]) -> Iterator[Breach]:
    for kind, rule in document.routes.tasks.items():
        yield from _prompt(f"routes.tasks.{kind}.prompt", rule.prompt, document)
    for at, experiment in enumerate(document.experiments):
        path = f"experiments[{at}]"
        for number, arm in enumerate(experiment.arms):
            yield from _prompt(f"{path}.arms[{number}].prompt", arm.prompt, document)
        yield from _places(path, experiment, is_outside)
        yield from _less_private(path, experiment, document.routes.weights.privacy)
        for earlier in document.experiments[:at]:
            if both := _touched(experiment) & _touched(earlier) if _meet(experiment, earlier) else set():
                yield (
                    f"{path}.id",
                    f"changes the {' and the '.join(sorted(both))} of requests that `{earlier.id}` changes too.",
                    "Give the two other tasks or tenants, or make one experiment of them.",
                )
        if not _touched(experiment):
            yield (
                f"{path}.arms",
                "do nothing otherwise.",
                "Give one a model, an order, weights, adapters, a sampling or a prompt.",
            )


def _prompt(path: str, name: str | None, document: Document) -> Iterator[Breach]:
    if name is not None and name not in document.prompts:
        known = ", ".join(document.prompts) or "none"
        yield path, f"names the prompt `{name}`, which is not there.", f"Known: {known}; `prompts` holds their texts."


def _places(path: str, experiment: Experiment, is_outside: Callable[[str], bool]) -> Iterator[Breach]:
    first = experiment.arms[0] if experiment.arms else None
    for number, arm in enumerate(experiment.arms):
        place = f"{path}.arms[{number}]"
        if arm.adapters and arm.model is None:
            yield f"{place}.adapters", "are of no model.", "Name the `model` that they belong to."
        if first and first.model and arm.model and is_outside(arm.model) and not is_outside(first.model):
            yield (
                f"{place}.model",
                f"is outside, and would stand for `{first.model}` at home, which callers may have named.",
                "No arm weakens privacy: leave the first arm's model out, so that it is for `auto` alone.",
            )


def _less_private(path: str, experiment: Experiment, privacy: float) -> Iterator[Breach]:
    for number, arm in enumerate(experiment.arms):
        if arm.weights is not None and arm.weights.privacy < privacy:
            yield (
                f"{path}.arms[{number}].weights.privacy",
                f"is {arm.weights.privacy:g}, and {privacy:g} is what it is without the arm.",
                f"No arm weakens privacy: write {privacy:g} or more.",
            )


def _meet(one: Experiment, other: Experiment) -> bool:
    """Whether a request may take part in both."""
    tasks = not one.tasks or not other.tasks or set(one.tasks) & set(other.tasks)
    tenants = not one.tenants or not other.tenants or set(one.tenants) & set(other.tenants)
    return bool(tasks and tenants)


def _touched(experiment: Experiment) -> set[str]:
    return {what for arm in experiment.arms for what in _changed(arm)}


def _changed(arm: Arm) -> Iterator[str]:
    if arm.model or arm.adapters or arm.prefer or arm.weights is not None:
        yield "model"
    if arm.sampling != SamplingPreset():
        yield "sampling"
    if arm.prompt:
        yield "prompt"
