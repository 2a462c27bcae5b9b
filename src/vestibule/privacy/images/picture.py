"""An image file read: its size, what it says in words, where it was taken; and the file without all that."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Iterator, Mapping

import msgspec

from vestibule.privacy.images import exif, gif, jpeg, png, webp
from vestibule.privacy.images.layout import ImageError, Layout, Note

MOST_PIXELS = 50_000_000
LONGEST = 262_144  # characters of text in one image
_FORMATS: Mapping[str, Callable[[bytes], Layout]] = {
    "image/png": png.layout,
    "image/jpeg": jpeg.layout,
    "image/webp": webp.layout,
    "image/gif": gif.layout,
}
_RUN = re.compile(
    rb"(?:[\x20-\x7e\t\n\r]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){5,}"
)
_VALUE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')|>([^<>]+)<""")
_PLACE_IN_XMP = re.compile(rb"GPSL(?:at|ong)itude", re.IGNORECASE)


class Said(msgspec.Struct, frozen=True):
    """Words in a file that are no part of its picture. What is not `prose` a device wrote: a model, a date."""

    text: str
    prose: bool = True


class Picture(msgspec.Struct, frozen=True):
    """Size in pixels; `position` as `exif.position` gives it."""

    media_type: str
    width: int
    height: int
    said: tuple[Said, ...]
    position: str = ""


def media_type_of(data: bytes) -> str | None:
    """By the first bytes; None for what is none of the four."""
    if data.startswith(png.SIGNATURE):
        return "image/png"
    if data.startswith(jpeg.SIGNATURE):
        return "image/jpeg"
    if webp.is_webp(data):
        return "image/webp"
    return "image/gif" if data.startswith(gif.SIGNATURES) else None


def read(data: bytes) -> Picture:
    """Read a file in time proportional to its length. Raise `ImageError` for what is no such image, is broken, moves,
    or has more pixels or words than anybody needs."""
    media_type, layout = _layout(data)
    notes = [_opened(note) for note in layout.notes]
    said = list(dict.fromkeys(one for note in notes for one in _said(note)))
    if sum(len(one.text) for one in said) > LONGEST:
        raise ImageError(f"holds more than {LONGEST} characters of text")
    places = [exif.position(exif.tags(note.data), note.data) for note in notes if note.kind == "exif"]
    if any(_PLACE_IN_XMP.search(note.data) for note in notes):
        places.append("GPS")
    return Picture(media_type, layout.width, layout.height, tuple(said), next(filter(None, places), ""))


def stripped(data: bytes) -> bytes:
    """The same picture in a file that says nothing else; itself where that is so already. Raise `ImageError`."""
    return _layout(data)[1].picture


def _layout(data: bytes) -> tuple[str, Layout]:
    media_type = media_type_of(data)
    if media_type is None:
        raise ImageError("is no PNG, JPEG, WebP or GIF")
    layout = _FORMATS[media_type](data)
    if not 0 < layout.width * layout.height <= MOST_PIXELS:
        raise ImageError(f"has {layout.width} × {layout.height} pixels; at most {MOST_PIXELS} can be taken")
    return media_type, layout


def _opened(note: Note) -> Note:
    """What a note packs: text that is deflated, a profile in digits."""
    if note.kind not in ("deflated", "profile"):
        return note
    keyword, _, data = note.data.partition(b"\0")
    if note.kind == "deflated":
        data = _inflated(data)
    if keyword.startswith(b"Raw profile type"):
        data = _from_digits(data)
        return Note("exif" if data.startswith((b"II*\0", b"MM\0*")) else "unknown", data)
    return Note("text", keyword + b"\0" + data)


def _said(note: Note) -> Iterator[Said]:
    if note.kind == "exif":
        yield from _said_in_exif(note.data)
    elif note.kind == "text":
        yield from (Said(text) for text in _values(_decoded(note.data)) if text)
    else:
        yield from (Said(value) for text in _readable(note.data) for value in _values(text) if value)


def _said_in_exif(data: bytes) -> Iterator[Said]:
    for tag in exif.tags(data):
        if tag.is_utf16:
            texts = [tag.data.decode("utf-16-le", "ignore")]
        elif tag.is_text:
            texts = [_decoded(tag.data)]
        elif tag.is_comment:
            texts = list(_readable(tag.data[8:]))
        else:
            texts = list(_readable(tag.data)) if tag.type in (1, 7) else []
        for text in texts:
            if words := text.replace("\0", " ").strip():
                yield Said(words, tag.is_written)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, LONGEST)
    except zlib.error:
        return b""


def _from_digits(data: bytes) -> bytes:
    """A line break, the profile's name, its length, then the profile in hexadecimal digits."""
    digits = b"".join(data.split()[2:])
    try:
        return bytes.fromhex(digits.decode("ascii")).removeprefix(b"Exif\0\0")
    except ValueError:
        return data


def _readable(data: bytes) -> Iterator[str]:
    """Runs of characters, also of two bytes each."""
    for reading in dict.fromkeys((data, data.replace(b"\0", b""))):
        for run in _RUN.finditer(reading):
            yield run.group().decode("utf-8", "ignore").strip()


def _values(text: str) -> Iterator[str]:
    """The text; of XML its values, for names of its own say nothing."""
    if "<rdf:" not in text and "<x:xmpmeta" not in text:
        yield text.replace("\0", " ").strip()
        return
    for match in _VALUE.finditer(text):
        value = html.unescape(match[2] or match[3] or match[4] or "").strip()
        if value and not (match[1] or "").startswith("xmlns"):
            yield value
