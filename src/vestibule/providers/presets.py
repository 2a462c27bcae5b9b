"""How models are sampled when the caller does not say: as the version of the configuration does, else, of the models of
the catalogue, as that does.

A preset is laid under a request, never over it. Where the router does not say which kind of task a question is, what
the answer rests on does: computed results are weighed, passages are copied from, and without either things are
coordinated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from vestibule.core.chat import TaskKind
from vestibule.core.configuration import Tuned
from vestibule.core.evidence import ToolResult
from vestibule.core.generation import ModelRequest
from vestibule.providers.memory.catalogue import ModelCatalogue, Speed

Preset = Callable[[ModelRequest], ModelRequest]


def as_asked(request: ModelRequest) -> ModelRequest:
    return request


def preset_for(name: str, catalogue: ModelCatalogue) -> Preset:
    """What to do with requests to the model `name`, an Ollama name or that of a GGUF file. Nothing for unknown ones."""
    return _under(catalogue) if any(_is_named(name, known) for known in _names(catalogue)) else as_asked


def tuned(request: ModelRequest, presets: Tuned, model: str, task: TaskKind | None) -> ModelRequest:
    """The request with the sampling of a version laid under it: that of this model over that of the task."""
    if not (presets.tasks or presets.models):
        return request
    kind = task or kind_of(request)
    sampling = request.sampling
    for preset in (presets.models.get(model, {}).get(kind), presets.tasks.get(kind)):
        if preset:
            sampling = replace(
                sampling,
                temperature=preset.temperature if sampling.temperature is None else sampling.temperature,
                top_p=preset.top_p if sampling.top_p is None else sampling.top_p,
            )
    return request if sampling == request.sampling else replace(request, sampling=sampling)


def speed_of(name: str, catalogue: ModelCatalogue) -> Speed | None:
    """How fast the model `name` is said to be; None for unknown ones."""
    for known_name, known in catalogue.models.items():
        if any(_is_named(name, one) for one in (known_name, *known.ollama)):
            return known.speed
    return None


def kind_of(request: ModelRequest) -> TaskKind:
    """Which preset suits the request, by what it rests on."""
    if any(isinstance(source.origin, ToolResult) for source in request.sources):
        return "analysis"
    return "lookup" if request.sources else "coordination"


def _under(catalogue: ModelCatalogue) -> Preset:
    def preset(request: ModelRequest) -> ModelRequest:
        sampling, kind = request.sampling, catalogue.presets.get(kind_of(request))
        if kind is None or sampling.temperature is not None or sampling.top_p is not None:
            return request
        return replace(request, sampling=replace(sampling, temperature=kind.temperature, top_p=kind.top_p))

    return preset


def _names(catalogue: ModelCatalogue) -> Iterator[str]:
    for name, model in catalogue.models.items():
        yield name
        yield from model.ollama


def _is_named(name: str, known: str) -> bool:
    """`qwen2.5-7b-instruct` names `Qwen2.5-7B-Instruct.Q4_K_M` too, `qwen2.5:7b` every tag that begins so; `llama3.2`,
    without a size, only itself."""
    name, known = name.lower().removesuffix(":latest"), known.lower()
    sized = re.search(r"\db(?=$|[-.:])", known) is not None
    return name == known or (sized and re.match(rf"{re.escape(known)}[-._]", name) is not None)
