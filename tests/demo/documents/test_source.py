"""The source form of documents: blocks, quotes and the questions about them."""

from __future__ import annotations

import pytest

from vestibule.demo.documents.blocks import Claim, Heading, Items, Note, Paragraph, Table
from vestibule.demo.documents.rendering import render
from vestibule.demo.documents.source import parse, read_draft

BODY = """
## Pumps
The pump is started {{by two persons}}.
> Mind the step.
1. Open V-1
2. {{Wait for a minute}}
? Who starts the pump? | Two persons
? What comes after opening V-1? | Waiting a minute
3. Close V-2
### Parts
| Part | Count |
| Seal | 2 |
- one
- two
"""


def test_blocks_are_read_in_order_and_questions_are_no_part_of_them() -> None:
    draft = parse("a.md", "Title", BODY)
    assert draft.blocks == (
        Heading(1, "Title"),
        Heading(2, "Pumps"),
        Paragraph("The pump is started by two persons."),
        Note("Mind the step."),
        Items(("Open V-1", "Wait for a minute", "Close V-2"), ordered=True),
        Heading(3, "Parts"),
        Table((("Part", "Count"), ("Seal", "2"))),
        Items(("one", "two")),
    )
    assert draft.claims == (
        Claim(2, "by two persons", "Who starts the pump?", "Two persons"),
        Claim(4, "Wait for a minute", "What comes after opening V-1?", "Waiting a minute"),
    )
    assert draft.heading_of(7) == "Parts"


@pytest.mark.parametrize(
    "text", ["{{A quote}} without a question", "? Why? | Because", "{{A quote}}\n? Without an answer?"]
)
def test_a_quote_without_question_or_the_reverse_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must match"):
        parse("a.md", "Title", text)


def test_placeholders_are_filled_also_in_path_and_title_and_none_is_forgotten() -> None:
    source = "---\npath: manuals/$id.md\ntitle: Manual: $name\n---\nAbout $name.\n"
    draft = read_draft(source, {"id": "mill", "name": "Old Mill"})
    assert (draft.path, draft.title) == ("manuals/mill.md", "Manual: Old Mill")
    with pytest.raises(KeyError, match="name"):
        read_draft(source, {"id": "mill"})


def test_markup_characters_in_text_reach_the_reader_in_every_format() -> None:
    for path, marks in (("a.md", rb"4\*5 \< 30 &"), ("a.html", b"4*5 &lt; 30 &amp;")):
        _, rendered = render(parse(path, "Title", "Limit 4*5 < 30 & no more"))
        assert marks in rendered.content


def test_a_pdf_tells_the_page_of_each_block_and_splits_none() -> None:
    body = "\n".join(f"## Part {n}\n{'A sentence that fills the page. ' * 15}" for n in range(20))
    _, rendered = render(parse("a.pdf", "Title", body))
    assert len(rendered.pages) == 41
    assert list(rendered.pages) == sorted(rendered.pages)
    headings, texts = rendered.pages[1::2], rendered.pages[2::2]
    assert headings == texts
    assert rendered.pages[-1] > 2
