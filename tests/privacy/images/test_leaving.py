"""What an image says counts for the class, and none leaves but as a mere picture where the policy lets it."""

from __future__ import annotations

import base64
import json

import pytest

from tests.privacy.images.files import MAKERS, VIENNA, file, jpeg_with, png_with, tiff, words
from tests.privacy.trail import MemoryTrail
from vestibule.core.chat import ChatRequest, Image, Message
from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.privacy.check import Outside, PrivacyCheck
from vestibule.privacy.classification import Classifier
from vestibule.privacy.detection import Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import Policy, PolicyStore
from vestibule.privacy.policy.lint import lint
from vestibule.privacy.policy.policy import Departure
from vestibule.privacy.pseudonyms import pseudonymise
from vestibule.privacy.rereading import find_all
from vestibule.providers.gemini.encoding import contents
from vestibule.providers.openai.encoding import message as openai_message

CLOUD = Destination("https", "api.example.com", 443)
OPEN = "version: 2\nimages: stripped\ncloud: [{allow: [public, internal, confidential]}]\nconsent: {required: false}\n"
HOME = OPEN.replace("images: stripped\n", "")
DETECTOR = Detector()
CODE = "The door code of the plant room is 4711#."
PLACED = jpeg_with(0xE1, b"Exif\0\0" + tiff(words(0x010F, "Acme"), gps=VIENNA))


def with_image(data: bytes, name: str = "") -> ChatRequest:
    return ChatRequest("auto", (Message("user", "What is this?", images=(Image("image/png", data, name),)),))


def classify(data: bytes, name: str = "") -> Classification:
    return Classifier(DETECTOR).request(with_image(data, name))


@pytest.mark.parametrize("way", MAKERS)
def test_what_a_file_says_counts_for_the_class(way: str) -> None:
    found = classify(MAKERS[way](CODE))
    assert found.level is PrivacyClass.RESTRICTED
    assert "ACCESS_CODE found in an image's metadata (block)" in found.reasons


def test_a_position_is_restricted() -> None:
    found = classify(PLACED)
    assert found.level is PrivacyClass.RESTRICTED
    assert "an image's position is restricted" in found.reasons
    assert any(span.type == "COORDINATES" for span in found.spans)


def test_a_file_name_counts() -> None:
    assert classify(file("PNG"), "mail_jo.berg@example.org.png").level is PrivacyClass.CONFIDENTIAL
    assert classify(file("PNG"), "door_code_4711#.png").level is PrivacyClass.RESTRICTED
    assert classify(file("PNG"), "plant.png").level is PrivacyClass.INTERNAL


def test_a_mere_picture_is_never_a_general_question() -> None:
    asked = "What is a typical COP of a chiller?"
    images = (Image("image/png", file("PNG")),)
    levels = [
        Classifier(DETECTOR).request(ChatRequest("auto", (Message("user", asked, images=i),))).level
        for i in ((), images)
    ]
    assert levels == [PrivacyClass.PUBLIC, PrivacyClass.INTERNAL]


def test_a_file_that_cannot_be_read_is_restricted() -> None:
    found = classify(b"no image")
    assert (found.level, found.reasons) == (PrivacyClass.RESTRICTED, ("an image is no PNG, JPEG, WebP or GIF",))


@pytest.mark.parametrize("way", MAKERS)
def test_what_is_written_for_outside_holds_the_picture_alone(way: str) -> None:
    data = MAKERS[way]("Jo Berg")
    asked = (Message("user", "What is this?", images=(Image("image/png", data, "Jo Berg.png", "low"),)),)
    sent = pseudonymise(ModelRequest(asked, prompt=asked), find_all(DETECTOR, Policy.shipped())).request
    for message in (*sent.messages, *sent.prompt):
        (image,) = message.images
        assert b"Jo Berg" not in image.data
        assert (image.name, image.detail) == ("", "low")


def body(data: bytes, spelling: str) -> bytes:
    turn = Message("user", "What is this?", images=(Image("image/png", data),))
    coded = base64.b64encode(data).decode()
    spelled: dict[str, object] = {
        "openai": openai_message(turn),
        "gemini": contents([turn], signed=False),
        "ollama": {"content": "What is this?", "images": [coded]},
        "in a text": {"content": f"What is this? x{coded} y"},
        "in lines": {"content": "\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))},
        "for URLs": {"content": base64.urlsafe_b64encode(data).decode()},
        "in JSON in JSON": {"content": json.dumps({"image": f"data:image/png;base64,{coded}"})},
    }
    return json.dumps({"messages": spelled[spelling]}).encode()


SPELLINGS = ["openai", "gemini", "ollama", "in a text", "in lines", "for URLs", "in JSON in JSON"]


async def clear(sent: bytes, policy: str, began: str | None = None, sealer: Sealer | None = None) -> ClearedRequest:
    store = PolicyStore()
    store.current = Policy.parse(policy.encode())
    gate = EgressGate(sealer or Sealer(), DETECTOR, store, MemoryTrail())
    return await gate.clear(
        sent,
        CLOUD,
        model="large",
        provider="out",
        tenant="t",
        who="k",
        classification=Classification(PrivacyClass.INTERNAL),
        request_id="r",
        began_with=Policy.parse(began.encode()) if began else None,
    )


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_the_gate_sees_an_image_however_it_is_spelled(format: str, spelling: str) -> None:
    sent = body(file(format), spelling)
    with pytest.raises(EgressRefused, match="the policy keeps images in the house"):
        await clear(sent, HOME)
    with pytest.raises(EgressRefused, match="the policy keeps images"):
        await clear(sent, OPEN, began=HOME)
    assert (await clear(sent, OPEN)).body == sent


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("way", ["PNG text", "JPEG EXIF", "WebP XMP", "GIF comment", "JPEG behind the end"])
async def test_the_gate_refuses_an_image_that_says_more(way: str, spelling: str) -> None:
    with pytest.raises(EgressRefused, match="still holds more than its picture"):
        await clear(body(MAKERS[way]("nothing of note"), spelling), OPEN)


async def test_a_large_image_is_sealed_like_any_other() -> None:
    sent, sealer = body(png_with(b"IDAT", b"0" * 400_000), "openai"), Sealer()
    cleared = await clear(sent, OPEN, sealer=sealer)
    assert sealer.verify(cleared)
    assert cleared.body == sent


async def test_the_gate_refuses_an_image_that_it_cannot_read() -> None:
    with pytest.raises(EgressRefused, match="still holds more"):
        await clear(body(file("PNG")[:-9], "openai"), OPEN)


async def test_texts_beside_an_image_are_read_as_ever() -> None:
    sent = json.loads(body(file("PNG"), "openai"))
    sent["messages"]["content"][0]["text"] = CODE
    with pytest.raises(EgressRefused, match="ACCESS_CODE"):
        await clear(json.dumps(sent).encode(), OPEN)


def test_the_policy_is_asked_before_anything_is_encoded() -> None:
    departure = Departure("t", "out", images=True)
    assert not Policy.shipped().verdict(PrivacyClass.PUBLIC, departure).allowed
    verdict = Policy.parse(HOME.encode()).verdict(PrivacyClass.INTERNAL, departure)
    assert (verdict.allowed, verdict.reason) == (False, "the policy keeps images in the house")
    assert Policy.parse(OPEN.encode()).verdict(PrivacyClass.INTERNAL, departure).allowed


def test_letting_images_leave_is_pointed_out() -> None:
    (finding,) = lint(Policy.draft(OPEN.encode()))
    assert (finding.severity, finding.line) == ("warning", 2)
    assert "can be seen" in finding.message
    assert lint(Policy.draft(HOME.encode())) == []


def test_a_large_image_is_not_read_as_text() -> None:
    noise = png_with(b"IDAT", bytes(range(256)) * 8_000)
    assert classify(noise).level is PrivacyClass.INTERNAL


@pytest.mark.parametrize(("policy", "leaves"), [(HOME, False), (OPEN, True)])
async def test_the_check_says_whether_a_conversation_with_an_image_may_leave(policy: str, leaves: bool) -> None:
    store = PolicyStore()
    store.current = Policy.parse(policy.encode())
    check = PrivacyCheck(DETECTOR, store, [Outside("out")])
    report = await check.conversation("t", with_image(MAKERS["PNG text"]("Drawn by Margaret Oyelaran")).messages)
    assert (report.leaves is not None, report.cloud[0].allowed) == (leaves, leaves)
    placed = await check.conversation("t", with_image(PLACED).messages)
    assert (placed.level, placed.leaves) == ("restricted", None)
