"""A pipeline that does what the question says, so that a test can ask for each way an answer may go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from vestibule.access import Access
from vestibule.core.answer import (
    Attempt,
    CacheReport,
    Citation,
    Completed,
    CostReport,
    Delta,
    Event,
    Location,
    Opened,
    Predicted,
    PrivacyReport,
    QualityReport,
    Report,
    RouteReport,
    Usage,
)
from vestibule.core.caller import Caller, Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.configuration import Configuration
from vestibule.core.errors import NoCandidate, NotFound, UpstreamFailed
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.monitoring.status import Memory, ModelStatus, Part, ProviderKeys, SystemStatus
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.catalogue import Model
from vestibule.routing.plan import Candidate, Figures, Parts, Plan

QUOTE = "the outdoor air damper of AHU-1 was found stuck at 100 % on 9 July"
PASSAGE = f"Work order 4411. Mon 14 July: {QUOTE}. The actuator was replaced & tested <ok>."
ANSWER = (
    "The Harbour Office used **38,240 kWh** of electricity, 21 % more than expected [1].\n\n"
    "| Day | Electricity |\n|---|---:|\n| 8 July | 5,120 kWh |\n| 9 July | 6,480 kWh |\n\n"
    "- The cause: *a stuck damper* [2]\n- Mended on `14 July`\n"
)
HOSTILE = (
    "<script>window.broken = 1</script> <img src=x onerror='window.broken = 2'> "
    "[click](javascript:window.broken=3) **<b onclick=alert(1)>bold</b>** `<svg/onload=window.broken=4>`\n\n"
    '| <iframe src="javascript:1"></iframe> |\n|---|\n| "><script>window.broken = 5</script> [1] |\n'
)
FIRST_TOKEN_MS = 41.7
GIB = 1 << 30
SYSTEM = SystemStatus(
    models=(
        ModelStatus(
            "qwen3:4b", "ollama", "ollama", "home", automatic=True, served=2, waiting=3, slots=2, memory_bytes=4 * GIB
        ),
        ModelStatus(
            "house-lora",
            "house-lora",
            "llamacpp",
            "home",
            "asleep",
            "not in memory; loaded when asked",
            automatic=True,
            slots=2,
            memory_bytes=0,
        ),
        ModelStatus(
            "broken",
            "broken",
            "llamacpp",
            "home",
            "failed",
            "the file <is> cut short",
            automatic=True,
            slots=1,
            memory_bytes=0,
        ),
        ModelStatus(
            "large",
            "remote",
            "openai",
            "cloud",
            "resting",
            "resting for another 12 s: it failed 5 times",
            automatic=True,
            images=True,
        ),
        ModelStatus("extractive", "extractive", "extractive", "home", automatic=True),
        ModelStatus("minilm", "vestibule", "onnx", "home", vectors=True),
    ),
    memory=Memory(12 * GIB, 4 * GIB, 4 * GIB),
    keys=(
        ProviderKeys("remote", 2, 1, 48.0, ("env:REMOTE_KEY was rejected",)),
        ProviderKeys("other", 1, 1),
        ProviderKeys("keyless", 0, 0),
    ),
    parts=(
        Part("database", True),
        Part("ollama", True, "Ollama 0.12 at 127.0.0.1:11434"),
        Part("privacy", False, "the policy is broken"),
        Part("spare", True, used=False),
    ),
)


def candidates() -> tuple[Candidate, ...]:
    """One at home that would answer, one outside behind it, and two that would not."""
    known = Figures(Predicted(0.412, 6.2, "measured"), 0.00031, 0.87, ahead=2)
    return (
        Candidate(model("qwen", "home"), "home comes first", False, Parts(0.87, -0.04, -0.01, 0.0), known),
        Candidate(
            model("gpt-4o", "cloud"),
            "home could not answer, and policy rule 1 <cloud>",
            False,
            Parts(0.97, -0.02, -0.36, -0.3),
            Figures(Predicted(0.9, 3.1, "stated"), 0.0121, 0.97),
        ),
        Candidate(model("phi", "home"), "resting for another 12 s: it failed 5 times", True, None, None),
        Candidate(
            model("deepseek", "cloud"),
            "restricted stays at home",
            True,
            Parts(0.9, 0.0, 0.0, -0.9),
            Figures(Predicted(), None, 0.9),
        ),
    )


def model(name: str, location: Location) -> Model:
    return Model(name, name, OpenAIProvider(name, "http://127.0.0.1:9/v1", HomeTransport(())), location)


@dataclass(frozen=True)
class Decided:
    planned: Plan
    configuration: Configuration = field(default_factory=lambda: Configuration(7))
    classification: Classification = field(default_factory=lambda: Classification(PrivacyClass.CONFIDENTIAL))


class ScriptedExplaining:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[ChatRequest] = []

    async def __call__(self, caller: Caller, request: ChatRequest) -> Decided:
        self.requests.append(request)
        match request.question:
            case "refuse":
                raise NotFound("The model `<b>` does not exist here.", next_step="Known: qwen.")
            case "nobody":
                return Decided(Plan(tuple(c for c in candidates() if c.rejected)))
        return Decided(Plan(candidates(), request.options.route.task or "optimisation", 0.4567))


class ScriptedPipeline:
    """Remembers what it was asked and how each answer ended."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.requests: list[ChatRequest] = []
        self.ended: asyncio.Queue[str] = asyncio.Queue()
        self.silent = asyncio.Event()

    async def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        outcome = "left"
        try:
            self._access.admit(await self._access.authenticate(credential), "inference")
            self.requests.append(request)
            if request.question == "silence":
                self.silent.set()
            async for event in _play(request.question):
                yield event
            outcome = "ended"
        except Exception:
            outcome = "failed"
            raise
        finally:
            self.ended.put_nowait(outcome)


async def _play(question: str) -> AsyncGenerator[Event, None]:
    if question == "silence":
        await asyncio.Event().wait()
    if question == "refuse":
        raise NoCandidate("No model may answer <b>this</b>.", next_step="Add a model at home.")
    yield Opened("chatcmpl-1", 1_764_000_000, "extractive")
    text = HOSTILE if question == "hostile" else ANSWER
    for piece in [text[at : at + 40] for at in range(0, len(text), 40)]:
        yield Delta(piece)
        if question == "stall":
            await asyncio.Event().wait()
        if question == "break":
            raise UpstreamFailed("The model went away.", next_step="Ask again.")
        if question == "cut":
            return
    yield completed(text)


def completed(text: str = ANSWER, *, finish_reason: str = "stop", cache: CacheReport | None = None) -> Completed:
    hostile = "<script>window.broken = 6</script>" if text == HOSTILE else ""
    return Completed(
        id="chatcmpl-1",
        created=1_764_000_000,
        model="extractive",
        text=text,
        finish_reason="length" if finish_reason == "length" else "stop",
        usage=Usage(812, 64),
        report=Report(
            id="chatcmpl-1",
            privacy=PrivacyReport("restricted", (f"building data{hostile}",)),
            route=RouteReport(
                "extractive", "extractive", "home", "the only one at home", (Attempt("qwen", "upstream_failed"),), 3
            ),
            citations=(
                Citation(1, "result-1", f"Harbour Office: electricity{hostile}", "8 to 14 July", "38,240 kWh"),
                Citation(2, "log-1", "Maintenance log", "§ July", QUOTE),
            ),
            quality=QualityReport(1.0, {"citations": 1.0, "numbers": None}),
            cost=CostReport(),
            cache=cache or CacheReport("miss"),
            timings_ms={
                "admit": 0.2,
                "classify": 0.6,
                "cache": 0.1,
                "embed": 7.4,
                "retrieve": 21.3,
                "plan": 0.9,
                "clear": 0.3,
                "generate": 14.0,
                "first_token": FIRST_TOKEN_MS,
                "total": 45.1,
            },
        ),
    )


@dataclass(frozen=True)
class Checked:
    level: str
    reasons: tuple[str, ...]
    spans: tuple[Span, ...]
    leaves: str | None


async def check_by_script(tenant: str, text: str) -> Checked:
    """Knows one name, and one code that keeps everything in."""
    spans = []
    if (at := text.find("Ada <Byron>")) >= 0:
        spans.append(Span("PERSON", at, at + 11, 0.9, "tagger", "pseudonymise"))
    if (at := text.find("4711#")) >= 0:
        spans.append(Span("ACCESS_CODE", at, at + 5, 0.95, "access_code", "block"))
    blocked = any(span.rule == "block" for span in spans)
    reasons = tuple(f"{span.type} found ({span.rule})" for span in spans)
    leaves = None if blocked else text.replace("Ada <Byron>", "\u27e6PERSON_1\u27e7")
    return Checked("restricted" if blocked else "confidential" if spans else "internal", reasons, tuple(spans), leaves)
