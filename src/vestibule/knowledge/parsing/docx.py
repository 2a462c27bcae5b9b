"""Word documents (Office Open XML), by python-docx. Macros, embedded files and comments are never looked at."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.knowledge.parsing.section import Outline, Parsed

_HEADING = re.compile(r"Heading (\d)$")
_UNPACKED_MIB = 256


def parse(content: bytes, charset: str | None) -> Parsed:
    """Headings by the built-in styles; a table's first row names its columns. `charset` means nothing here."""
    document = _open(content)
    outline = Outline()
    number = 0
    for block in _blocks(document):
        if isinstance(block, Table):
            outline.rows(_cells(block), headed=len(block.columns) > 1)
            number = 0
            continue
        style = str(block.style.name) if block.style is not None else ""
        number = number + 1 if style.startswith("List Number") else 0
        if style == "Title":
            outline.heading(1, block.text)
        elif level := _HEADING.match(style):
            outline.heading(int(level[1]), block.text)
        else:
            outline.line(f"{number}. {block.text}" if number else block.text)
    return outline.parsed(str(document.core_properties.title or ""))


def _blocks(document: Document) -> Iterator[Paragraph | Table]:
    return document.iter_inner_content()


def _cells(table: Table) -> list[list[str]]:
    """Texts of the rows; a cell that spans columns is said once."""
    rows = []
    for row in table.rows:
        seen: list[object] = []
        texts = []
        for cell in row.cells:
            if cell._tc not in seen:
                seen.append(cell._tc)
                texts.append(cell.text)
        rows.append(texts)
    return rows


def _open(content: bytes) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _UNPACKED_MIB << 20:
            raise TooLarge(
                f"The Word document unpacks to more than {_UNPACKED_MIB} MiB.", next_step="Split it, or save it as PDF."
            )
        return docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, OpcError, LxmlError, ParseError, KeyError, ValueError, OSError, EOFError):
        raise InvalidRequest(
            "The Word document is damaged.", next_step="Open it in Word, save it again as .docx, and send that."
        ) from None
