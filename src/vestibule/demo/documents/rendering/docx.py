"""Blocks as a Word document with the built-in heading and list styles, byte for byte the same every time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
from docx.document import Document as WordDocument

from vestibule.demo.documents.blocks import Block, Draft, Heading, Items, Note, Rendered, Table

_WRITTEN = datetime(2025, 1, 1)
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def render(draft: Draft) -> Rendered:
    """One Office Open XML file."""
    word = docx.Document()
    properties = word.core_properties
    properties.title, properties.author = draft.title, "Facilities Department"
    properties.created = properties.modified = _WRITTEN
    properties.last_modified_by, properties.revision = "Facilities Department", 1
    for block in draft.blocks:
        _add(word, block)
    buffer = io.BytesIO()
    word.save(buffer)
    return Rendered(_without_times(buffer.getvalue()))


def _add(word: WordDocument, block: Block) -> None:
    match block:
        case Heading(level, text):
            word.add_heading(text, level)
        case Items(items, ordered):
            for item in items:
                word.add_paragraph(item, style="List Number" if ordered else "List Bullet")
        case Table(rows):
            table = word.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        case Note(text):
            word.add_paragraph(text, style="Intense Quote")
        case _:
            word.add_paragraph(block.text)


def _without_times(content: bytes) -> bytes:
    """The same archive with every entry dated 1980-01-01, the earliest a zip file can say."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return buffer.getvalue()
