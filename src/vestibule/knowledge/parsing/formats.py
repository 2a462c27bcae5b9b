"""Which parser reads a file: told by its content first, by its name where the content is just text."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import Protocol

from vestibule.core.errors import InvalidRequest
from vestibule.knowledge.parsing import docx, html, markdown, pdf, text
from vestibule.knowledge.parsing.section import Parsed


class Parser(Protocol):
    def __call__(self, content: bytes, charset: str | None) -> Parsed:
        """Parse a whole file; `charset` is the declared one. Raise `InvalidRequest` or `TooLarge` with the mend."""
        ...


PARSERS: dict[str, Parser] = {
    "markdown": markdown.parse,
    "html": html.parse,
    "docx": docx.parse,
    "pdf": pdf.parse,
    "text": text.parse,
}
SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
    ".pdf": "pdf",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
}
_TEXTUAL = {"markdown", "html", "text"}
_MEDIA_TYPES = {"text/markdown": "markdown", "text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]{1,40})", re.I)
_PAGE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|\?xml[^>]*\?>\s*<html)", re.I)
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNKNOWN = "Send one of: Markdown, HTML, Word (.docx), PDF, plain text."


def parse(path: str, content: bytes, media_type: str | None) -> Parsed:
    """Parse a file. Raise `InvalidRequest` where it is of no known format, damaged, or without text."""
    declared = _CHARSET.search(media_type or "")
    parsed = PARSERS[recognise(path, content, media_type)](content, declared[1] if declared else None)
    if not parsed.sections:
        raise InvalidRequest("The document holds no text.", next_step="Check that the right file was sent.")
    return parsed


def recognise(path: str, content: bytes, media_type: str | None = None) -> str:
    """Return the format, a key of `PARSERS`. Raise `InvalidRequest` where none fits."""
    named = SUFFIXES.get(PurePosixPath(path).suffix.lower())
    found = _binary_format(content)
    if found:
        return found
    if named in ("pdf", "docx"):
        raise InvalidRequest(
            f"The file is called {PurePosixPath(path).suffix}, and its content is not that or is broken.",
            next_step="Give it the right suffix, or export it again.",
        )
    if named in _TEXTUAL:
        return named
    if _PAGE.match(content[:1024]):
        return "html"
    declared = _MEDIA_TYPES.get((media_type or "").partition(";")[0].strip().lower())
    if declared:
        return declared
    raise InvalidRequest("The format of the document is not known.", next_step=_UNKNOWN)


def _binary_format(content: bytes) -> str | None:
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(_COMPOUND_FILE):
        raise InvalidRequest(
            "The document is encrypted, or in Office's format before 2007.",
            next_step="Remove the password, save it as .docx, and send that.",
        )
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise InvalidRequest(
            "The document is a damaged archive.", next_step="Save it again with the program that made it."
        ) from None
    if "word/document.xml" in names:
        return "docx"
    raise InvalidRequest("The file is an archive or an Office format that is not read yet.", next_step=_UNKNOWN)
