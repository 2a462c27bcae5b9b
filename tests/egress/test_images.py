"""Images on their way to recording clouds: no planted byte of what their files say arrives, and none of an image that
the policy keeps; each part of the way alone is shown to hold."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image as Pillow

import vestibule.privacy.pseudonyms.request as writing
from tests.egress.servers.certificates import Certificates
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Speech
from tests.privacy.images.files import MAKERS, VIENNA, file, jpeg_with, tiff, words
from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.core.answer import Completed
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Image, ImageType, Message, Options, PrivacyOptions
from vestibule.core.errors import EgressRefused, NoCandidate
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings
from vestibule.privacy import egress
from vestibule.privacy.images import media_type_of, read

KEY = "key-" + "t" * 40
POLICY = """
version: 7
images: stripped
cloud: [{allow: [public, internal, confidential]}]
consent: {required: false}
"""
MODELS = ("gpt", "gemini")
ARTIST = "Margaret Oyelaran, Tide Mill boiler house"


@dataclass
class Out:
    house: House
    issued: IssuedKey
    servers: dict[str, RecordingServer]
    policy: Path

    def set_policy(self, text: str) -> None:
        self.policy.write_text(text)
        self.house.privacy.policies.refresh()

    async def ask(self, model: str, *images: Image, text: str = "What does this dial show?") -> Completed:
        asked = (Message("user", text, images=images),)
        request = ChatRequest(model, asked, options=Options(cache="bypass", privacy=PrivacyOptions(consent=True)))
        events = [event async for event in self.house.pipeline.run(Credential(self.issued.token), request)]
        assert isinstance(events[-1], Completed)
        return events[-1]

    def received(self) -> str:
        """All that arrived anywhere, as it came and with every image decoded."""
        texts = [s for server in self.servers.values() for request in server.requests for s in request.texts()]
        raw = b"".join(server.received for server in self.servers.values())
        return "\n".join([raw.decode("latin-1"), *(data.decode("latin-1") for data in map(decoded, texts))])

    def images(self, model: str) -> list[bytes]:
        texts = [text for request in self.servers[model].requests for text in request.texts()]
        return [data for data in map(decoded, texts) if media_type_of(data)]


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        return b""


def image(data: bytes, name: str = "") -> Image:
    kind: ImageType | None = media_type_of(data)  # type: ignore[assignment]  # the four there are
    assert kind
    return Image(kind, data, name)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def servers(certificates: Certificates) -> Iterator[dict[str, RecordingServer]]:
    speech = Speech(calls=False)
    with (
        RecordingServer(OpenAIChat(), certificates, speech, KEY) as openai,
        RecordingServer(GeminiNative(), certificates, speech, KEY) as gemini,
    ):
        yield {"gpt": openai, "gemini": gemini}


@pytest.fixture
async def out(
    storage_home: Path, tmp_path: Path, servers: dict[str, RecordingServer], certificates: Certificates
) -> AsyncIterator[Out]:
    async with opened(storage_home, tmp_path, servers, certificates) as found:
        yield found


@asynccontextmanager
async def opened(
    home: Path, tmp_path: Path, servers: dict[str, RecordingServer], certificates: Certificates
) -> AsyncIterator[Out]:
    (policy := tmp_path / "policy.yaml").write_text(POLICY)
    (key := tmp_path / "key").write_text(KEY)
    keys, trusted = (f"file:{key}",), certificates.ca_file
    openai, gemini = servers["gpt"].base_url, servers["gemini"].base_url
    settings = Settings(
        home=home,
        policy=policy,
        providers=(
            ProviderSettings("a", "openai", openai, keys, cloud=True, ca_file=trusted),
            ProviderSettings("b", "gemini", gemini, keys, cloud=True, ca_file=trusted),
            ProviderSettings("c", "deepseek", openai, keys, cloud=True, ca_file=trusted),
        ),
        models=(
            ModelSettings("gpt", "a", "gpt-4o"),
            ModelSettings("gemini", "b", "gemini-2.0-flash"),
            ModelSettings("blind", "a", "gpt-3.5-turbo", images=False),
            ModelSettings("deepseek", "c", "deepseek-chat"),
        ),
    )
    async with open_house(settings, open_to_loopback=False) as house:
        yield Out(house, await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"]), servers, policy)


@pytest.mark.parametrize("model", MODELS)
async def test_only_the_picture_arrives(out: Out, model: str) -> None:
    sent = [image(make(ARTIST), f"{ARTIST}.{at}") for at, make in enumerate(MAKERS.values())]
    answer = await out.ask(model, *sent)
    assert (answer.report.route.model, answer.report.privacy.left) == (model, True)
    assert any("image's metadata" in reason for reason in answer.report.privacy.reasons)
    received = out.received()
    for part in ("Margaret", "Oyelaran", "Tide Mill", "boiler house"):
        assert part not in received
    arrived = out.images(model)
    assert out.servers[model].seen(["Margaret Oyelaran", "Tide Mill", "boiler house"]) == []
    assert len(arrived) == len(sent)
    for was, came in zip(sent, arrived, strict=True):
        assert read(came).said == ()
        assert pixels(came) == pixels(was.data)


def pixels(data: bytes) -> bytes:
    return Pillow.open(BytesIO(data)).convert("RGB").tobytes()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (jpeg_with(0xE1, b"Exif\0\0" + tiff(words(0x010F, "Acme"), gps=VIENNA)), ""),
        (MAKERS["PNG deflated text"]("The door code is 4711#."), ""),
        (MAKERS["GIF XMP"]("The alarm code is 902144."), ""),
        (file("WEBP"), "door_code_4711#.webp"),
    ],
)
async def test_what_is_restricted_in_a_file_keeps_the_request_at_home(
    out: Out, model: str, data: bytes, name: str
) -> None:
    with pytest.raises(EgressRefused, match="stays in the house"):
        await out.ask(model, image(data, name))
    assert all(server.connections == [] for server in out.servers.values())


@pytest.mark.parametrize("model", MODELS)
async def test_the_policy_shipped_keeps_every_image(out: Out, model: str) -> None:
    out.set_policy(POLICY.replace("images: stripped\n", "").replace("version: 7", "version: 8"))
    with pytest.raises(EgressRefused, match="the policy keeps images in the house"):
        await out.ask(model, image(file("PNG")))
    with pytest.raises(NoCandidate, match=f"{model}: the policy keeps images in the house"):
        await out.ask("auto", image(file("PNG")))
    assert all(server.connections == [] for server in out.servers.values())
    assert (await out.ask(model, text="Write a haiku about spring.")).text


async def test_models_that_take_no_images_say_so(out: Out) -> None:
    for model in ("blind", "deepseek", "extractive"):
        with pytest.raises(NoCandidate, match=f"{model}: takes no images"):
            await out.ask(model, image(file("PNG")))
    assert (await out.ask("auto", image(file("PNG")))).model == "gpt"
    assert all(request.body.count(b"data:image") == 1 for request in out.servers["gpt"].requests)


def without_stripping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "stripped", lambda data: data)


def without_the_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    without_stripping(monkeypatch)
    monkeypatch.setattr(egress, "_is_stripped", lambda data: True)


@pytest.mark.parametrize("model", MODELS)
async def test_without_stripping_the_gate_refuses(out: Out, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_stripping(monkeypatch)
    with pytest.raises(EgressRefused, match="still holds more than its picture"):
        await out.ask(model, image(MAKERS["JPEG EXIF"](ARTIST)))
    assert all(server.connections == [] for server in out.servers.values())


@pytest.mark.parametrize("model", MODELS)
async def test_with_both_taken_away_the_search_finds_what_leaks(
    out: Out, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nothing is found above is because nothing is there."""
    without_the_second_look(monkeypatch)
    await out.ask(model, image(MAKERS["JPEG EXIF"](ARTIST)))
    assert "Oyelaran" in out.received()
