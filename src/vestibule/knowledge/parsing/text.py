"""Plain text, and the decoding of bytes that all textual formats share. Knows no markup."""

from __future__ import annotations

import codecs
import re

from vestibule.core.errors import InvalidRequest
from vestibule.knowledge.parsing.section import Outline, Parsed

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDERLINE = re.compile(r"^(=+|-+)$")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f]")
_MOST_FOREIGN = 0.3


def parse(content: bytes, charset: str | None) -> Parsed:
    """Paragraphs are set apart by empty lines; a line underlined with `===` or `---` is a heading."""
    outline = Outline()
    for paragraph in re.split(r"\n\s*\n", decode(content, charset).replace("\r\n", "\n").replace("\r", "\n")):
        lines = paragraph.splitlines()
        while len(lines) > 1 and lines[0].strip() and _UNDERLINE.match(lines[1].strip()):
            outline.heading(1 if lines[1].strip().startswith("=") else 2, lines[0])
            lines = lines[2:]
        outline.verbatim("\n".join(line.strip() for line in lines))
    return outline.parsed()


def decode(content: bytes, charset: str | None) -> str:
    """Decode by byte order mark, else by the declared `charset`, else as UTF-8, else as Windows-1252 if that makes
    sense. Raise `InvalidRequest` where nothing does."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _strictly(content, codec)
    if charset:
        return _strictly(content, charset)
    try:
        return _without_controls(content.decode())
    except UnicodeDecodeError:
        pass
    text = _strictly(content, "windows-1252")
    foreign = sum(character > "\x7f" for character in text)
    if foreign > _MOST_FOREIGN * len(text):
        raise _undecodable("an encoding that cannot be told")
    return text


def _strictly(content: bytes, charset: str) -> str:
    try:
        return _without_controls(content.decode(charset))
    except LookupError:
        raise _undecodable(f"an unknown encoding, `{charset[:40]}`") from None
    except UnicodeError:
        raise _undecodable(f"bytes that are not {charset[:40]}") from None


def _without_controls(text: str) -> str:
    if _CONTROLS.search(text):
        raise _undecodable("control characters that no text has")
    return text


def _undecodable(what: str) -> InvalidRequest:
    return InvalidRequest(f"The text of the document is in {what}.", next_step="Save it as UTF-8 and send it again.")
