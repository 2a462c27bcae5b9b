"""Images that are named by their address, through the whole house: fetched once cleared, and not a byte more said."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import openai
import pytest
from openai import AsyncOpenAI

from tests.egress.servers.server import RecordingServer
from tests.gateway.conftest import listening
from tests.privacy.images.files import MAKERS, file
from tests.providers.cloud.conftest import Answer, Certificate, Cloud, certify, cloud, reply, sends
from tests.test_attempts import Chat, Says
from vestibule.app import House, open_house
from vestibule.core.settings import ImageSettings, ModelSettings, ProviderSettings, Settings
from vestibule.gateway.application import build
from vestibule.gateway.ports import ModelInfo
from vestibule.privacy.audit.entry import Record
from vestibule.providers.cloud import images
from vestibule.providers.trust import trusted_by

PNG = file("PNG")
POLICY = "version: 3\ncloud: [{allow: [public, internal], providers: [images]}]\nconsent: {required: false}\n"


@dataclass
class Door:
    """A house with one model that sees, and a host of images beside it."""

    sdk: AsyncOpenAI
    house: House
    tenant: str
    model: RecordingServer
    host: Cloud

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.host.port}"

    async def trail(self, count: int) -> list[Record]:
        """The decisions of this tenant, newest first, once there are `count`."""
        async with asyncio.timeout(10):
            while len(found := await self.house.privacy.trail.newest(self.tenant)) < count:  # noqa: ASYNC110 it is in a database
                await asyncio.sleep(0.05)
        return found

    async def ask(self, *urls: str, **ours: object) -> dict[str, Any]:
        """The `vestibule` block of the answer to a question about the images."""
        parts: list[Any] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        said: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "What does it show?"}, *parts]}]
        answer = await self.sdk.chat.completions.create(model="own", messages=said, extra_body={"vestibule": ours})
        block: dict[str, Any] = (answer.model_extra or {})["vestibule"]
        return block


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certify(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch, certificate: Certificate) -> None:
    """This machine counts as out in the world, and its authority is trusted."""
    monkeypatch.setattr(images, "is_public", lambda address: True)
    monkeypatch.setattr(images, "trusted_by", lambda _: trusted_by(certificate.ca_file))


@asynccontextmanager
async def opened(
    home: Path, folder: Path, certificate: Certificate, answer: Answer, *, fetch: bool = True, policy: str = POLICY
) -> AsyncIterator[Door]:
    (folder / "policy.yaml").write_text(policy)
    with RecordingServer(Chat(), None, Says()) as model:
        async with cloud(answer, certificate.context) as host:
            settings = Settings(
                home=home,
                policy=folder / "policy.yaml",
                images=ImageSettings(fetch, (f"127.0.0.1:{host.port}",)),
                providers=(ProviderSettings("c", "openai", model.base_url),),
                models=(ModelSettings("own", "c", "own"),),
            )
            async with open_house(settings, open_to_loopback=False) as house:
                issued = await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
                app = build(
                    house.pipeline,
                    house.pipeline.access,
                    house.embedder,
                    lambda: [ModelInfo("own")],
                    house.readiness,
                    house.metrics,
                    house.settings,
                )
                async with listening(app) as port:
                    address = f"http://127.0.0.1:{port}/v1"
                    async with AsyncOpenAI(base_url=address, api_key=issued.token, max_retries=0) as sdk:
                        yield Door(sdk, house, issued.key.tenant, model, host)


def by_path(answers: dict[str, bytes]) -> Answer:
    """Answers each path once, in the order they are given."""
    left = list(answers.values())

    async def answer(writer: asyncio.StreamWriter) -> bool:
        writer.write(left.pop(0))
        await writer.drain()
        return True

    return answer


@pytest.mark.usefixtures("near")
async def test_an_image_elsewhere_reaches_the_model_as_one_that_was_sent(
    storage_home: Path, tmp_path: Path, certificate: Certificate
) -> None:
    other = MAKERS["PNG text"]("Drawn by nobody")
    answers = {"/moved": reply(b"", 302, "Location: /plant.png"), "/plant.png": reply(PNG)}
    async with opened(storage_home, tmp_path, certificate, by_path(answers)) as door:
        sent = f"data:image/png;base64,{base64.b64encode(other).decode()}"
        block = await door.ask(sent, f"{door.url}/moved")
        assert [head.split()[1] for head, _ in door.host.requests] == ["/moved", "/plant.png"]
        (request,) = door.model.requests
        pictures = [text for text in request.texts() if text.startswith("data:")]
        assert pictures == [sent, f"data:image/png;base64,{base64.b64encode(PNG).decode()}"]
        assert block["privacy"]["left"]
        assert block["timings_ms"]["fetch"] > 0
        cleared = [record for record in await door.trail(3) if record.entry.action == "cleared"]
        assert [record.entry.destination for record in cleared] == [door.url] * 2
        # what is remembered is the image, not where it was
        again = await door.ask(sent, f"data:image/png;name=plant.png;base64,{base64.b64encode(PNG).decode()}")
        assert again["cache"]["status"] == "hit"


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize(
    ("path", "ours", "said"),
    [
        ("/alarm-code-4711%23.png?text=the%20alarm%20code%20is%204711", {}, "restricted"),
        ("/a.png?of=Margaret%20Oyelaran,%20m.oyelaran@example.org", {}, "confidential"),
        ("/a.png", {"privacy": {"class": "restricted"}}, "restricted"),
        ("/a.png", {"privacy": {"consent": False}}, "consent"),
    ],
)
async def test_an_address_that_says_too_much_stays(
    storage_home: Path, tmp_path: Path, certificate: Certificate, path: str, ours: dict[str, Any], said: str
) -> None:
    async with opened(storage_home, tmp_path, certificate, sends(reply(PNG))) as door:
        with pytest.raises(openai.PermissionDeniedError, match=said) as caught:
            await door.ask(door.url + path, **ours)
        assert (caught.value.code, caught.value.param) == ("egress_refused", "messages[0].content[1].image_url.url")
        assert door.host.connections == 0
        assert [record.entry.action for record in await door.trail(1)] == ["refused"]


@pytest.mark.usefixtures("near")
async def test_the_policy_shipped_lets_no_address_leave(
    storage_home: Path, tmp_path: Path, certificate: Certificate
) -> None:
    closed = "version: 1\n"
    async with opened(storage_home, tmp_path, certificate, sends(reply(PNG)), policy=closed) as door:
        with pytest.raises(openai.PermissionDeniedError, match="no cloud rule allows internal"):
            await door.ask(f"{door.url}/a.png")
        assert door.host.connections == 0


@pytest.mark.usefixtures("near")
async def test_what_cannot_be_had_is_said_with_its_place(
    storage_home: Path, tmp_path: Path, certificate: Certificate
) -> None:
    moved = reply(b"", 302, "Location: /again")
    answers = {"a": reply(b"%PDF-1.7"), "b": reply(b"", 302, "Location: https://other.example/"), "c": moved}
    answers |= {"d": moved, "e": moved, "f": moved}
    async with opened(storage_home, tmp_path, certificate, by_path(answers)) as door:
        for said in ("no PNG", "not fetched from other.example", "moved more than 3 times"):
            with pytest.raises(openai.BadRequestError, match=said) as caught:
                await door.ask(f"{door.url}/a.png")
            assert caught.value.param == "messages[0].content[1].image_url.url"
        assert door.model.requests == []


async def test_a_house_that_fetches_nothing_says_so(
    storage_home: Path, tmp_path: Path, certificate: Certificate
) -> None:
    async with opened(storage_home, tmp_path, certificate, sends(reply(PNG)), fetch=False) as door:
        for url in (
            f"{door.url}/a.png",
            "https://example.com/a.png",
            "http://[::1]/a.png",
            "HTTP://169.254.169.254/latest/meta-data",
        ):
            with pytest.raises(openai.BadRequestError, match="not fetched from elsewhere") as caught:
                await door.ask(url)
            assert caught.value.param == "messages[0].content[1].image_url.url"
        assert door.host.connections == 0


async def test_this_machine_is_not_out_in_the_world(
    storage_home: Path, tmp_path: Path, certificate: Certificate
) -> None:
    async with opened(storage_home, tmp_path, certificate, sends(reply(PNG))) as door:
        with pytest.raises(openai.BadRequestError, match="not out in the world"):
            await door.ask(f"{door.url}/a.png")
        assert door.host.connections == 0
