"""Read the text and the headings of a written file, independently of the code that wrote it."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import lxml.html
import pypdfium2
from markdown_it import MarkdownIt
from markdown_it.token import Token

_Part = tuple[str, str]


def parts(path: Path) -> list[_Part]:
    """(heading, text under it) in order, white space normalised; for PDF ("page N", text of the page)."""
    reader = {".md": _markdown, ".html": _html, ".docx": _docx, ".pdf": _pdf}[path.suffix]
    return [(heading, " ".join(text.split())) for heading, text in reader(path)]


def _grouped(lines: list[tuple[bool, str]]) -> list[_Part]:
    """(is it a heading, text) lines to parts."""
    grouped: list[_Part] = []
    for is_heading, text in lines:
        if is_heading:
            grouped.append((text, ""))
        else:
            heading, before = grouped.pop()
            grouped.append((heading, f"{before} {text}"))
    return grouped


def _markdown(path: Path) -> list[_Part]:
    lines: list[tuple[bool, str]] = []
    previous = ""
    for token in MarkdownIt().enable("table").parse(path.read_text("utf-8")):
        if token.type == "inline":
            lines.append((previous == "heading_open", "".join(_plain(child) for child in token.children or ())))
        previous = token.type
    return _grouped(lines)


def _plain(token: Token) -> str:
    return "\n" if token.type == "softbreak" else token.content


def _html(path: Path) -> list[_Part]:
    body = lxml.html.parse(str(path), lxml.html.HTMLParser(encoding="utf-8")).getroot().body
    tags = body.iter("h1", "h2", "h3", "p", "li", "td", "th")
    return _grouped([(re.fullmatch("h[1-3]", str(e.tag)) is not None, str(e.text_content())) for e in tags])


def _docx(path: Path) -> list[_Part]:
    lines = []
    for block in docx.Document(str(path)).iter_inner_content():
        if isinstance(block, docx.table.Table):
            lines += [(False, cell.text) for row in block.rows for cell in row.cells]
        else:
            style = block.style.name if block.style else ""
            lines.append(((style or "").startswith("Heading"), block.text))
    return _grouped(lines)


def _pdf(path: Path) -> list[_Part]:
    pdf = pypdfium2.PdfDocument(path)
    try:
        texts = []
        for page in pdf:
            text_page = page.get_textpage()
            texts.append(text_page.get_text_bounded())
            text_page.close()
            page.close()
        return [(f"page {n}", text) for n, text in enumerate(texts, 1)]
    finally:
        pdf.close()
