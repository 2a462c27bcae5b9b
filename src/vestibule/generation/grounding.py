"""Number the evidence and put it beside the conversation: what every provider is asked."""

from __future__ import annotations

from vestibule.core.chat import ChatRequest
from vestibule.core.evidence import Evidence, Passage, ToolResult
from vestibule.core.generation import ModelRequest, Source
from vestibule.generation.prompts import prompt


def ground(request: ChatRequest, evidence: Evidence) -> ModelRequest:
    """Computed results come first, then passages, numbered from 1 in that order."""
    origins: list[Passage | ToolResult] = [*evidence.results, *evidence.passages]
    sources = tuple(Source(index, origin) for index, origin in enumerate(origins, 1))
    return ModelRequest(
        messages=request.messages,
        prompt=prompt(request.messages, sources, evidence.gaps),
        sources=sources,
        gaps=evidence.gaps,
        sampling=request.sampling,
        controls=request.options.controls,
    )
