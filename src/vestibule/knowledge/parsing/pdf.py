"""PDF, by PDFium: lines with their place and size on the page, put together again to headings and paragraphs.

PDFium runs one call at a time in a process, and its input is the most hostile there is: this module belongs in the
parsing process and nowhere else. Knows no OCR: a scanned document is refused.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

import msgspec
import pypdfium2
import pypdfium2.raw

from vestibule.core.errors import InvalidRequest
from vestibule.knowledge.parsing.section import Outline, Parsed, one_line

_PAGE_NUMBER = re.compile(r"\b(?:page|seite|p\.)\s*\d+|^\W*\d+(?:\s*(?:/|of|von)\s*\d+)?\W*$", re.I)
_ITEM = re.compile(r"^\s*(?:[•●▪◦‣–-]|\d{1,3}[.)])\s+")
_BULLET = re.compile(r"^\s*[•●▪◦‣–-]\s+")
_MARKER = re.compile(r"^\s*(?:[•●▪◦‣–-]|\d{1,3}[.)]?)\s*$")
_HEADING_SIZE = 1.12
_HEADING_CHARACTERS = 160


class _Line(msgspec.Struct, frozen=True):
    """`top`, `bottom`, `left` and `right` in points from the lower left corner of the page."""

    page: int
    text: str
    size: float
    left: float
    right: float
    bottom: float
    top: float


def parse(content: bytes, charset: str | None) -> Parsed:
    """A section for each heading on each page. Raise `InvalidRequest` for a broken, encrypted or scanned file."""
    document = _open(content)
    try:
        pages = [_lines(document[number], number + 1) for number in range(len(document))]
        title = str(document.get_metadata_value("Title") or "")
    except pypdfium2.PdfiumError:
        raise _broken() from None
    finally:
        document.close()
    lines = [line for page in _without_furniture(pages) for line in page]
    if not lines:
        raise InvalidRequest(
            "The PDF holds no text; it was probably scanned.", next_step="Run text recognition (OCR) on it first."
        )
    return _outlined(lines).parsed(title)


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise InvalidRequest("The PDF is encrypted.", next_step="Remove the password and send it again.") from None
        raise _broken() from None


def _broken() -> InvalidRequest:
    return InvalidRequest("The PDF is broken.", next_step="Open it, print it to a new PDF, and send that.")


def _outlined(lines: Sequence[_Line]) -> Outline:
    body = _body_size(lines)
    sizes = sorted({round(line.size, 1) for line in lines if _is_heading(line, body)}, reverse=True)
    pitch = _pitch(lines)
    outline = Outline()
    for block in _blocks(lines, pitch):
        first = block[0]
        if first.page != outline.page:
            outline.turn_page(first.page)
        text = _joined(block)
        if _is_heading(first, body) and len(text) <= _HEADING_CHARACTERS:
            outline.heading(sizes.index(round(first.size, 1)) + 1, text)
        else:
            outline.line(_BULLET.sub("", text))
    return outline


def _is_heading(line: _Line, body: float) -> bool:
    return line.size > body * _HEADING_SIZE


def _body_size(lines: Sequence[_Line]) -> float:
    """The size most of the characters are set in."""
    characters: Counter[float] = Counter()
    for line in lines:
        characters[round(line.size, 1)] += len(line.text)
    return characters.most_common(1)[0][0]


def _pitch(lines: Sequence[_Line]) -> float:
    """The usual distance of two lines of a paragraph, in units of the size of type."""
    steps = [
        (above.bottom - below.bottom) / above.size
        for above, below in zip(lines, lines[1:], strict=False)
        if above.page == below.page and above.size == below.size and 0 < above.bottom - below.bottom < 2 * above.size
    ]
    return median(steps) if steps else 1.2


def _blocks(lines: Sequence[_Line], pitch: float) -> Iterator[list[_Line]]:
    """Lines that belong together: those of one paragraph, one item, one row."""
    block: list[_Line] = []
    for line in lines:
        if block and not _continues(block, line, pitch):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _continues(block: Sequence[_Line], line: _Line, pitch: float) -> bool:
    last = block[-1]
    if line.page != last.page or abs(line.size - last.size) > 0.5:
        return False
    step = last.bottom - line.bottom
    if abs(step) < 0.3 * line.size:
        return True
    if _ITEM.match(line.text) or step < 0:
        return False
    return step < (pitch + 0.25) * line.size


def _joined(block: Sequence[_Line]) -> str:
    """The text of a block; parts on one height are cells and set apart by a bar, but for the marker of an item."""
    text = block[0].text
    for last, line in zip(block, block[1:], strict=False):
        beside = abs(last.bottom - line.bottom) < 0.3 * line.size
        if not beside or _MARKER.match(last.text):
            joint = " "
        else:
            joint = " | " if line.left - last.right > line.size else " "
        text = text.rstrip() + joint + line.text.lstrip()
    return one_line(text)


def _without_furniture(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """Drop running heads and feet: the highest or lowest line of a page that recurs or that counts pages."""
    edges = [[max(page, key=lambda n: n.top), min(page, key=lambda n: n.bottom)] for page in pages if page]
    seen = Counter(_masked(line) for pair in edges for line in {id(e): e for e in pair}.values())
    often = max(2, len(edges) // 2)
    kept = []
    for page in pages:
        edge = {id(max(page, key=lambda n: n.top)), id(min(page, key=lambda n: n.bottom))} if len(page) > 1 else set()
        kept.append([n for n in page if not (id(n) in edge and (seen[_masked(n)] >= often or _counts_pages(n)))])
    return kept


def _masked(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _counts_pages(line: _Line) -> bool:
    return len(line.text) <= 100 and bool(_PAGE_NUMBER.search(line.text))


def _lines(page: pypdfium2.PdfPage, number: int) -> list[_Line]:
    raw = pypdfium2.raw
    text_page = page.get_textpage()
    try:
        text = str(text_page.get_text_range())
        found = []
        for match in re.finditer(r"[^\r\n]+", text):
            first = match.start() + len(match[0]) - len(match[0].lstrip())
            last = match.start() + len(match[0].rstrip()) - 1
            if last < first:
                continue
            left, right, bottom, top = _box(text_page, first)
            size = float(raw.FPDFText_GetFontSize(text_page, first)) or top - bottom or 1.0
            baseline = _baseline(text_page, first)
            end = _box(text_page, last)[1]
            found.append(_Line(number, match[0].strip(), size, left, max(right, end), baseline, top))
        return found
    finally:
        text_page.close()
        page.close()


def _box(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pypdfium2.raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value


def _baseline(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pypdfium2.raw.FPDFText_GetCharOrigin(text_page, index, x, y)
    return y.value
