"""A pipeline that does what the question says, so that a test can ask for each way an answer may go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from msgspec.structs import replace

from vestibule.access import Access
from vestibule.core import errors
from vestibule.core.answer import (
    CacheReport,
    Citation,
    Completed,
    CostReport,
    Delta,
    Event,
    Likely,
    Opened,
    PrivacyReport,
    QualityReport,
    Report,
    RouteReport,
    TokenLogprob,
    Usage,
)
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, ToolCall

PIECES = ("The electricity use was high", " because a damper was stuck", " [1].", "\n\n“Größe” 😀")
ANSWER = "".join(PIECES)
CALLS = (ToolCall("call_1", "get_peak", '{"building": "A"}'), ToolCall("call_2", "list_meters", "{}"))
SECRET = "the tenant of room 4 is Ada"

REFUSALS: dict[str, errors.VestibuleError] = {
    error.code: error
    for error in (
        errors.InvalidRequest("No.", next_step="Mend it.", param="messages"),
        errors.BudgetExceeded("Spent.", next_step="Wait."),
        errors.EgressRefused("It stays.", next_step="Name a model at home."),
        errors.TooLarge("Too long.", next_step="Shorten it."),
        errors.RateLimited("Too many.", retry_after_s=0.2),
        errors.UpstreamFailed("It failed.", next_step="Ask again."),
        errors.QueueFull("Full.", next_step="Ask later."),
        errors.NoCandidate("Nobody.", next_step="Add a model."),
        errors.DeadlineExceeded("Late.", next_step="Give it longer."),
        errors.Unavailable("Away.", next_step="Run vestibule doctor."),
        errors.StorageFull("Full disk.", next_step="Free some space."),
    )
}


class ScriptedPipeline:
    """Obeys the question; remembers what it was asked and how each answer ended."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.requests: list[ChatRequest] = []
        self.asked = asyncio.Event()
        self.ended: asyncio.Queue[str] = asyncio.Queue()
        self.delivered = 0

    async def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        outcome = "cancelled"
        try:
            caller = await self._access.authenticate(credential)
            self._access.admit(caller, "inference")
            self.requests.append(request)
            self.asked.set()
            async for event in self._play(request):
                self.delivered += 1
                yield event
            outcome = "answered"
        except Exception:
            outcome = "failed"
            raise
        finally:
            self.ended.put_nowait(outcome)

    async def _play(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        what, _, when = request.question.partition(" ")
        if request.model != "auto":
            raise errors.NotFound(f"The model `{request.model}` does not exist here.", param="model")
        if not when:
            _fail(what)
        if what == "silence":
            await asyncio.Event().wait()
        yield Opened("chatcmpl-1", 1_764_000_000, "extractive")
        most = request.sampling.logprobs
        for piece in PIECES:
            yield Delta(piece, logprobs=() if most is None else (likely(piece, most),))
            if when == "midway":
                _fail(what)
        while what == "endless":
            yield Delta("x" * 1000)
            await asyncio.sleep(0)
        if what == "stall":
            await asyncio.Event().wait()
        if what == "call":
            yield Delta(tool_calls=CALLS)
            yield replace(completed(), text=ANSWER, finish_reason="tool_calls", tool_calls=CALLS)
        elif what != "cut":
            told = None if most is None else tuple(likely(piece, most) for piece in PIECES)
            yield replace(completed("length" if what == "long" else "stop"), logprobs=told)


def likely(piece: str, most: int) -> TokenLogprob:
    """A piece as a token that was the likeliest in its place, and the only one."""
    said = Likely(piece, piece.encode(), -0.5)
    return TokenLogprob(said, (said,) * min(most, 1))


def _fail(what: str) -> None:
    if what in REFUSALS:
        raise REFUSALS[what]
    if what == "crash":
        raise RuntimeError(SECRET)


def completed(reason: str = "stop") -> Completed:
    return Completed(
        id="chatcmpl-1",
        created=1_764_000_000,
        model="extractive",
        text=ANSWER,
        finish_reason="length" if reason == "length" else "stop",
        usage=Usage(11, 7),
        report=Report(
            id="chatcmpl-1",
            privacy=PrivacyReport("restricted", ("building data",)),
            route=RouteReport("extractive", "extractive", "home", "the only one"),
            citations=(Citation(1, "doc-1", "Maintenance log", "page 2", "the damper was stuck"),),
            quality=QualityReport(None, {"citations": 1.0, "numbers": None}),
            cost=CostReport(),
            cache=CacheReport("miss"),
            timings_ms={"total": 1.5},
        ),
    )
