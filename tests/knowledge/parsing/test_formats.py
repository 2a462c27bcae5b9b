"""Each format gives the same sections for the same document, and bad files an error with the next step."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.document import Document as WordDocument
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, ListFlowable, PageBreak, SimpleDocTemplate, Table
from reportlab.platypus import Paragraph as Text

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.knowledge.parsing.formats import parse, recognise
from vestibule.knowledge.parsing.section import Parsed

MARKDOWN = b"""---
title: "Pump manual"
---
# Pump manual

Read this
first.

## Duty & standby

1. Start the *duty* pump.
2. Watch the `dP` sensor.

- One bullet

| Pump | Power |
|------|-------|
| P-1  | 4 kW  |
| P-2  |       |

```
mode = auto
  hold = 5
```

<p onclick="x()">Embedded <b>text</b><script>evil()</script></p>

### Faults

A line\\
and its second.
"""

HTML = """<!DOCTYPE html><html><head><title>Pump manual</title><style>p{}</style><script>evil()</script></head><body>
<nav>Home</nav><h1>Pump manual</h1><p>Read this
first.</p><!-- hidden --><h2>Duty &amp; standby</h2><ol><li>Start the <em>duty</em> pump.</li>
<li>Watch the <code>dP</code> sensor.</li></ol><ul><li>One bullet</li></ul>
<table><thead><tr><th>Pump</th><th>Power</th></tr></thead><tbody><tr><td>P-1</td><td>4&nbsp;kW</td></tr>
<tr><td>P-2</td><td></td></tr></tbody></table><h3>Faults</h3><div>A line<br>and its second.</div></body></html>"""


def word() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Pump manual"
    document.add_heading("Pump manual", 1)
    document.add_paragraph("Read this\nfirst.")
    document.add_heading("Duty & standby", 2)
    for step in ("Start the duty pump.", "Watch the dP sensor."):
        document.add_paragraph(step, style="List Number")
    document.add_paragraph("One bullet", style="List Bullet")
    table = document.add_table(rows=0, cols=2)
    for row in (("Pump", "Power"), ("P-1", "4 kW"), ("P-2", "")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_heading("Faults", 3)
    document.add_paragraph("A line and its second.")
    return saved(document)


def saved(document: WordDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf(*, password: str | None = None) -> bytes:
    styles = getSampleStyleSheet()
    body = styles["BodyText"]
    steps = [Text(step, body) for step in ("Start the duty pump.", "Watch the dP sensor. " + "It counts. " * 12)]
    story: list[Flowable] = [
        Text("Pump manual", styles["Heading1"]),
        Text("Read this first. " + "It is long and goes over the line. " * 5, body),
        Text("Duty &amp; standby", styles["Heading2"]),
        ListFlowable(steps, bulletType="1"),
        Table([["Pump", "Power"], ["P-1", "4 kW"], ["P-2 standby", "7.5 kW"]], hAlign="LEFT", colWidths=[120, 90]),
        PageBreak(),
        Text("Faults", styles["Heading3"]),
        Text("A line and its second.", body),
        Text("Cover the opening between pump and motor. Nobody reaches in while it turns.", body),
    ]
    buffer = io.BytesIO()
    encrypt = StandardEncryption(password) if password else None
    paper = SimpleDocTemplate(buffer, pagesize=A4, title="Pump manual", encrypt=encrypt)
    paper.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return buffer.getvalue()


def _foot(canvas: Canvas, _: object) -> None:
    canvas.drawString(72, 30, f"Pump manual - page {canvas.getPageNumber()}")


def sections(parsed: Parsed) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(section.headings, section.text.split("\n")) for section in parsed.sections]


DUTY = ["1. Start the duty pump.", "2. Watch the dP sensor.", "One bullet", "Pump: P-1; Power: 4 kW", "Pump: P-2"]


def test_markdown() -> None:
    parsed = parse("a/pump.md", MARKDOWN, None)
    assert parsed.title == "Pump manual"
    assert sections(parsed) == [
        ((), ["Read this first."]),
        (("Duty & standby",), [*DUTY, "mode = auto", " hold = 5", "Embedded text"]),
        (("Duty & standby", "Faults"), ["A line", "and its second."]),
    ]


def test_html() -> None:
    parsed = parse("pump.html", HTML.encode(), None)
    assert parsed.title == "Pump manual"
    assert sections(parsed) == [
        ((), ["Read this first."]),
        (("Duty & standby",), DUTY),
        (("Duty & standby", "Faults"), ["A line", "and its second."]),
    ]


def test_word() -> None:
    parsed = parse("pump.docx", word(), None)
    assert parsed.title == "Pump manual"
    assert sections(parsed) == [
        ((), ["Read this first."]),
        (("Duty & standby",), DUTY),
        (("Duty & standby", "Faults"), ["A line and its second."]),
    ]


def test_word_cell_over_two_columns_is_said_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.rows[0].cells[0].text = "Pump"
    table.rows[0].cells[1].text = "Power"
    table.rows[1].cells[0].merge(table.rows[1].cells[1]).text = "out of service"
    document.add_paragraph("By hand", style="Title")
    parsed = parse("x.docx", saved(document), None)
    assert parsed.sections[0].text == "Pump: out of service"


def test_pdf() -> None:
    parsed = parse("pump.pdf", pdf(), None)
    assert parsed.title == "Pump manual"
    first, duty, faults = parsed.sections
    assert (first.page, first.headings) == (1, ())
    assert first.text == "Read this first. " + " ".join(["It is long and goes over the line."] * 5)
    assert (duty.page, duty.headings) == (1, ("Duty & standby",))
    assert duty.text.split("\n") == [
        "1. Start the duty pump.",
        "2. Watch the dP sensor. " + " ".join(["It counts."] * 12),
        "Pump: P-1; Power: 4 kW",
        "Pump: P-2 standby; Power: 7.5 kW",
    ]
    assert (faults.page, faults.headings[-1]) == (2, "Faults")
    assert "page 2" not in faults.text, "the running foot is no text of the document"


def test_text_with_underlined_headings() -> None:
    parsed = parse("notes.txt", b"Rounds\r\n======\r\n\r\nWest wing\r\n---------\r\nAll quiet.\r\n\r\nAgain.\r\n", None)
    assert parsed.title == "Rounds"
    assert sections(parsed) == [(("West wing",), ["All quiet.", "Again."])]


def test_several_top_headings_are_no_title() -> None:
    parsed = parse("x.md", b"# One\n\na\n\n# Two\n\nb\n", None)
    assert parsed.title == ""
    assert sections(parsed) == [(("One",), ["a"]), (("Two",), ["b"])]


@pytest.mark.parametrize(
    ("content", "media_type", "text"),
    [
        ("Kühlwasser".encode(), None, "Kühlwasser"),
        ("Kühlwasser".encode("utf-8-sig"), None, "Kühlwasser"),
        ("Kühlwasser".encode("utf-16"), None, "Kühlwasser"),
        ("Kühlwasser ist kalt".encode("windows-1252"), None, "Kühlwasser ist kalt"),
        ("水冷機組".encode("big5"), "text/plain; charset=big5", "水冷機組"),
        ("e\u0301\u00a0x\x07".encode("utf-8").replace(b"\x07", b""), None, "é x"),
    ],
)
def test_encodings(content: bytes, media_type: str | None, text: str) -> None:
    assert parse("x.txt", content, media_type).sections[0].text == text


def test_html_says_its_own_encoding() -> None:
    page = '<meta charset="iso-8859-15"><p>20 € für Öl</p>'.encode("iso-8859-15")
    assert parse("x.html", page, None).sections[0].text == "20 € für Öl"


@pytest.mark.parametrize(
    ("content", "media_type", "said"),
    [
        (bytes(range(128, 256)) * 4, None, "control characters|cannot be told|not windows-1252"),
        (b"plain\x00\x01\x02binary", None, "control characters"),
        ("Привет мир".encode("koi8-r"), None, "UTF-8"),
        (b"x", "text/plain; charset=klingon", "klingon"),
        (b"\xff", "text/plain; charset=utf-8", "utf-8"),
    ],
)
def test_undecodable_text_names_the_mend(content: bytes, media_type: str | None, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        parse("x.txt", content, media_type)
    assert "UTF-8" in caught.value.next_step


def test_content_counts_more_than_the_name() -> None:
    assert recognise("report.txt", pdf()) == "pdf"
    assert recognise("report.pdf", word()) == "docx"
    assert recognise("page", b"<!DOCTYPE html><p>x") == "html"
    assert recognise("notes", b"x", "text/markdown; charset=utf-8") == "markdown"


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("x.pdf", pdf(password="secret"), "password"),
        ("x.pdf", pdf()[:300], "broken"),
        ("x.pdf", b"%PDF-1.7\n" + b"\x00\xff" * 500, "broken"),
        ("x.pdf", b"no pdf at all", "suffix"),
        ("x.docx", b"PK\x03\x04" + b"\x00" * 64, "damaged"),
        ("x.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64, "password"),
        ("x.docx", b"plain", "suffix"),
        ("x.xlsx", b"\x00\x01\x02", "Send one of"),
        ("x.png", b"\x89PNG\r\n\x1a\n", "Send one of"),
        ("x.md", b"<script>evil()</script>", "no text"),
        ("x.html", b"<!-- nothing -->", "no text"),
        ("x.html", b"<html><script>evil()</script></html>", "no text"),
    ],
)
def test_bad_files_name_the_next_step(path: str, content: bytes, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        parse(path, content, None)


def test_scanned_pdf_is_said_to_be_scanned() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.rect(10, 10, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()
    with pytest.raises(InvalidRequest, match=r"scanned.*OCR"):
        parse("x.pdf", buffer.getvalue(), None)


def test_damaged_and_foreign_archives() -> None:
    broken = word()[:-200]
    with pytest.raises(InvalidRequest, match="damaged"):
        parse("x.docx", broken, None)
    with pytest.raises(InvalidRequest, match="not read yet"):
        parse("x.zip", archive({"a.txt": b"x"}), None)
    with pytest.raises(InvalidRequest, match="damaged"):
        parse("x.docx", archive({"word/document.xml": b"<not-xml"}), None)


def test_an_archive_that_unpacks_to_too_much_is_refused_unread() -> None:
    bomb = archive({"word/document.xml": b"x", "word/media/zeros": b"\0" * (257 << 20)})
    assert len(bomb) < 1 << 20
    with pytest.raises(TooLarge, match="unpacks"):
        parse("x.docx", bomb, None)


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def test_word_entities_are_not_expanded() -> None:
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        b"<w:t>host &secret; end</w:t></w:r></w:p></w:body></w:document>"
    )
    packed = io.BytesIO(word())
    with zipfile.ZipFile(packed) as old:
        files = {name: old.read(name) for name in old.namelist()}
    parsed = parse("x.docx", archive(files | {"word/document.xml": evil}), None)
    assert parsed.sections[0].text == "host"


def test_deep_and_unclosed_markup() -> None:
    assert parse("x.html", b"<div>" * 1_000 + b"deep", None).sections[0].text == "deep"
    with pytest.raises(InvalidRequest, match="no text"):
        parse("x.html", b"<div>" * 20_000 + b"too deep", None)
    assert parse("x.html", b"<table><tr><td>a<table><tr><td>b</table><td>c", None).sections
    assert parse("x.md", b"> " * 50 + b"deep", None).sections[0].text == "deep"
    with pytest.raises(InvalidRequest, match="no text"):
        parse("x.md", b"> " * 5_000 + b"too deep", None)
