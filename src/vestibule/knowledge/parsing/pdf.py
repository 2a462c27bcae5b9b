"""PDF, by PDFium: lines with their place and size on the page, put together again to headings and paragraphs.

PDFium runs one call at a time in a process, and its input is the most hostile there is: this module belongs in the
parsing process and nowhere else. Knows no OCR: a scanned document is refused.
"""

from __future__ import annotations

import ctypes
import itertools
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
_MARKER = re.compile(r"([•●▪◦‣–-]|(\d{1,3})[.)]?)\s+(?=\S)")
_CELL_GAP = 1.0
_MARKER_GAP = 0.6
_HEADING_SIZE = 1.12
_HEADING_CHARACTERS = 160


class _Line(msgspec.Struct, frozen=True):
    """What stands on one baseline: one cell, or several with wide gaps between them.

    `left` is of each cell; it, `baseline` and `top` are in points from the lower left corner. `marker` is the bullet
    or the number of an item, without which `cells` are.
    """

    page: int
    cells: tuple[str, ...]
    left: tuple[float, ...]
    size: float
    baseline: float
    top: float
    marker: str = ""

    @property
    def text(self) -> str:
        return " ".join(self.cells)


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
    outline = Outline()
    for block in _blocks(lines, _pitch(lines)):
        first = block[0]
        if first.page != outline.page:
            outline.turn_page(first.page)
        text = one_line(" ".join(line.text for line in block))
        if len(first.cells) > 1 and len(block) > 1:
            outline.rows(_rows(block), headed=True)
        elif _is_heading(first, body) and not first.marker and len(text) <= _HEADING_CHARACTERS:
            outline.heading(sizes.index(round(first.size, 1)) + 1, text)
        elif first.marker:
            outline.line(f"{first.marker}. {text}" if first.marker.isdigit() else text)
        else:
            outline.line(" | ".join(first.cells) if len(block) == 1 else text)
    return outline


def _rows(block: Sequence[_Line]) -> list[list[str]]:
    """The cells of a table by column; a line that does not begin at the first column goes on with the row above."""
    columns = block[0].left
    rows: list[list[str]] = []
    for line in block:
        places = [_column(columns, left) for left in line.left]
        if places[0] == 0 or not rows:
            rows.append([""] * len(columns))
        for place, cell in zip(places, line.cells, strict=True):
            rows[-1][place] = f"{rows[-1][place]} {cell}".strip()
    return rows


def _column(columns: Sequence[float], left: float) -> int:
    return min(range(len(columns)), key=lambda n: abs(columns[n] - left))


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
        (above.baseline - below.baseline) / above.size
        for above, below in itertools.pairwise(lines)
        if above.page == below.page
        and above.size == below.size
        and 0 < above.baseline - below.baseline < 2 * above.size
    ]
    return median(steps) if steps else 1.2


def _blocks(lines: Sequence[_Line], pitch: float) -> Iterator[list[_Line]]:
    """Lines that belong together: those of one paragraph, one item, one table."""
    block: list[_Line] = []
    for line in lines:
        if block and not _continues(block, line, pitch):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _continues(block: Sequence[_Line], line: _Line, pitch: float) -> bool:
    first, last = block[0], block[-1]
    step = last.baseline - line.baseline
    if line.page != last.page or line.marker or step <= 0 or abs(line.size - last.size) > 0.5:
        return False
    if len(first.cells) > 1:
        aligned = all(min(abs(left - column) for column in first.left) < line.size / 2 for left in line.left)
        return aligned and step < 3 * line.size
    return len(line.cells) == 1 and step < (pitch + 0.25) * line.size


def _without_furniture(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """Drop running heads and feet: the highest or lowest line of a page that recurs or that counts pages."""
    edges = [[max(page, key=lambda n: n.top), min(page, key=lambda n: n.baseline)] for page in pages if page]
    seen = Counter(_masked(line) for pair in edges for line in {id(e): e for e in pair}.values())
    often = max(2, len(edges) // 2)
    kept = []
    for page in pages:
        edge = {id(max(page, key=lambda n: n.top)), id(min(page, key=lambda n: n.baseline))} if len(page) > 1 else set()
        kept.append([n for n in page if not (id(n) in edge and (seen[_masked(n)] >= often or _counts_pages(n)))])
    return kept


def _masked(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _counts_pages(line: _Line) -> bool:
    return len(line.text) <= 100 and bool(_PAGE_NUMBER.search(line.text))


def _lines(page: pypdfium2.PdfPage, number: int) -> list[_Line]:
    text_page = page.get_textpage()
    try:
        text = str(text_page.get_text_range())
        return [_line(text_page, number, match) for match in re.finditer(r"[^\r\n]*\S", text)]
    finally:
        text_page.close()
        page.close()


def _line(text_page: pypdfium2.PdfTextPage, page: int, match: re.Match[str]) -> _Line:
    text, start = match[0], match.start()
    words = [(start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text)]
    boxes = [(_box(text_page, first)[0], _box(text_page, last - 1)[1]) for first, last in words]
    # The last word's size: a bullet or number before the text is often set larger.
    size = float(pypdfium2.raw.FPDFText_GetFontSize(text_page, words[-1][0])) or 1.0
    marker = _marker(match, boxes, size)
    body = 1 if marker else 0
    begins = [body, *(n for n in range(body + 1, len(words)) if boxes[n][0] - boxes[n - 1][1] > _CELL_GAP * size)]
    ends = [*begins[1:], len(words)]
    cells = [text[words[b][0] - start : words[e - 1][1] - start] for b, e in zip(begins, ends, strict=True)]
    x, baseline = ctypes.c_double(), ctypes.c_double()
    pypdfium2.raw.FPDFText_GetCharOrigin(text_page, words[-1][0], x, baseline)
    top = _box(text_page, words[0][0])[3]
    return _Line(page, tuple(cells), tuple(boxes[b][0] for b in begins), size, baseline.value, top, marker)


def _marker(match: re.Match[str], boxes: Sequence[tuple[float, float]], size: float) -> str:
    """The bullet or number that begins an item. A bare number is one only if it hangs well before the text."""
    found = _MARKER.match(match[0].lstrip())
    if not found or len(boxes) < 2:
        return ""
    if found[1].isdigit() and boxes[1][0] - boxes[0][1] < _MARKER_GAP * size:
        return ""
    return found[2] or found[1]


def _box(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a character."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pypdfium2.raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value
