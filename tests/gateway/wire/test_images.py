"""How images are read: data URLs of what they say they are, and addresses of others, which are not fetched here."""

from __future__ import annotations

import base64
import json

import pytest

from tests.privacy.images.files import MAKERS, file
from vestibule.core.chat import Image, ImageLink
from vestibule.core.errors import InvalidRequest
from vestibule.gateway.wire.chat_request import decode_chat

TEXT = {"type": "text", "text": "What does the meter say?"}
PNG = file("PNG")


def data_url(data: bytes, said: str = "image/png", more: str = "") -> str:
    return f"data:{said}{more};base64,{base64.b64encode(data).decode()}"


def encode(*parts: object, role: str = "user") -> bytes:
    messages = [{"role": role, "content": list(parts)}, {"role": "user", "content": "Well?"}]
    return json.dumps({"model": "auto", "messages": messages}).encode()


def part(url: object, **more: object) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": url, **more}}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_images_come_behind_the_text_of_their_turn(format: str) -> None:
    kind, data = f"image/{format.lower()}", file(format)
    request = decode_chat(encode(part(data_url(data, kind)), TEXT, part(data_url(PNG), detail="high")))
    message = request.messages[0]
    assert message.content == TEXT["text"]
    assert message.images == (Image(kind, data), Image("image/png", PNG, detail="high"))  # type: ignore[arg-type]  # one of the four
    assert message.size == len(message.content) + len(data) + len(PNG)
    assert request.messages[1].images == ()


def test_one_that_is_elsewhere_keeps_its_place() -> None:
    url = "https://example.org/plant.png"
    sent = [part(data_url(PNG)), part(url, detail="low"), TEXT, part("HTTP://example.org/b.gif"), part(data_url(PNG))]
    message = decode_chat(encode(*sent)).messages[0]
    assert len(message.images) == 2
    assert message.links == (
        ImageLink(url, "messages[0].content[1].image_url.url", 1, "low"),
        ImageLink("HTTP://example.org/b.gif", "messages[0].content[3].image_url.url", 2),
    )


def test_a_file_name_is_taken_from_where_it_may_stand() -> None:
    url = data_url(PNG, more=";name=Plant%20room%204711.png")
    assert decode_chat(encode(part(url))).messages[0].images[0].name == "Plant room 4711.png"
    assert (
        decode_chat(encode(part(data_url(PNG, "image/PNG", ";filename=a.png")))).messages[0].images[0].name == "a.png"
    )


@pytest.mark.parametrize(
    ("sent", "said", "place"),
    [
        (part("https://example.org/a plant.png"), "no address", ".url"),
        (part("https://example.org/" + "x" * 2048), "no address", ".url"),
        (part("https://example.org/a\nb.png"), "no address", ".url"),
        (part("file:///etc/passwd"), "not fetched", ".url"),
        (part("file-abc123"), "not fetched", ".url"),
        (part("data:image/png;base64"), "not fetched", ".url"),
        (part(data_url(PNG, "image/svg+xml")), "not a PNG", ".url"),
        (part("data:image/png,abc"), "not a PNG", ".url"),
        (part("data:image/png;base64,AAA"), "not Base64", ".url"),
        (part("data:image/png;base64,!!!!"), "not Base64", ".url"),
        (part(data_url(file("JPEG"))), "says image/png and is image/jpeg", ".url"),
        (part(data_url(b"%PDF-1.7 and more")), "no PNG", ".url"),
        (part(data_url(PNG[:-20])), "cut off", ".url"),
        (part(data_url(PNG[:16] + b"\x7f\xff\xff\xff" * 2 + PNG[24:])), "pixels", ".url"),
        ({"type": "image_url"}, "missing", ""),
        ({"type": "image_url", "image_url": None}, "missing", ""),
    ],
)
def test_what_is_no_image_here_is_refused(sent: dict[str, object], said: str, place: str) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        decode_chat(encode(TEXT, sent))
    assert caught.value.param == f"messages[0].content[1].image_url{place}"
    assert caught.value.next_step


@pytest.mark.parametrize("role", ["system", "assistant"])
def test_images_are_what_users_send(role: str) -> None:
    with pytest.raises(InvalidRequest, match=f"a turn of role `{role}`"):
        decode_chat(encode(TEXT, part(data_url(PNG)), role=role))


def test_there_are_not_too_many() -> None:
    with pytest.raises(InvalidRequest, match="33 images"):
        decode_chat(encode(TEXT, *[part(data_url(PNG))] * 33))


def test_no_error_repeats_what_was_sent() -> None:
    sent = MAKERS["PNG text"]("my-secret-note")[:-4]
    with pytest.raises(InvalidRequest) as caught:
        decode_chat(encode(TEXT, part(data_url(sent, more=";name=my-secret-note"))))
    assert "my-secret-note" not in str(caught.value)
