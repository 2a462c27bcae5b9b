"""Images as OpenAI's chat completions spell them: parts with a `data:` URL, or with the address of one elsewhere.
Nothing is fetched here.

Source: OpenAI's API description, `ChatCompletionRequestMessageContentPartImage`; RFC 2397, the data URL scheme.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Literal, get_args
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from vestibule.core.chat import Image, ImageLink, ImageType
from vestibule.core.errors import InvalidRequest
from vestibule.privacy.images import ImageError, read

Detail = Literal["auto", "low", "high"]
MOST_IMAGES = 32
LONGEST_ADDRESS = 2_048
_TYPES: dict[str, ImageType] = {str(kind): kind for kind in get_args(ImageType)}
_NAMES = ("name", "filename")


class WireImage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` is a `data:` URL of a PNG, JPEG, WebP or GIF, which may carry the file's name: `;name=plant.png`; or, where
    the house fetches images, an `https:` URL of one."""

    url: str
    detail: Detail | None = None


Picture = Image | ImageLink


def image(wire: WireImage, path: str) -> Picture:
    """Raise `InvalidRequest` as `image_at` does."""
    return image_at(wire.url, wire.detail, f"{path}.url")


def image_at(url: str, detail: Detail | None, place: str) -> Picture:
    """Raise `InvalidRequest` for what is neither, is none of the four, or is not what it says it is."""
    head, comma, coded = url.partition(",")
    scheme, _, described = head.partition(":")
    if scheme.lower() in ("http", "https"):
        return _link(url, detail, place)
    if scheme.lower() != "data" or not comma:
        raise InvalidRequest(
            f"`{place}` is neither a data: nor an https: URL; images are not fetched from there.",
            next_step="Send the image itself: data:image/png;base64,…",
            param=place,
        )
    said, *parameters = described.split(";")
    media_type = _TYPES.get(said.strip().lower().replace("image/jpg", "image/jpeg"))
    if media_type is None or "base64" not in (p.strip().lower() for p in parameters):
        raise InvalidRequest(
            f"`{place}` is not a PNG, JPEG, WebP or GIF in Base64.",
            next_step="Begin it with data:image/png;base64, or another of the four.",
            param=place,
        )
    data = _decoded(coded, place)
    try:
        found = read(data).media_type
    except ImageError as error:
        raise InvalidRequest(
            f"`{place}` {error}.", next_step="Save the image anew, as one still picture, and send that.", param=place
        ) from None
    if found != media_type:
        raise InvalidRequest(f"`{place}` says {media_type} and is {found}.", next_step="Say what it is.", param=place)
    return Image(media_type, data, _name(parameters), detail or "auto")


def sorted_out(pictures: Iterable[Picture]) -> tuple[tuple[Image, ...], tuple[ImageLink, ...]]:
    """The images that are there, and the links to others, each with its place among all of them."""
    images, links = list[Image](), list[ImageLink]()
    for at, picture in enumerate(pictures):
        if isinstance(picture, ImageLink):
            links.append(replace(picture, at=at))
        else:
            images.append(picture)
    return tuple(images), tuple(links)


def _link(url: str, detail: Detail | None, place: str) -> ImageLink:
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url:
        raise InvalidRequest(
            f"`{place}` is no address.",
            next_step=f"At most {LONGEST_ADDRESS} characters are taken, blanks and control characters escaped.",
            param=place,
        )
    return ImageLink(url, place, detail=detail or "auto")


def require_few(count: int, path: str = "messages") -> None:
    if count > MOST_IMAGES:
        raise InvalidRequest(
            f"`{path}` holds {count} images.", next_step=f"At most {MOST_IMAGES} are taken.", param=path
        )


def _decoded(coded: str, place: str) -> bytes:
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(f"`{place}` is not Base64.", next_step="Encode the file again.", param=place) from None


def _name(parameters: list[str]) -> str:
    named = dict(p.partition("=")[::2] for p in parameters)
    return next((unquote(named[n]).replace("\0", "") for n in _NAMES if n in named), "")[:256]
