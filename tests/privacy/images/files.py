"""Image files made for tests: pictures by Pillow, and what is said in them written in by hand."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image as Pillow

from vestibule.privacy.images import png

SIZE = (31, 17)
Maker = Callable[[str], bytes]


def drawn() -> Pillow.Image:
    picture = Pillow.new("RGB", SIZE, (200, 30, 30))
    picture.putpixel((3, 4), (0, 255, 0))
    return picture


def file(format: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    drawn().save(buffer, format, **more)
    return buffer.getvalue()


def opened(data: bytes) -> Pillow.Image:
    picture = Pillow.open(io.BytesIO(data))
    picture.load()
    return picture.convert("RGB")


def tiff(
    *entries: tuple[int, int, int, bytes], gps: tuple[tuple[int, int, int, bytes], ...] = (), big: bool = False
) -> bytes:
    """A TIFF structure of (tag, type, count, data), in the first folder and in that of the position."""
    order = ">" if big else "<"
    start = b"MM\0*\0\0\0\x08" if big else b"II*\0\x08\0\0\0"
    if not gps:
        return start + _folder(order, entries, 8)
    first = _folder(order, (*entries, (0x8825, 4, 1, b"\0\0\0\0")), 8)
    where = struct.pack(f"{order}I", 8 + len(first))
    return start + _folder(order, (*entries, (0x8825, 4, 1, where)), 8) + _folder(order, gps, 8 + len(first))


def _folder(order: str, entries: tuple[tuple[int, int, int, bytes], ...], at: int) -> bytes:
    behind = at + 2 + 12 * len(entries) + 4
    listed, data = b"", b""
    for tag, kind, count, value in entries:
        listed += struct.pack(f"{order}HHI", tag, kind, count)
        if len(value) <= 4:
            listed += value.ljust(4, b"\0")
        else:
            listed += struct.pack(f"{order}I", behind + len(data))
            data += value
    return struct.pack(f"{order}H", len(entries)) + listed + b"\0\0\0\0" + data


def words(tag: int, text: str) -> tuple[int, int, int, bytes]:
    data = text.encode() + b"\0"
    return tag, 2, len(data), data


def fractions(tag: int, *parts: tuple[int, int], big: bool = False) -> tuple[int, int, int, bytes]:
    flat = [number for part in parts for number in part]
    return tag, 5, len(parts), struct.pack(f"{'>' if big else '<'}{len(flat)}I", *flat)


VIENNA = (
    (1, 2, 2, b"N\0"),
    fractions(2, (48, 1), (12, 1), (3056, 100)),
    (3, 2, 2, b"E\0"),
    fractions(4, (16, 1), (22, 1), (1949, 100)),
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(kind: bytes, body: bytes) -> bytes:
    """The chunk behind the header."""
    whole, at = file("PNG"), len(png.SIGNATURE) + 25
    return whole[:at] + chunk(kind, body) + whole[at:]


def jpeg_with(marker: int, body: bytes) -> bytes:
    """The segment behind the start."""
    whole = file("JPEG")
    return whole[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + whole[2:]


def webp_with(kind: bytes, body: bytes) -> bytes:
    """The chunk at the end, of a file with the extended header."""
    whole = file("WEBP", lossless=True)
    extended = struct.pack("<4sI4B", b"VP8X", 10, 0x0C, 0, 0, 0)
    extended += b"".join((side - 1).to_bytes(3, "little") for side in SIZE)
    said = struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)
    chunks = extended + whole[12:] + said
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def gif_with(extension: bytes) -> bytes:
    """The block before the end."""
    return file("GIF")[:-1] + extension + b"\x3b"


def runs(text: bytes) -> bytes:
    pieces = [text[at : at + 255] for at in range(0, len(text), 255)]
    return b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"


def xmp(text: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description dc:creator="{text}"><dc:title>{text} again</dc:title></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def digits(profile: bytes) -> bytes:
    return b"\nexif\n" + str(len(profile)).rjust(8).encode() + b"\n" + profile.hex().encode()


MAKERS: dict[str, Maker] = {
    "PNG text": lambda s: png_with(b"tEXt", b"Comment\0" + s.encode("latin-1")),
    "PNG deflated text": lambda s: png_with(b"zTXt", b"Comment\0\0" + zlib.compress(s.encode("latin-1"))),
    "PNG international text": lambda s: png_with(b"iTXt", b"Title\0\0\0de\0Titel\0" + s.encode()),
    "PNG international deflated": lambda s: png_with(b"iTXt", b"Title\0\1\0\0\0" + zlib.compress(s.encode())),
    "PNG EXIF": lambda s: png_with(b"eXIf", tiff(words(0x010E, s))),
    "PNG profile in digits": lambda s: png_with(
        b"tEXt", b"Raw profile type exif\0" + digits(b"Exif\0\0" + tiff(words(0x013B, s)))
    ),
    "PNG deflated profile": lambda s: png_with(
        b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(digits(s.encode()))
    ),
    "PNG chunk of its own": lambda s: png_with(b"prVt", b"\1\2" + s.encode() + b"\3"),
    "PNG behind the end": lambda s: file("PNG") + b"\0\0" + s.encode(),
    "PNG colours that are none": lambda s: png_with(b"gAMA", s.encode()),
    "JPEG comment": lambda s: jpeg_with(0xFE, s.encode()),
    "JPEG EXIF": lambda s: jpeg_with(0xE1, b"Exif\0\0" + tiff(words(0x8298, s), big=True)),
    "JPEG EXIF of Windows": lambda s: jpeg_with(
        0xE1, b"Exif\0\0" + tiff((0x9C9D, 1, len(s) * 2 + 2, s.encode("utf-16-le") + b"\0\0"))
    ),
    "JPEG user comment": lambda s: jpeg_with(
        0xE1, b"Exif\0\0" + tiff((0x9286, 7, 8 + len(s.encode()), b"ASCII\0\0\0" + s.encode()))
    ),
    "JPEG comment in UTF-16": lambda s: jpeg_with(
        0xE1, b"Exif\0\0" + tiff((0x9286, 7, 8 + 2 * len(s), b"UNICODE\0" + s.encode("utf-16-be")))
    ),
    "JPEG XMP": lambda s: jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(s)),
    "JPEG IPTC": lambda s: jpeg_with(
        0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x50\0\x10" + s.encode()
    ),
    "JPEG JFIF that is longer": lambda s: jpeg_with(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0" + s.encode()),
    "JPEG behind the end": lambda s: file("JPEG", progressive=True) + s.encode(),
    "WebP EXIF": lambda s: webp_with(b"EXIF", tiff(words(0x013C, s))),
    "WebP XMP": lambda s: webp_with(b"XMP ", xmp(s)),
    "WebP chunk of its own": lambda s: webp_with(b"NOTE", s.encode()),
    "WebP behind the end": lambda s: file("WEBP") + s.encode(),
    "GIF comment": lambda s: gif_with(b"\x21\xfe" + runs(s.encode())),
    "GIF XMP": lambda s: gif_with(b"\x21\xff\x0bXMP DataXMP" + xmp(s) + b"\1" + bytes(range(255, -1, -1)) + b"\0"),
    "GIF plain text": lambda s: gif_with(b"\x21\x01\x0c" + b"\0" * 12 + runs(s.encode())),
    "GIF behind the end": lambda s: file("GIF") + s.encode(),
}
"""A way to say something in a file, by name: from the words to the file."""
