"""HTML, by lxml. What is not to be read (scripts, styles, forms, navigation) is dropped; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.etree
import lxml.html

from vestibule.core.errors import InvalidRequest
from vestibule.knowledge.parsing.section import Outline, Parsed
from vestibule.knowledge.parsing.text import decode

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,40})""", re.I)
_HEAD_BYTES = 4096
_UNREAD = {"script", "style", "noscript", "template", "nav", "form", "svg", "head", "iframe", "object", "button"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "ul",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def parse(content: bytes, charset: str | None) -> Parsed:
    """Block elements become lines, table rows one line each; ordered items keep their number."""
    declared = charset or _declared(content)
    root = _tree(decode(content, declared))
    title = root.findtext(".//title") or ""
    walk = _Walk()
    for event, element in _events(root):
        walk.start(element) if event == "start" else walk.end(element)
    walk.flush()
    return walk.outline.parsed(title)


def _declared(content: bytes) -> str | None:
    found = _CHARSET.search(content[:_HEAD_BYTES])
    return found[1].decode() if found else None


def _tree(text: str) -> lxml.html.HtmlElement:
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:
        raise InvalidRequest("The page holds no text.", next_step="Check that the right file was sent.") from None


def _events(root: lxml.html.HtmlElement) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    """Start and end of every element that is read; a table or a heading comes as one start."""
    walk = lxml.etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = str(element.tag)
        if event == "start" and (tag in _UNREAD or tag == "table" or tag in _HEADINGS):
            walk.skip_subtree()
        yield event, element


class _Walk:
    def __init__(self) -> None:
        self.outline = Outline()
        self._text: list[str] = []
        self._numbers: list[int | None] = []

    def start(self, element: lxml.html.HtmlElement) -> None:
        tag = str(element.tag)
        if tag in _UNREAD:
            return
        if tag in _HEADINGS:
            self.flush()
            self.outline.heading(_HEADINGS[tag], _content(element))
            return
        if tag == "table":
            self.flush()
            self._table(element)
            return
        if tag in _BLOCKS:
            self.flush()
        if tag in ("ol", "ul"):
            self._numbers.append(1 if tag == "ol" else None)
        elif tag == "li" and self._numbers and (number := self._numbers[-1]) is not None:
            self._text.append(f"{number}. ")
            self._numbers[-1] = number + 1
        self._text.append(element.text or "")

    def end(self, element: lxml.html.HtmlElement) -> None:
        tag = str(element.tag)
        if tag in _BLOCKS:
            self.flush()
        if tag in ("ol", "ul") and self._numbers:
            self._numbers.pop()
        self._text.append(element.tail or "")

    def flush(self) -> None:
        self.outline.line("".join(self._text))
        self._text = []

    def _table(self, table: lxml.html.HtmlElement) -> None:
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
        cells = [[_content(cell) for cell in row.iterchildren("td", "th")] for row in rows]
        headed = bool(rows) and any(True for _ in rows[0].iterchildren("th")) and len(cells[0]) > 1
        self.outline.rows(cells, headed=headed)


def _content(element: lxml.html.HtmlElement) -> str:
    return " ".join(str(text) for text in element.itertext() if text)
