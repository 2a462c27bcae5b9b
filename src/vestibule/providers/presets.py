"""How models of the catalogue are sampled when the caller does not say: by what the answer rests on.

A preset is laid under a request, never over it. Which kind of task a question is will be the router's to say; until
then the evidence says it: computed results are weighed, passages are copied from, and without either things are
coordinated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from vestibule.core.evidence import ToolResult
from vestibule.core.generation import ModelRequest
from vestibule.providers.memory.catalogue import ModelCatalogue

Preset = Callable[[ModelRequest], ModelRequest]


def as_asked(request: ModelRequest) -> ModelRequest:
    return request


def preset_for(name: str, catalogue: ModelCatalogue) -> Preset:
    """What to do with requests to the model `name`, an Ollama name or that of a GGUF file. Nothing for unknown ones."""
    return _under(catalogue) if any(_is_named(name, known) for known in _names(catalogue)) else as_asked


def kind_of(request: ModelRequest) -> str:
    """Which of the catalogue's presets suits the request."""
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
