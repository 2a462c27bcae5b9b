"""Who takes part in an experiment, and with which arm: the same every time, on every machine, with nothing stored.

A keyed hash of the experiment's id and of whoever sticks to an arm decides. Whether one takes part and which arm one
gets are drawn independently of each other and of every other experiment. A share or a weight that grows moves only
those that the growth takes in: the rest keep their arm (weighted rendezvous hashing, Thaler and Ravishankar 1998).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection
from functools import lru_cache

import msgspec

from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest
from vestibule.core.configuration import Arm, Configuration, Experiment, TaskKind
from vestibule.routing.catalogue import AUTO

_STEPS = float(2**64)


class Stop(msgspec.Struct, frozen=True):
    """An arm that is given to nobody any more; with `arm` empty the whole experiment."""

    experiment: str
    edition: str
    arm: str = ""


class Assignment(msgspec.Struct, frozen=True):
    """`edition` tells experiments of the same id apart whose arms are not the same; `unit` is who keeps the arm, as a
    digest; `prompt` the text that the arm's prompt names."""

    experiment: str
    edition: str
    arm: Arm
    unit: str
    prompt: str = ""


def assign(
    configuration: Configuration,
    request: ChatRequest,
    caller: Caller,
    request_id: str,
    task: TaskKind | None = None,
    stopped: Collection[Stop] = frozenset(),
) -> tuple[Assignment, ...]:
    """The arm of each experiment that the request takes part in. One whose arm is `stopped` takes no part: it is
    answered as if there were no experiment, and is not counted to the first arm, which it did not get by lot."""
    found = []
    for experiment in configuration.document.experiments:
        if not _concerns(experiment, request, caller.tenant, task):
            continue
        who = _digest(
            experiment.id, "unit", f"{caller.tenant}\0{_stuck(experiment, request, caller, request_id)}"
        ).hex()
        if _uniform(experiment.id, "share", who) >= experiment.share:
            continue
        arm, series = _drawn(experiment, who), edition(experiment)
        if Stop(experiment.id, series) not in stopped and Stop(experiment.id, series, arm.id) not in stopped:
            prompt = configuration.document.prompts.get(arm.prompt, "") if arm.prompt else ""
            found.append(Assignment(experiment.id, series, arm, who, prompt))
    return tuple(found)


def edition(experiment: Experiment) -> str:
    """A digest of what its arms do. Shares, weights and guardrails may change without beginning anew."""
    arms = [msgspec.structs.replace(arm, weight=1.0) for arm in experiment.arms]
    return hashlib.sha256(msgspec.json.encode((arms, experiment.sticky), order="deterministic")).hexdigest()[:16]


def _concerns(experiment: Experiment, request: ChatRequest, tenant: str, task: TaskKind | None) -> bool:
    """A model that its caller named is respected: an experiment between models is for who asked `auto`, or the model
    that its first arm is; one between routes is for `auto` alone."""
    if experiment.tasks and task not in experiment.tasks:
        return False
    if experiment.tenants and tenant not in experiment.tenants:
        return False
    if request.model != AUTO and any(arm.prefer or arm.weights is not None for arm in experiment.arms):
        return False
    if any(arm.model or arm.adapters for arm in experiment.arms):
        named = request.options.route.adapters or request.model not in (AUTO, experiment.arms[0].model)
        return not named
    return True


def _stuck(experiment: Experiment, request: ChatRequest, caller: Caller, request_id: str) -> str:
    """What keeps its arm. A request of no said session is one of its own; a user not said is who holds the key."""
    match experiment.sticky:
        case "user":
            return request.user or caller.key_id
        case "session":
            return request.session or request_id
    return request_id


def _drawn(experiment: Experiment, unit: str) -> Arm:
    """The smallest of exponential variates whose rates are the weights is that of each arm in their proportion."""
    return min(
        experiment.arms, key=lambda arm: -math.log1p(-_uniform(experiment.id, f"arm {arm.id}", unit)) / arm.weight
    )


def _uniform(experiment: str, purpose: str, unit: str) -> float:
    """In [0, 1)."""
    return (int.from_bytes(_digest(experiment, purpose, unit)[:8]) >> 11) * 2048 / _STEPS


def _digest(experiment: str, purpose: str, unit: str) -> bytes:
    return hashlib.blake2b(unit.encode(), key=_key(experiment, purpose), digest_size=8).digest()


@lru_cache(1024)
def _key(experiment: str, purpose: str) -> bytes:
    return hashlib.blake2b(f"{experiment}\0{purpose}".encode(), digest_size=32).digest()
