"""The extractive provider: every sentence comes from a source and says which; nothing is invented."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from vestibule.core.chat import ChatRequest, Message, Sampling
from vestibule.core.clearance import INSIDE, ClearedRequest
from vestibule.core.evidence import Evidence, Passage, Period, Quantity, ToolResult
from vestibule.core.generation import ModelRequest
from vestibule.generation.grounding import ground
from vestibule.providers.base import Chunk
from vestibule.providers.embedder import MiniLM
from vestibule.providers.extractive import ExtractiveProvider
from vestibule.providers.extractive.composition import NO_MODEL, NOT_KNOWN, cite

MANUAL = Passage(
    "c1",
    "d1",
    "Chiller manual",
    "§ Isolation",
    "The plant room is on the roof. To isolate CH-1 close valves V1 and V2. Then lock the switch. Paint is grey.",
    0.7,
)
OTHER = Passage("c2", "d2", "Energy policy", "§ Goals", "The company wants to save energy. It reports each year.", 0.3)
PERIOD = Period(datetime(2025, 7, 8, tzinfo=UTC), datetime(2025, 7, 15, tzinfo=UTC), "8–14 July 2025")
RESULT = ToolResult(
    "r1",
    "consumption",
    "h",
    "Harbour Office",
    "electricity",
    PERIOD,
    (Quantity("total", 12346.0, "kWh"),),
    1.0,
    "Sum.",
    ("Harbour Office used 12,346 kWh of electricity.", "That is as expected."),
)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLM]:
    loaded = MiniLM.load(Path(tmp_path_factory.mktemp("models")))
    yield loaded
    loaded.close()


def question(
    text: str, *passages: Passage, results: tuple[ToolResult, ...] = (), gaps: tuple[str, ...] = ()
) -> ModelRequest:
    return ground(ChatRequest("auto", (Message("user", text),)), Evidence(passages, results, gaps))


async def answer(embedder: MiniLM, request: ModelRequest) -> list[Chunk]:
    provider = ExtractiveProvider(embedder)
    cleared = ClearedRequest(provider.encode(request, "extractive"), INSIDE, "extractive", 1, "a", 1e12)
    return [chunk async for chunk in provider.send(cleared)]


async def text(embedder: MiniLM, request: ModelRequest) -> str:
    return "".join(chunk.text for chunk in await answer(embedder, request))


async def test_a_document_question_is_answered_by_its_sentences(embedder: MiniLM) -> None:
    said = await text(embedder, question("How do I isolate the chiller CH-1?", MANUAL, OTHER))
    assert "To isolate CH-1 close valves V1 and V2 [1]." in said
    assert "Chiller manual, § Isolation" in said
    assert "save energy" not in said
    assert said.endswith(NO_MODEL)


async def test_results_are_said_in_full_with_their_number(embedder: MiniLM) -> None:
    said = await text(embedder, question("How much?", results=(RESULT,)))
    assert said.startswith("Harbour Office used 12,346 kWh of electricity [1]. That is as expected [1].")


async def test_nothing_known_is_said(embedder: MiniLM) -> None:
    assert (await text(embedder, question("Who won the cup?"))).startswith(NOT_KNOWN)


async def test_a_gap_is_said_instead(embedder: MiniLM) -> None:
    said = await text(embedder, question("And in 2019?", gaps=("The data cover 2025 only.",)))
    assert said.startswith("The data cover 2025 only.")
    assert NOT_KNOWN not in said


async def test_a_limit_ends_the_answer_as_length(embedder: MiniLM) -> None:
    request = msgspec.structs.replace(question("How much?", results=(RESULT,)), sampling=Sampling(max_tokens=5))
    chunks = await answer(embedder, request)
    assert chunks[-1].finish_reason == "length"
    assert "".join(c.text for c in chunks) == ""


async def test_usage_is_counted(embedder: MiniLM) -> None:
    last = (await answer(embedder, question("How much?", results=(RESULT,))))[-1]
    assert last.usage is not None
    assert last.usage.prompt_tokens > 0
    assert last.usage.completion_tokens > 20


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [("It rose.", "It rose [3]."), ("It rose", "It rose [3]."), ("Did it? ", "Did it [3]?")],
)
def test_markers_stand_before_the_stop(sentence: str, cited: str) -> None:
    assert cite(sentence, 3) == cited
