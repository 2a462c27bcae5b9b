"""The version in which an arm's choice has become the rule, and its experiment is gone. Writes nothing."""

from __future__ import annotations

from typing import get_args

from msgspec.structs import asdict, replace

from vestibule.core.configuration import (
    AdapterUse,
    Arm,
    Document,
    Experiment,
    SamplingPreset,
    TaskKind,
    TaskRule,
    Tuned,
)
from vestibule.core.errors import InvalidRequest, NotFound

KINDS: tuple[TaskKind, ...] = get_args(TaskKind)


def promoted(document: Document, id: str, arm_id: str) -> Document:
    """`document` with the arm's model preferred, its sampling as preset, its prompt and adapters as the rule, for the
    tasks of the experiment or all of them, and its weights those of the routes. Raise `NotFound` without such an arm,
    `InvalidRequest` where it holds for some tenants only, or its weights for some tasks: those hold for all."""
    experiment = found(document, id)
    arm = next((arm for arm in experiment.arms if arm.id == arm_id), None)
    if arm is None:
        raise NotFound(
            f"The experiment `{id}` has no arm `{arm_id[:80]}`.",
            next_step=f"Its arms: {', '.join(arm.id for arm in experiment.arms)}.",
            param="arm",
        )
    document = replace(document, experiments=tuple(each for each in document.experiments if each is not experiment))
    if arm is experiment.arms[0]:
        return document
    if experiment.tenants:
        raise InvalidRequest(
            f"The experiment `{id}` was made with some tenants only, and a rule holds for all.",
            next_step="Make it with all of them first, or write the rule yourself: `vestibule config apply`.",
            param="id",
        )
    if experiment.tasks and arm.weights is not None:
        raise InvalidRequest(
            f"The experiment `{id}` was made with some tasks only, and weights hold for all.",
            next_step="Make it with all of them first, or write the weights yourself: `vestibule config apply`.",
            param="id",
        )
    kinds = experiment.tasks or KINDS
    said = document.routes.tasks
    tasks = said | {kind: _ruled(arm, said.get(kind, TaskRule())) for kind in kinds}
    tasks = {kind: rule for kind, rule in tasks.items() if kind in said or rule != TaskRule()}
    return replace(
        document,
        routes=replace(document.routes, tasks=tasks, weights=arm.weights or document.routes.weights),
        presets=_tuned(document.presets, arm, kinds),
    )


def found(document: Document, id: str) -> Experiment:
    """Raise `NotFound` with those there are."""
    for experiment in document.experiments:
        if experiment.id == id:
            return experiment
    there = ", ".join(experiment.id for experiment in document.experiments)
    raise NotFound(
        f"There is no experiment `{id[:80]}` in the version in force.",
        next_step=f"There are: {there}." if there else "There is none: `vestibule config apply` brings one.",
        param="id",
    )


def _ruled(arm: Arm, rule: TaskRule) -> TaskRule:
    prefer = arm.prefer or rule.prefer
    prefer = (arm.model, *(model for model in prefer if model != arm.model)) if arm.model else prefer
    adapters = tuple(AdapterUse(name, scale) for name, scale in arm.adapters.items())
    return replace(rule, prefer=prefer, prompt=arm.prompt or rule.prompt, adapters=adapters or rule.adapters)


def _tuned(presets: Tuned, arm: Arm, kinds: tuple[TaskKind, ...]) -> Tuned:
    """Of the arm's model where it has one, else of any."""
    if arm.sampling == SamplingPreset():
        return presets
    if arm.model is None:
        return replace(presets, tasks=presets.tasks | {k: _over(arm.sampling, presets.tasks.get(k)) for k in kinds})
    own = presets.models.get(arm.model, {})
    tuned = own | {kind: _over(arm.sampling, own.get(kind)) for kind in kinds}
    return replace(presets, models=presets.models | {arm.model: tuned})


def _over(preset: SamplingPreset, other: SamplingPreset | None) -> SamplingPreset:
    said = {name: value for name, value in asdict(preset).items() if value is not None}
    return replace(other or SamplingPreset(), **said)
