"""Every text that a request or a body holds, however deep, each with where it stands. Finds nothing in them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator

import msgspec

from vestibule.core.chat import ChatRequest, Image, Message
from vestibule.core.evidence import Evidence
from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.images import media_type_of, read

DEEPEST = 64
_SHORT = 200
_SCHEMA_VALUES = frozenset({"const", "default", "enum", "example", "examples"})
# Base64 of a PNG, JPEG, GIF or WebP, which is told from text by how it begins
_IMAGE = re.compile(
    r"(?:iVBORw0KGgo|[/_]9j[/_]|R0lGODlh|R0lGODdh|UklGR[A-Za-z0-9+/_-]{6}XRUJQ)[A-Za-z0-9+/_-]{16,}"
    r"(?:\s{1,2}[A-Za-z0-9+/_-]{16,})*(?:\s{0,2}[A-Za-z0-9+/_-]{1,16})?={0,2}"
)
_URL_SAFE = str.maketrans("-_", "+/")
_NO_SPACE = dict.fromkeys(map(ord, " \t\r\n"))
_SEAM = re.compile(r"[_\-.]+|(?<=[a-z0-9])(?=[A-Z])")


class Placed(msgspec.Struct, frozen=True):
    """`place` is said in reasons: "the question", "a tool result". What is not `prose` is a name of something. `floor`
    is the class that it has whatever is found in it."""

    text: str
    place: str
    prose: bool = True
    floor: PrivacyClass = PrivacyClass.PUBLIC


def texts_of_request(request: ChatRequest) -> Iterator[Placed]:
    """What is asked and all that comes with it: history, tool calls, results and definitions, formats, metadata, and
    what image files say in words. Raise `ImageError` for one that cannot be read."""
    last = next((i for i in range(len(request.messages) - 1, -1, -1) if request.messages[i].role == "user"), -1)
    for at, message in enumerate(request.messages):
        yield from _texts_of_message(message, "the question" if at == last else "the history")
    for tool in request.tools:
        yield Placed(tool.name, "a tool definition", False)
        yield Placed(tool.description, "a tool definition")
        yield from _placed(strings(tool.parameters), "a tool definition")
    yield Placed(request.response_format.name, "the answer's format", False)
    yield from _placed(strings(request.response_format.schema), "the answer's format")
    yield Placed(request.options.grammar or "", "the answer's format")
    yield from _placed(strings(request.metadata), "the metadata")
    for text in request.sampling.stop:
        yield Placed(text, "a stop sequence")


def _texts_of_message(message: Message, place: str) -> Iterator[Placed]:
    place = "a tool result" if message.role == "tool" else place
    yield Placed(message.content, place)
    if message.role == "tool":
        yield from _placed(nested(message.content), place)
    yield Placed(message.name or "", place)
    for image in message.images:
        yield from _texts_of_image(image)
    for call in message.tool_calls:
        yield Placed(call.name, "a tool call", False)
        yield Placed(call.arguments, "a tool call")
        yield from _placed(nested(call.arguments), "a tool call")


def _texts_of_image(image: Image) -> Iterator[Placed]:
    """The file's name, as it stands and in words, and what the file says besides its picture. Where it was taken is
    where somebody's building stands."""
    yield Placed(image.name, "an image's file name")
    yield Placed(_SEAM.sub(" ", image.name), "an image's file name")
    picture = read(image.data)
    for said in picture.said:
        yield Placed(said.text, "an image's metadata", said.prose)
    yield Placed(picture.position, "an image's position", False, PrivacyClass.RESTRICTED)


def _placed(texts: Iterable[tuple[str, bool]], place: str) -> Iterator[Placed]:
    return (Placed(text, place, prose) for text, prose in texts)


def texts_of_evidence(evidence: Evidence) -> Iterator[Placed]:
    for passage in evidence.passages:
        for text in (passage.text, passage.title, passage.locator):
            yield Placed(text, "a retrieved passage")
    for result in evidence.results:
        for statement in result.statements:
            yield Placed(statement, "building data")


class Body(msgspec.Struct, frozen=True):
    """What a JSON body holds: its texts, each once, all its values in a row, and its images."""

    texts: tuple[Placed, ...]
    in_a_row: str
    images: tuple[bytes, ...]


def read_body(body: bytes) -> Body:
    """Read a JSON body as its reader will, so that no escape hides anything. Images are taken out of the texts they
    stand in. Raise `ValueError` for what is not JSON in UTF-8 and can therefore not be read."""
    decoded = json.loads(body.decode("utf-8"), object_pairs_hook=_Members)
    images: dict[bytes, None] = {}

    def taken(match: re.Match[str]) -> str:
        data = _from_base64(match.group())
        if media_type_of(data) is None:
            return match.group()
        images[data] = None
        return ""

    found = ((_IMAGE.sub(taken, text), prose) for text, prose in strings(decoded))
    texts = tuple(dict.fromkeys(Placed(text, "", prose) for text, prose in found if len(text) > 1))
    return Body(texts, " ".join(placed.text for placed in texts if placed.prose), tuple(images))


def _from_base64(coded: str) -> bytes:
    letters = coded.translate(_URL_SAFE).translate(_NO_SPACE).rstrip("=")
    return base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + "=" * (-len(letters) % 4))


class _Members(list[tuple[str, object]]):
    """A JSON object with every member, also where a name is there twice."""


def strings(value: object, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """Every string in a JSON value, each with whether it may be prose. Names of members and lower-case words such as
    "assistant" are not; nor is what stands for a short member once more, "name: value", because some things are a
    secret only beside their name. Of a schema it is the values that a property may have.

    Raise `RecursionError` for what is nested deeper than any request is.
    """
    if depth > DEEPEST:
        raise RecursionError("nested too deeply")
    if isinstance(value, str):
        yield value, " " in value or not value.islower()
        yield from nested(value, depth + 1)
    elif isinstance(value, (_Members, dict)):
        for name, member in value.items() if isinstance(value, dict) else value:
            yield str(name), False
            for said in _beside(member):
                yield from ((f"{spelled}: {said}", False) for spelled in _spellings(str(name)))
            yield from strings(member, depth + 1)
    elif isinstance(value, (list, tuple)):
        for member in value:
            yield from strings(member, depth + 1)


def nested(text: str, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """The strings of JSON inside a string, as tool calls and results carry it."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            decoded = json.loads(text, object_pairs_hook=_Members)
        except ValueError:
            return
        yield from strings(decoded, depth)


def _beside(member: object) -> Iterator[str]:
    """What a name is the name of: the member itself, or the values that a schema gives for it."""
    if said := _said(member):
        yield said
    elif isinstance(member, (_Members, dict)):
        for name, value in member.items() if isinstance(member, dict) else member:
            if name in _SCHEMA_VALUES and (said := _said(value)):
                yield said


def _spellings(name: str) -> Iterator[str]:
    """The name as it stands and, where that is another, in words: "roomSetpoint", "room setpoint"."""
    yield name
    words = _SEAM.sub(" ", name)
    if words != name:
        yield words.lower()


def _said(member: object) -> str:
    """A scalar, or a few of them, in words; "" for what is long or has parts."""
    parts = member if isinstance(member, (list, tuple)) and not isinstance(member, _Members) else (member,)
    if not all(isinstance(part, (str, int, float)) for part in parts):
        return ""
    said = " ".join(map(str, parts))
    return said if len(said) <= _SHORT else ""
