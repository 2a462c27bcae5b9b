"""Images with values planted in what their files say besides the picture, and in their names. Knows no conversation."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from PIL import Image as Pillow

from tests.egress.planting import BLOCKED, PSEUDONYMISED, Plant, plant
from tests.privacy.images.files import MAKERS, VIENNA, jpeg_with, tiff, words

WAYS = (
    "PNG international text",
    "PNG international deflated",
    "PNG EXIF",
    "JPEG comment",
    "JPEG EXIF",
    "JPEG EXIF of Windows",
    "JPEG comment in UTF-16",
    "JPEG behind the end",
    "WebP EXIF",
    "WebP chunk of its own",
    "GIF comment",
    "GIF behind the end",
)
PLACE = "JPEG EXIF with a place"
"""Where it was taken: the file says more than the value that is planted."""
_QUIET = frozenset(
    {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "version",
        "background",
        "duration",
        "loop",
        "timestamp",
        "progressive",
        "progression",
    }
)


@dataclass(frozen=True)
class Picture:
    """`url` is how a request holds it; `planted` what stands in the file and, where there is one, in its name."""

    url: str
    planted: tuple[tuple[str, Plant], ...]


def picture(rng: random.Random) -> Picture:
    """One image; a third of what is in it keeps it at home."""
    said = plant(rng, rng.choice(PSEUDONYMISED if rng.random() < 0.7 else BLOCKED))
    way = rng.choice((*WAYS, PLACE))
    data = with_place(said.text) if way == PLACE else MAKERS[way](said.text)
    planted, name = [(f"image, {way}", said)], ""
    if rng.random() < 0.4:
        named = plant(rng, rng.choice(PSEUDONYMISED))
        planted.append(("image's name", named))
        name = f";name={quote(named.text[:200])}.{way.partition(' ')[0].lower()}"
    kind = {"PNG": "png", "JPEG": "jpeg", "WebP": "webp", "GIF": "gif"}[way.partition(" ")[0]]
    return Picture(f"data:image/{kind}{name};base64,{base64.b64encode(data).decode()}", tuple(planted))


def with_place(text: str) -> bytes:
    return jpeg_with(0xE1, b"Exif\0\0" + tiff(words(0x010E, text), gps=VIENNA))


def in_images(texts: Iterable[str]) -> Iterator[str]:
    """What the images among `texts` hold, read as text in every way it may be written, and what Pillow finds said."""
    for data in _decoded(texts):
        yield data.decode("latin-1")
        yield data.decode("utf-8", "ignore")
        for start in (0, 1):
            yield data[start:].decode("utf-16-le", "ignore")
            yield data[start:].decode("utf-16-be", "ignore")
        yield from said(data)


def said(data: bytes) -> list[str]:
    """What an image file says besides its picture, by Pillow."""
    opened = Pillow.open(io.BytesIO(data))
    opened.load()
    found = [f"{tag}: {value}" for tag, value in opened.getexif().items()]
    return found + [f"{name}: {value}" for name, value in opened.info.items() if name not in _QUIET]


def images(texts: Iterable[str]) -> list[bytes]:
    return list(_decoded(texts))


def _decoded(texts: Iterable[str]) -> Iterator[bytes]:
    for text in texts:
        if text.startswith("data:image/"):
            yield base64.b64decode(text.partition(",")[2])
