"""Blocks as one self-contained HTML page."""

from __future__ import annotations

from html import escape

from vestibule.demo.documents.blocks import Block, Draft, Heading, Items, Note, Rendered, Table

_STYLE = "body{font:16px/1.5 sans-serif;max-width:48em;margin:2em auto}td,th{border:1px solid #999;padding:.3em .6em}"


def render(draft: Draft) -> Rendered:
    """One UTF-8 file; headings are h1 to h3."""
    body = "\n".join(_block(block) for block in draft.blocks)
    head = f'<meta charset="utf-8">\n<title>{escape(draft.title)}</title>\n<style>{_STYLE}</style>'
    page = f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    return Rendered(page.encode())


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Items(items, ordered):
            tag = "ol" if ordered else "ul"
            return "\n".join([f"<{tag}>", *(f"<li>{escape(item)}</li>" for item in items), f"</{tag}>"])
        case Table(rows):
            head, *body = rows
            lines = ["<table>", f"<thead>{_row(head, 'th')}</thead>", "<tbody>", *(_row(row, "td") for row in body)]
            return "\n".join([*lines, "</tbody>", "</table>"])
        case Note(text):
            return f"<blockquote><p>{escape(text)}</p></blockquote>"
    return f"<p>{escape(block.text)}</p>"


def _row(cells: tuple[str, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
