"""Blocks as an A4 PDF with a running foot, byte for byte the same every time.

Set in Helvetica with the WinAnsi encoding, so a document in this format keeps to the characters of Windows-1252.
"""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, StyleSheet1, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, ListFlowable, SimpleDocTemplate
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid
from reportlab.platypus import TableStyle as GridStyle

from vestibule.demo.documents.blocks import Block, Draft, Heading, Items, Note, Rendered, Table

_ROOM_BELOW_HEADING = 50 * mm
_GRID = GridStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)


def render(draft: Draft) -> Rendered:
    """One PDF file, and the page of every block: a block is never split between pages."""
    buffer = io.BytesIO()
    paper = _Paper(buffer, draft.title)
    styles = _styles()
    flowables = [_flowable(block, styles) for block in draft.blocks]
    story: list[Flowable] = []
    for block, flowable in zip(draft.blocks, flowables, strict=True):
        if isinstance(block, Heading):
            story.append(CondPageBreak(_ROOM_BELOW_HEADING))
        story.append(flowable)
    paper.build(story, onFirstPage=_draw_foot, onLaterPages=_draw_foot)
    return Rendered(buffer.getvalue(), tuple(paper.page_of[id(flowable)] for flowable in flowables))


class _Paper(SimpleDocTemplate):  # type: ignore[misc]  # reportlab has no types
    def __init__(self, buffer: io.BytesIO, title: str) -> None:
        super().__init__(
            buffer,
            pagesize=A4,
            leftMargin=24 * mm,
            rightMargin=24 * mm,
            topMargin=22 * mm,
            bottomMargin=24 * mm,
            title=title,
            author="Facilities Department",
            allowSplitting=0,
            invariant=1,
        )
        self.page_of: dict[int, int] = {}

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  # the hook's name is reportlab's
        self.page_of[id(flowable)] = self.page


def _draw_foot(canvas: Any, paper: _Paper) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.drawString(24 * mm, 12 * mm, f"{paper.title} | Page {canvas.getPageNumber()}")
    canvas.restoreState()


def _flowable(block: Block, styles: StyleSheet1) -> Flowable:
    match block:
        case Heading(level, text):
            return Text(escape(text), styles[f"Heading{level}"])
        case Items(items, ordered):
            entries = [Text(escape(item), styles["BodyText"]) for item in items]
            return ListFlowable(entries, bulletType="1" if ordered else "bullet", leftIndent=14)
        case Table(rows):
            cells = [[Text(escape(cell), styles["Cell"]) for cell in row] for row in rows]
            return Grid(cells, style=_GRID, hAlign="LEFT", repeatRows=1, spaceBefore=6, spaceAfter=6)
        case Note(text):
            return Text(escape(text), styles["Note"])
    return Text(escape(block.text), styles["BodyText"])


def _styles() -> StyleSheet1:
    styles = getSampleStyleSheet()
    styles["BodyText"].fontSize, styles["BodyText"].leading = 10.5, 15
    styles.add(ParagraphStyle("Cell", styles["BodyText"], fontSize=9, leading=11, spaceBefore=0))
    styles.add(ParagraphStyle("Note", styles["BodyText"], leftIndent=12, rightIndent=12, fontName="Helvetica-Oblique"))
    return styles
