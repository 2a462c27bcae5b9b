"""One file a format; each turns the blocks of a draft into bytes that depend on the draft alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from vestibule.demo.documents.blocks import Draft, Rendered
from vestibule.demo.documents.rendering import docx, html, markdown, pdf

_FORMATS: dict[str, tuple[str, Callable[[Draft], Rendered]]] = {
    ".md": ("text/markdown", markdown.render),
    ".html": ("text/html", html.render),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx.render),
    ".pdf": ("application/pdf", pdf.render),
}


def render(draft: Draft) -> tuple[str, Rendered]:
    """Media type and file of a draft, in the format its path ends with."""
    media_type, renderer = _FORMATS[PurePosixPath(draft.path).suffix]
    return media_type, renderer(draft)


__all__ = ["render"]
