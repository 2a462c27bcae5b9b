from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vestibule.core.sensitivity import PrivacyClass
from vestibule.knowledge.chunking import MAX_TOKENS, Chunked, Chunker
from vestibule.knowledge.mentions import Mentions
from vestibule.knowledge.parsing.section import Parsed, Section

NAMES = Mentions({"Harbour Office": "harbour", "North School": "north"})


def count_words(text: str) -> int:
    return len(text.split()) + 2


def classify(text: str) -> PrivacyClass:
    return PrivacyClass.RESTRICTED if "code" in text else PrivacyClass.INTERNAL


def chunk(*sections: Section, title: str = "Manual", path: str = "manual.md") -> Chunked:
    return Chunker(count_words, classify).chunk(path, Parsed(title, sections), NAMES)


def section(text: str, *headings: str, page: int | None = None) -> Section:
    return Section(headings, page, text)


def test_one_chunk_a_section_with_its_place() -> None:
    chunked = chunk(
        section("Intro."), section("Off at six.", "Night", "Setback"), section("The code.", "Codes", page=3)
    )
    assert [c.text for c in chunked.chunks] == ["Intro.", "Off at six.", "The code."]
    assert [c.locator for c in chunked.chunks] == ["§ Manual", "§ Night › Setback", "page 3, § Codes"]
    assert chunked.chunks[1].searched == "Manual\nNight › Setback\nOff at six."
    assert [c.level for c in chunked.chunks] == [PrivacyClass.INTERNAL, PrivacyClass.INTERNAL, PrivacyClass.RESTRICTED]


def test_offsets_point_into_the_text_of_the_document() -> None:
    sections = [section("First line.\n" + "word " * 300), section("Second."), section("x" * 3000)]
    document = "\n\n".join(s.text for s in sections)
    chunked = chunk(*sections)
    assert len(chunked.chunks) > 3
    assert all(document[c.start : c.end] == c.text for c in chunked.chunks)


def test_long_sections_are_cut_between_sentences() -> None:
    sentence = "The valve opens slowly when the pressure falls below the limit."
    chunked = chunk(section(" ".join([sentence] * 60), "Valves"))
    assert len(chunked.chunks) > 2
    assert all(count_words(c.text) <= MAX_TOKENS for c in chunked.chunks)
    assert all(c.text.startswith("The valve") and c.text.endswith("limit.") for c in chunked.chunks)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab .\n", min_size=1, max_size=2500), max_size=3))
def test_every_word_stands_in_exactly_one_chunk(texts: list[str]) -> None:
    chunked = chunk(*(section(text, "H") for text in texts))
    assert all(count_words(c.searched) <= MAX_TOKENS + 10 for c in chunked.chunks)
    assert "".join("".join(c.text.split()) for c in chunked.chunks) == "".join("".join(t.split()) for t in texts)
    spans = [(c.start, c.end) for c in chunked.chunks]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_each_dated_entry_is_a_chunk_of_its_own() -> None:
    log = "Entries of the week.\n2024-07-08: filter changed.\nAll well.\n2024-07-11: damper stuck at 80 %."
    chunks = chunk(section(log, "Log")).chunks
    assert [(c.dated, c.text.split("\n")[0]) for c in chunks] == [
        (None, "Entries of the week."),
        (date(2024, 7, 8), "2024-07-08: filter changed."),
        (date(2024, 7, 11), "2024-07-11: damper stuck at 80 %."),
    ]
    assert chunks[1].text.endswith("All well.")


def test_a_dated_heading_dates_its_chunks() -> None:
    chunks = chunk(section("Damper stuck.", "Log 2024", "9 July 2024, AHU-1")).chunks
    assert chunks[0].dated == date(2024, 7, 9)


def test_a_document_about_one_building_is_about_it_throughout() -> None:
    chunks = chunk(section("Boilers."), section("As at North School."), title="Manual of Harbour Office").chunks
    assert [c.buildings for c in chunks] == [("harbour",), ("harbour", "north")]
    opened = chunk(section("This is for Harbour Office."), section("Boilers.")).chunks
    assert [c.buildings for c in opened] == [("harbour",), ("harbour",)]


def test_a_document_that_mentions_a_building_in_passing_is_not_about_it() -> None:
    chunks = chunk(section("For all buildings."), section("For example Harbour Office."), section("End.")).chunks
    assert [c.buildings for c in chunks] == [(), ("harbour",), ()]


@pytest.mark.parametrize(("path", "title"), [("a/pump_room-2.md", "Pump room 2"), ("a/.md", ".md"), ("--", "--")])
def test_without_a_title_the_file_names_the_document(path: str, title: str) -> None:
    assert chunk(section("x"), title="", path=path).title == title
