"""Lays arms over a request, before anything is found out about it: from there it goes the way of every other.

An arm touches the model, its adapters, the sampling under what the caller says, and a system prompt in front; its order
of models and its weights count in the decision. It has no word in where a request may go: of `auto` the arm's model is
asked first if it is one that may be, and the plan and the gate decide that as they do without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from vestibule.core.chat import ChatRequest, Message, Sampling
from vestibule.core.configuration import SamplingPreset, TaskRule
from vestibule.routing.catalogue import AUTO
from vestibule.routing.experiments.assignment import Assignment


def applied(
    request: ChatRequest,
    assignments: Sequence[Assignment],
    rule: TaskRule | None = None,
    prompts: Mapping[str, str] | None = None,
) -> ChatRequest:
    """The request as its arms have it, and where they say nothing the rule of its task: a prompt (of `prompts`, by
    name) and, for who asked `auto`, adapters.

    Who takes part has cached answers apart, also with the first arm: otherwise what others asked before would spare one
    arm its easy questions.
    """
    prompt = next((a.prompt for a in reversed(assignments) if a.prompt), "")
    adapters: Mapping[str, float] = next((a.arm.adapters for a in reversed(assignments) if a.arm.adapters), {})
    if rule:
        prompt = prompt or (prompts or {}).get(rule.prompt or "", "")
        adapters = adapters or ({use.name: use.scale for use in rule.adapters} if request.model == AUTO else {})
    for assignment in assignments:
        request = _asking(request, assignment.arm.model)
        request = replace(request, sampling=_sampled(request.sampling, assignment.arm.sampling))
    if adapters and not request.options.route.adapters:
        route = replace(request.options.route, adapters=dict(adapters))
        request = replace(request, options=replace(request.options, route=route))
    if prompt:
        request = replace(request, messages=(Message("system", prompt), *request.messages))
    return replace(request, arms=tuple(f"{a.experiment} {a.edition} {a.arm.id}" for a in assignments))


def _asking(request: ChatRequest, model: str | None) -> ChatRequest:
    if model is None:
        return request
    return replace(request, preferred=model) if request.model == AUTO else replace(request, model=model)


def _sampled(said: Sampling, preset: SamplingPreset) -> Sampling:
    return replace(
        said,
        temperature=preset.temperature if said.temperature is None else said.temperature,
        top_p=preset.top_p if said.top_p is None else said.top_p,
    )
