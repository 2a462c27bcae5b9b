"""Number the evidence and put it beside the conversation: what every provider is asked."""

from __future__ import annotations

from vestibule.core.chat import ChatRequest
from vestibule.core.evidence import Evidence, Passage, ToolResult
from vestibule.core.generation import ModelRequest, Source
from vestibule.generation.prompts import after, prompt
from vestibule.generation.sanitising import neutralised_message, neutralised_tool

STANDING = "system"
"""The prompt of a version of the configuration that stands before every conversation."""


def ground(request: ChatRequest, evidence: Evidence, *, plain: bool = False, standing: str = "") -> ModelRequest:
    """Computed results come first, then passages, numbered from 1 in that order. `plain`: the conversation is the
    model's as it stands, but for what is `standing` before all of them."""
    origins: list[Passage | ToolResult] = [*evidence.results, *evidence.passages]
    sources = tuple(Source(index, origin) for index, origin in enumerate(origins, 1))
    rests = not plain and _rests_on(request, evidence)
    messages = after(standing, tuple(map(neutralised_message, request.messages)))
    return ModelRequest(
        messages=messages,
        prompt=prompt(messages, sources, evidence.gaps) if rests else messages,
        sources=sources,
        gaps=evidence.gaps,
        sampling=request.sampling,
        tools=tuple(map(neutralised_tool, request.tools)),
        tool_choice=request.tool_choice,
        response_format=request.response_format,
        controls=request.options.controls,
        adapters=request.options.route.adapters,
        grammar=request.options.grammar,
    )


def _rests_on(request: ChatRequest, evidence: Evidence) -> bool:
    """Whether the answer is to rest on evidence. Without any, a caller who brings functions or a format, or wants no
    knowledge, has a task of their own: their conversation is the model's as it stands. So has one who sends an
    image."""
    if evidence.results or evidence.passages or evidence.gaps:
        return True
    brought = request.tools or request.options.grammar or any(message.images for message in request.messages)
    return request.options.knowledge and not brought and request.response_format.kind == "text"
