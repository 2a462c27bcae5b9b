"""The check before release: dead citations and invented numbers never leave, however the stream was cut."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.chat import ChatRequest, Message
from vestibule.core.evidence import Evidence, Passage, Period, Quantity, ToolResult
from vestibule.generation.checks import AnswerCheck
from vestibule.generation.grounding import ground

PASSAGE = Passage("c1", "d1", "Manual", "§ Setback", "Setback is 16 °C. It starts at 19:00. Ask first.", 0.9)
PERIOD = Period(datetime(2025, 7, 8, tzinfo=UTC), datetime(2025, 7, 15, tzinfo=UTC), "8–14 July 2025")
RESULT = ToolResult(
    id="consumption:harbour",
    tool="consumption",
    building_id="harbour",
    building="Harbour Office",
    utility="electricity",
    period=PERIOD,
    quantities=(Quantity("total", 12345.678, "kWh"),),
    coverage=1.0,
    method="Sum of hourly readings.",
    statements=("Harbour Office used 12,346 kWh of electricity.",),
)
REQUEST = ground(
    ChatRequest("auto", (Message("user", "How much in week 28?"),)),
    Evidence((PASSAGE,), (RESULT,), ("Nothing on 2019.",)),
)


def released(text: str, live: set[int] | None = None, size: int = 10_000) -> tuple[str, AnswerCheck]:
    check = AnswerCheck(REQUEST, live={1, 2} if live is None else live)
    out = "".join(check.feed(text[i : i + size]) for i in range(0, len(text), size))
    return out + check.finish(), check


def test_results_are_numbered_before_passages() -> None:
    assert [s.origin for s in REQUEST.sources] == [RESULT, PASSAGE]
    assert [s.index for s in REQUEST.sources] == [1, 2]


def test_what_is_in_the_evidence_leaves_whole() -> None:
    text = "It used 12,346 kWh in week 28 [1]. That is 12,345.7 kWh [1]. Setback is 16 °C [2]. Nothing on 2019."
    out, check = released(text)
    assert out == text
    assert (check.citations.share, check.numbers.share) == (1.0, 1.0)


def test_an_invented_number_is_withheld() -> None:
    out, check = released("It used 12,346 kWh [1]. It cost 999 EUR [1]. Fine.")
    assert "999" not in out
    assert out.startswith("It used 12,346 kWh [1].")
    assert check.numbers.share == 0.5


def test_a_citation_that_does_not_resolve_is_withheld() -> None:
    out, check = released("Setback is 16 °C [2]. Used 12,346 kWh [1]. See [7].", live={1})
    assert out.strip() == "Used 12,346 kWh [1]."
    assert [c.index for c in check.cited()] == [1]


def test_quotes_are_exact_spans() -> None:
    _, check = released("From the manual: Setback is 16 °C [2]. It starts at 19:00 [2].")
    citation = check.cited()[0]
    assert citation.quote == "Setback is 16 °C. It starts at 19:00."
    assert citation.quote in PASSAGE.text
    assert (citation.document_id, citation.locator) == ("d1", "§ Setback")


def test_a_paraphrase_is_quoted_by_its_nearest_sentence() -> None:
    _, check = released("Somebody must be asked first [2].")
    assert check.cited()[0].quote == "Ask first."


def test_results_are_cited_with_period_coverage_and_method() -> None:
    _, check = released("It used 12,346 kWh [1].")
    citation = check.cited()[0]
    assert citation.title == "Harbour Office: electricity, consumption"
    assert citation.locator == "8–14 July 2025; 100% of hours present; Sum of hourly readings."


def test_nothing_to_check_is_none_not_zero() -> None:
    _, check = released("All is well.")
    assert (check.citations.share, check.numbers.share) == (None, None)


@given(st.integers(1, 40))
def test_the_verdict_does_not_depend_on_how_the_stream_is_cut(size: int) -> None:
    text = "It used 12,346 kWh [1]. It cost 999 EUR [1].\n\nSetback is 16 °C [2]. See [9]. It starts at 19:00 [2]."
    out, check = released(text, size=size)
    whole, once = released(text)
    assert " ".join(out.split()) == " ".join(whole.split())
    assert check.cited() == once.cited()
