"""Images that a request names by their address: fetched before anything else is made of the request.

An address is somebody's words and leaves the house: each, and each that it leads on to, is read, held against the
policy and put on record by the gate. Knows no HTTP.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol, get_args
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace

from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, Image, ImageLink, ImageType, Message
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import EgressRefused, InvalidRequest
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.exchange import Exchange
from vestibule.privacy.classification import Classifier
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.images import ImageError, read
from vestibule.telemetry.metrics import Metrics

MOST_MOVES = 3
FETCH_S = 20.0
PROVIDER = "images"
"""What the cloud rules of a policy call whoever images are fetched from."""
_TYPES: dict[str, ImageType] = {str(kind): kind for kind in get_args(ImageType)}


class Door(Protocol):
    def destination(self, url: str) -> Destination:
        """Where the address leads. Raise `InvalidRequest` for one that nothing is fetched from."""
        ...

    async def get(self, cleared: ClearedRequest, limit: int) -> bytes | str:
        """Return what is there, `limit` bytes at most, or the address that it is said to have now. Raise
        `InvalidRequest` where it cannot be had."""
        ...


@dataclass(frozen=True)
class Fetching:
    """`door` is None where nothing is fetched; all images of a request together have `most_bytes`."""

    door: Door | None
    gate: EgressGate
    classifier: Classifier
    metrics: Metrics
    most_bytes: int

    async def fetched(self, exchange: Exchange, caller: Caller) -> ChatRequest:
        """The request with the images in place of their addresses. Raise `InvalidRequest` naming the one that cannot be
        had, `EgressRefused` where the policy keeps its address in the house."""
        request, left = exchange.request, self.most_bytes
        turns = []
        try:
            async with asyncio.timeout(FETCH_S):
                for message in request.messages:
                    turn, left = await self._turn(exchange, caller, message, left)
                    turns.append(turn)
        except TimeoutError:
            raise InvalidRequest(
                f"The images of this request could not be fetched within {FETCH_S:g} s.",
                next_step="Send the images themselves: data:image/png;base64,…",
                param="messages",
            ) from None
        return replace(request, messages=tuple(turns))

    async def _turn(self, exchange: Exchange, caller: Caller, message: Message, left: int) -> tuple[Message, int]:
        images = list(message.images)
        for link in message.links:
            try:
                image = await self._image(exchange, caller, link, left)
            except (InvalidRequest, EgressRefused) as error:
                error.param = link.place
                raise
            images.insert(link.at, image)
            left -= len(image.data)
        return (replace(message, images=tuple(images), links=()) if message.links else message), left

    async def _image(self, exchange: Exchange, caller: Caller, link: ImageLink, left: int) -> Image:
        if self.door is None:
            raise InvalidRequest(
                "Images are not fetched from elsewhere.",
                next_step="Send the image itself: data:image/png;base64,… An operator may set `images.fetch`.",
            )
        url = link.url
        for _ in range(1 + MOST_MOVES):
            destination = self.door.destination(url)
            found = await self.door.get(await self._cleared(exchange, caller, url, destination), left)
            if isinstance(found, bytes):
                return await asyncio.to_thread(_image, found, url, link)
            url = found
        raise InvalidRequest(
            f"An image has moved more than {MOST_MOVES} times.", next_step="Give the address it has now."
        )

    async def _cleared(self, exchange: Exchange, caller: Caller, url: str, destination: Destination) -> ClearedRequest:
        found = await asyncio.to_thread(self.classifier.text, unquote(url), full=True, policy=exchange.policy)
        raised = exchange.request.options.privacy.level
        if raised is not None:
            found = found.joined(Classification(PrivacyClass.parse(raised), ("raised by the caller",)))
        exchange.classification = exchange.classification.joined(found)
        try:
            cleared = await self.gate.clear(
                msgspec.json.encode({"url": url}),
                destination,
                model=destination.host,
                provider=PROVIDER,
                tenant=caller.tenant,
                who=caller.key_id,
                classification=found,
                request_id=exchange.id,
                consent=exchange.request.options.privacy.consent,
                began_with=exchange.policy,
            )
        except EgressRefused as refusal:
            self.metrics.egress(found.level.label, "refused")
            refusal.next_step = "Send the image itself: data:image/png;base64,…"
            raise
        self.metrics.egress(found.level.label, "cloud")
        exchange.note_departure(0)
        return cleared


def _image(data: bytes, url: str, link: ImageLink) -> Image:
    try:
        found = read(data).media_type
    except ImageError as error:
        raise InvalidRequest(
            f"What was fetched {error}.", next_step="Give the address of a PNG, JPEG, WebP or GIF."
        ) from None
    return Image(
        _TYPES[found], data, unquote(urlsplit(url).path.rpartition("/")[2]).replace("\0", "")[:256], link.detail
    )
