"""OpenAI's response object, with our `vestibule` block beside it, and how an answer of the pipeline becomes one.

Source: OpenAI's API description, `Response`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from vestibule.core.answer import Citation, Completed, Report, Usage
from vestibule.core.chat import ToolCall
from vestibule.core.errors import VestibuleError
from vestibule.gateway.responses.items import (
    FileCitation,
    FileSearchCall,
    FunctionCall,
    Item,
    MessageItem,
    OutputText,
    SearchResult,
    Status,
    new_id,
)
from vestibule.gateway.responses.request import Asked
from vestibule.gateway.responses.tools import Choice, OfferedTool, TextFormat, TextOptions
from vestibule.gateway.wire.logprobs import wire_tokens

ResponseStatus = Literal["in_progress", "completed", "incomplete", "failed"]
COMPUTED = "data/"  # how ids of what was computed from meter data begin
_MARK = re.compile(r"\[(\d{1,4})\]")


class InputDetails(msgspec.Struct, frozen=True):
    cached_tokens: int = 0
    cache_write_tokens: int = 0


class OutputDetails(msgspec.Struct, frozen=True):
    reasoning_tokens: int = 0


class ResponseUsage(msgspec.Struct, frozen=True):
    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: InputDetails
    output_tokens_details: OutputDetails = OutputDetails()


class ResponseError(msgspec.Struct, frozen=True):
    """`code` is of OpenAI's list; ours stands in front of the message."""

    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
    message: str


class Incomplete(msgspec.Struct, frozen=True):
    reason: Literal["max_output_tokens", "content_filter"]


class ReasoningSaid(msgspec.Struct, frozen=True):
    effort: str | None = None
    summary: None = None


class Response(msgspec.Struct, frozen=True):
    id: str
    created_at: int
    model: str
    status: ResponseStatus = "in_progress"
    output: tuple[Item, ...] = ()
    completed_at: int | None = None
    error: ResponseError | None = None
    incomplete_details: Incomplete | None = None
    usage: ResponseUsage | UnsetType = UNSET
    instructions: str | None = None
    previous_response_id: str | None = None
    tools: tuple[OfferedTool, ...] = ()
    tool_choice: Choice = "auto"
    parallel_tool_calls: bool = True
    max_tool_calls: int | None = None
    text: TextOptions = TextOptions(TextFormat("text"), "medium")
    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    metadata: dict[str, str] = {}
    user: str | UnsetType = UNSET
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    reasoning: ReasoningSaid = ReasoningSaid()
    background: bool = False
    truncation: str = "disabled"
    service_tier: str = "default"
    top_logprobs: int = 0
    vestibule: Report | UnsetType = UNSET
    object: Literal["response"] = "response"

    def without_results(self) -> Response:
        """As it is told to who did not ask for what the searches found."""
        if not any(isinstance(item, FileSearchCall) and item.results is not None for item in self.output):
            return self
        output = (replace(item, results=None) if isinstance(item, FileSearchCall) else item for item in self.output)
        return replace(self, output=tuple(output))


class DeletedResponse(msgspec.Struct, frozen=True):
    id: str
    deleted: bool = True
    object: Literal["response"] = "response"


class ItemList(msgspec.Struct, frozen=True):
    data: Sequence[Item]
    first_id: str
    last_id: str
    has_more: bool
    object: Literal["list"] = "list"


def opened(asked: Asked, created: int, model: str) -> Response:
    """The response before anything is said."""
    body = asked.body
    text = body.text or TextOptions()
    return Response(
        id=new_id("resp"),
        created_at=created,
        model=model,
        instructions=body.instructions,
        previous_response_id=body.previous_response_id,
        tools=asked.offered.tools,
        tool_choice=body.tool_choice or "auto",
        parallel_tool_calls=body.parallel_tool_calls is not False,
        max_tool_calls=body.max_tool_calls,
        text=TextOptions(text.format or TextFormat("text"), text.verbosity or "medium"),
        temperature=body.temperature,
        top_p=body.top_p,
        max_output_tokens=body.max_output_tokens,
        metadata=body.metadata or {},
        top_logprobs=body.top_logprobs or 0,
        user=UNSET if body.user is None else body.user,
        safety_identifier=body.safety_identifier,
        prompt_cache_key=body.prompt_cache_key,
        reasoning=ReasoningSaid(body.reasoning.effort if body.reasoning else None),
    )


def closed(response: Response, answer: Completed, output: Sequence[Item], now: int) -> Response:
    """The response with its answer, `completed` or, where it was cut off, `incomplete`."""
    cut = _cut(answer)
    return replace(
        response,
        model=answer.model,
        status="incomplete" if cut else "completed",
        incomplete_details=cut,
        completed_at=None if cut else now,
        output=tuple(output),
        usage=_usage(answer.usage),
        vestibule=answer.report,
    )


def failed(response: Response, error: VestibuleError, output: Sequence[Item]) -> Response:
    codes: dict[str, Literal["rate_limit_exceeded", "invalid_prompt"]] = {
        "rate_limited": "rate_limit_exceeded",
        "invalid_request": "invalid_prompt",
    }
    told = ResponseError(codes.get(error.code, "server_error"), f"{error.code}: {error}")
    return replace(response, status="failed", error=told, output=tuple(output))


def search(asked: Asked) -> FileSearchCall:
    """What was searched for: the question, as it stands."""
    question = next((turn.content for turn in reversed(asked.turns) if turn.role == "user"), "")
    return FileSearchCall(new_id("fs"), (question,) if question else ())


def found(answer: Completed) -> tuple[SearchResult, ...]:
    return tuple(SearchResult(c.document_id, c.title, c.quote) for c in _documents(answer).values())


def message(answer: Completed, id_: str) -> MessageItem:
    return MessageItem(id_, "assistant", (output_text(answer),), "incomplete" if _cut(answer) else "completed")


def output_text(answer: Completed) -> OutputText:
    return OutputText(answer.text, cited(answer), wire_tokens(answer.logprobs or ()))


def cited(answer: Completed) -> tuple[FileCitation, ...]:
    """One for each mark `[n]` in the text that stands for a document."""
    documents = _documents(answer)
    marked = [(mark.start(), documents.get(int(mark[1]))) for mark in _MARK.finditer(answer.text)]
    return tuple(FileCitation(source.document_id, at, source.title) for at, source in marked if source)


def call(made: ToolCall, status: Status = "completed") -> FunctionCall:
    return FunctionCall(new_id("fc"), made.id, made.name, made.arguments, status)


def _documents(answer: Completed) -> dict[int, Citation]:
    """What was computed has no document."""
    return {c.index: c for c in answer.report.citations if not c.document_id.startswith(COMPUTED)}


def _cut(answer: Completed) -> Incomplete | None:
    if answer.finish_reason == "length":
        return Incomplete("max_output_tokens")
    return Incomplete("content_filter") if answer.finish_reason == "content_filter" else None


def _usage(usage: Usage) -> ResponseUsage:
    return ResponseUsage(
        usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, InputDetails(usage.cached_tokens)
    )
