"""The Playground: ask, watch the answer come, open what it rests on and see every step with its reason."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vestibule.console.door import Door
from vestibule.console.events import Events, EventStream, json_event
from vestibule.console.ports import Passages, Pipeline
from vestibule.console.rendering import Pages, address_of
from vestibule.console.rights import PLAYGROUND
from vestibule.console.steps import steps
from vestibule.core.answer import Citation, Completed, Delta, Event, Opened
from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, Controls, Message, Options, PrivacyOptions
from vestibule.core.errors import UpstreamFailed, VestibuleError
from vestibule.core.sensitivity import PrivacyClass
from vestibule.routing.catalogue import AUTO, Catalogue

COMPUTED = "data/"  # what the ids of computed results begin with


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Literal["user", "assistant"]
    content: str


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the composer sends: the conversation so far, the new question last, and the controls beside it."""

    turns: tuple[Turn, ...]
    model: str = AUTO
    citations: bool = True
    knowledge: bool = True
    cache: bool = True
    level: Literal["", "public", "internal", "confidential", "restricted"] = ""

    def request(self) -> ChatRequest:
        return ChatRequest(
            model=self.model,
            messages=tuple(Message(turn.role, turn.content) for turn in self.turns),
            stream=True,
            options=Options(
                controls=Controls(citations=self.citations),
                knowledge=self.knowledge,
                privacy=PrivacyOptions(self.level or None),
                cache="default" if self.cache else "bypass",
            ),
        )


class PlaygroundRoutes:
    def __init__(
        self,
        door: Door,
        pages: Pages,
        pipeline: Pipeline,
        catalogue: Catalogue,
        passages: Passages,
        examples: Sequence[str],
    ) -> None:
        self._door = door
        self._pages = pages
        self._pipeline = pipeline
        self._catalogue = catalogue
        self._passages = passages
        self._examples = examples

    async def show(self, request: Request) -> Response:
        caller = await self._door.admitted(request, PLAYGROUND)
        return self._pages.page(
            request,
            "playground.html",
            caller,
            models=list(self._catalogue),
            levels=[level.label for level in PrivacyClass],
            examples=self._examples,
            address=address_of(request),
        )

    async def ask(self, request: Request) -> Response:
        """Stream an answer. The stream begins at once, so that a browser that leaves while nothing has been said yet
        is noticed; a refusal is told inside it."""
        asked = await self._door.posted(request, Ask)
        caller = await self._door.admitted(request, PLAYGROUND)
        return EventStream(self._told(self._pipeline.run(self._door.credential(request), asked.request()), caller))

    async def _told(self, answering: AsyncGenerator[Event, None], caller: Caller) -> Events:
        complete = False
        try:
            async with aclosing(answering) as events:
                async for event in events:
                    if isinstance(event, Opened):
                        yield json_event("opened", {"id": event.id, "model": event.model})
                    elif isinstance(event, Delta):
                        yield json_event("delta", {"text": event.text})
                    else:
                        complete = True
                        yield json_event("done", self._report(event, caller))
            if not complete:
                raise UpstreamFailed("The answer ended before it was complete.", next_step="Ask again.")
        except VestibuleError as error:
            yield json_event("failed", {"message": error.message, "next_step": error.next_step})

    def _report(self, answer: Completed, caller: Caller) -> dict[str, object]:
        """`text` is what was said, `summary`, `steps` and `sources` are HTML made of escaped values."""
        values = {"answer": answer, "report": answer.report}
        return {
            "text": answer.text,
            "citations": answer.report.citations,
            "summary": self._pages.fragment("playground/summary.html", **values),
            "sources": self._pages.fragment("playground/sources.html", **values),
            "steps": self._pages.fragment("playground/steps.html", steps=steps(answer, caller.tenant), **values),
        }

    async def passage(self, request: Request) -> Response:
        """Show what a citation rests on, the quoted span marked; a computed result stands for itself."""
        citation = await self._door.posted(request, Citation)
        caller = await self._door.admitted(request, PLAYGROUND)
        computed = citation.document_id.startswith(COMPUTED)
        passage = (
            None if computed else await self._passages.quoting(caller.tenant, citation.document_id, citation.quote)
        )
        before, found, after = passage.text.partition(citation.quote) if passage else ("", "", "")
        values = {"citation": citation, "computed": computed, "passage": passage}
        html = self._pages.fragment("playground/passage.html", before=before, quote=found, after=after, **values)
        return HTMLResponse(html)
