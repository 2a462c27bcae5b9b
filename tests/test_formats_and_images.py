"""Formats, functions and images through the door: the official SDK, the whole product, servers over real sockets."""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Asked, Call, Reply, Speech
from tests.gateway.conftest import listening
from tests.privacy.images.files import MAKERS, file
from vestibule.app import open_house
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings
from vestibule.gateway.application import build
from vestibule.gateway.ports import ModelInfo

KEY = "key-" + "t" * 40
POLICY = (
    "version: 3\nimages: stripped\ncloud: [{allow: [public, internal, confidential]}]\nconsent: {required: false}\n"
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"state": {"enum": ["on", "off"]}, "who": {"type": "string", "maxLength": 60}},
    "required": ["state", "who"],
    "additionalProperties": False,
}
GOOD = '{"state": "on", "who": "the pump"}'
ASKED = [{"role": "user", "content": "Is the pump on, and who says so?"}]


@dataclass
class Script(Speech):
    """Says what it is told to, one answer after the other."""

    lines: deque[Reply] = field(default_factory=deque)

    def reply(self, asked: Asked) -> Reply:
        return self.lines.popleft()


@dataclass
class Door:
    sdk: AsyncOpenAI
    servers: dict[str, RecordingServer]

    def will_say(self, model: str, *lines: str | Reply) -> None:
        script = self.servers[model].speech
        assert isinstance(script, Script)
        script.lines.extend(Reply(line) if isinstance(line, str) else line for line in lines)

    async def ask(self, model: str, *, stream: bool = False, **more: Any) -> tuple[str, Any]:
        """The text and the `vestibule` block, of a stream or a whole answer; a stream's pieces are counted in it."""
        fields: dict[str, Any] = {
            "messages": ASKED,
            "response_format": wanted(),
            "extra_body": {"vestibule": {"cache": "bypass"}},
        }
        fields |= more
        if not stream:
            answer: ChatCompletion = await self.sdk.chat.completions.create(model=model, **fields)
            extra = answer.model_extra or {}
            return answer.choices[0].message.content or "", extra["vestibule"] | {
                "finish": answer.choices[0].finish_reason
            }
        text, pieces, report = "", 0, dict[str, Any]()
        async for chunk in await self.sdk.chat.completions.create(model=model, stream=True, **fields):
            said = chunk.choices[0].delta.content if chunk.choices else None
            text += said or ""
            pieces += bool(said)
            report |= (chunk.model_extra or {}).get("vestibule") or {}
        return text, report | {"pieces": pieces}


def wanted(schema: dict[str, Any] = SCHEMA, *, strict: bool = False) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "pump", "schema": schema, "strict": strict}}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def servers(certificates: Certificates) -> Iterator[dict[str, RecordingServer]]:
    with (
        RecordingServer(OpenAIChat(), certificates, Script(), KEY) as gpt,
        RecordingServer(GeminiNative(), certificates, Script(), KEY) as gemini,
        RecordingServer(OpenAIChat(), None, Script()) as own,
    ):
        yield {"gpt": gpt, "gemini": gemini, "own": own}


@pytest.fixture
async def door(
    storage_home: Path, tmp_path: Path, servers: dict[str, RecordingServer], certificates: Certificates
) -> AsyncIterator[Door]:
    (policy := tmp_path / "policy.yaml").write_text(POLICY)
    (key := tmp_path / "key").write_text(KEY)
    keys, trusted = (f"file:{key}",), certificates.ca_file
    settings = Settings(
        home=storage_home,
        policy=policy,
        providers=(
            ProviderSettings("a", "openai", servers["gpt"].base_url, keys, cloud=True, ca_file=trusted),
            ProviderSettings("b", "gemini", servers["gemini"].base_url, keys, cloud=True, ca_file=trusted),
            ProviderSettings("c", "openai", servers["own"].base_url, keys),
        ),
        models=(
            ModelSettings("gpt", "a", "gpt-4o"),
            ModelSettings("gemini", "b", "gemini-2.0-flash"),
            ModelSettings("own", "c", "own"),
        ),
    )
    async with open_house(settings, open_to_loopback=False) as house:
        issued = await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
        app = build(
            house.pipeline,
            house.pipeline.access,
            house.embedder,
            lambda: [ModelInfo(name) for name in house.catalogue.names()],
            house.readiness,
            house.metrics,
            house.settings,
        )
        async with listening(app) as port:
            sdk = AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=issued.token, max_retries=0)
            async with sdk:
                yield Door(sdk, servers)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gpt", "gemini", "own"])
async def test_an_answer_in_the_format_is_given_as_it_is(door: Door, model: str, stream: bool) -> None:
    door.will_say(model, GOOD)
    text, report = await door.ask(model, stream=stream)
    assert (text, report["quality"]["checks"]["format"]) == (GOOD, 1.0)
    assert [a["outcome"] for a in report["route"]["attempts"]] == ["answered"]


@pytest.mark.parametrize("said", [f"```json\n{GOOD}\n```", f"Of course: {GOOD}\nAnything else?"])
async def test_wrapping_is_taken_off_and_nobody_is_asked_again(door: Door, said: str) -> None:
    door.will_say("own", said)
    text, report = await door.ask("own", stream=True)
    assert (text, report["pieces"]) == (GOOD, 1)
    assert len(door.servers["own"].requests) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gpt", "gemini", "own"])
async def test_what_is_wrong_is_mended_once(door: Door, model: str, stream: bool) -> None:
    door.will_say(model, '{"state": "maybe", "who": "Margaret Oyelaran"}', GOOD)
    text, report = await door.ask(model, stream=stream)
    assert (text, report["quality"]["checks"]["format"]) == (GOOD, 1.0)
    assert [a["outcome"] for a in report["route"]["attempts"]] == ["malformed", "answered"]
    again = "\n".join(door.servers[model].requests[1].texts())
    assert "$.state" in again
    assert ("Margaret" in again) is (model == "own")  # what was said before is pseudonymised anew


async def test_what_is_wrong_twice_is_said(door: Door) -> None:
    door.will_say("own", "I cannot tell.", '{"state": "maybe"}')
    with pytest.raises(openai.APIStatusError, match="did not answer in the format") as caught:
        await door.ask("own")
    assert (caught.value.status_code, caught.value.code) == (502, "upstream_failed")
    assert "maybe" not in str(caught.value)
    assert len(door.servers["own"].requests) == 2


async def test_whoever_is_next_is_asked_afresh(door: Door) -> None:
    door.will_say("own", "I cannot tell.", '{"state": "maybe"}')
    door.will_say("gpt", GOOD)
    text, report = await door.ask("auto")
    outcomes = [(a["model"], a["outcome"]) for a in report["route"]["attempts"]]
    assert text == GOOD
    assert outcomes == [("own", "malformed"), ("own", "malformed"), ("gpt", "answered")]
    assert not any(
        "cannot tell" in said or "format asked for" in said for said in door.servers["gpt"].requests[0].texts()
    )


async def test_of_strict_formats_a_provider_that_keeps_them_streams(door: Door) -> None:
    door.will_say("gpt", GOOD)
    door.servers["gpt"].pace_s = 0.02
    text, report = await door.ask("gpt", stream=True, response_format=wanted(strict=True))
    door.servers["gpt"].pace_s = 0.0
    assert text == GOOD
    assert report["pieces"] > 1
    assert report["quality"]["checks"]["format"] == 1.0
    assert b'"strict":true' in door.servers["gpt"].requests[0].body


async def test_a_promise_that_is_not_kept_is_no_success(door: Door) -> None:
    door.will_say("gpt", '{"state": "maybe", "who": "x"}', '{"state": "perhaps", "who": "x"}')
    with pytest.raises(openai.APIError, match=r"broke off|format"):
        await door.ask("gpt", stream=True, response_format=wanted(strict=True))


async def test_an_answer_that_is_cut_off_is_said_to_be(door: Door) -> None:
    door.will_say("own", Reply('{"state": "on", "wh', truncated=True))
    text, report = await door.ask("own")
    assert (text, report["finish"]) == ('{"state": "on", "wh', "length")
    assert report["quality"]["checks"]["format"] == 0.0
    assert len(door.servers["own"].requests) == 1


async def test_any_object_is_an_object(door: Door) -> None:
    door.will_say("own", "[1]", '{"a": [1]}')
    text, report = await door.ask("own", response_format={"type": "json_object"})
    assert text == '{"a": [1]}'
    assert len(report["route"]["attempts"]) == 2


@pytest.mark.parametrize("model", ["gpt", "gemini", "own"])
async def test_calls_are_measured_by_their_schema(door: Door, model: str) -> None:
    offered = [{"type": "function", "function": {"name": "switch", "parameters": SCHEMA}}]
    made: list[tuple[dict[str, object], float]] = [({"state": "on", "who": "me"}, 1.0), ({"state": "maybe"}, 0.0)]
    for arguments, share in made:
        door.will_say(model, Reply(calls=(Call("switch", arguments),)))
        _, report = await door.ask(model, tools=offered, response_format=openai.NOT_GIVEN)
        assert report["quality"]["checks"]["tools"] == share


@pytest.mark.parametrize(
    ("schema", "said"), [({"type": "objec"}, "at `type`"), ({"$ref": "http://127.0.0.1/x"}, "outside itself")]
)
async def test_a_schema_that_is_none_is_refused_at_the_door(door: Door, schema: dict[str, Any], said: str) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as caught:
        await door.ask("own", response_format=wanted(schema))
    assert caught.value.param == "response_format.json_schema.schema"
    assert door.servers["own"].requests == []


@pytest.mark.slow
@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_of_our_own_keeps_to_the_schema(door: Door, stream: bool) -> None:
    text, report = await door.ask("vestibule-tiny", stream=stream, max_tokens=200, seed=5)
    assert set(json.loads(text)) == {"state", "who"}
    assert report["quality"]["checks"]["format"] == 1.0
    assert not stream or report["pieces"] > 1


def shown(data: bytes, text: str = "What does this dial show?") -> list[dict[str, Any]]:
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    image = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    return [{"role": "user", "content": [{"type": "text", "text": text}, image]}]


@pytest.mark.parametrize("model", ["gpt", "gemini", "own"])
async def test_an_image_reaches_the_model_and_the_answer_the_caller(door: Door, model: str) -> None:
    door.will_say(model, "It shows 41.5 bar.")
    noted = MAKERS["PNG text"]("Drawn by Margaret Oyelaran")
    text, report = await door.ask(model, messages=shown(noted), response_format=openai.NOT_GIVEN)
    assert text == "It shows 41.5 bar."
    assert report["privacy"]["class"] in ("internal", "confidential")
    coded = base64.b64encode(file("PNG")).decode()
    (request,) = door.servers[model].requests
    # outside the picture alone, at home the file as it was sent
    assert any(text.endswith(coded) for text in request.texts()) is (model != "own")
    assert (door.servers[model].seen(["Margaret Oyelaran"]) == []) is (model != "own")


async def test_images_are_part_of_what_an_answer_is_remembered_by(door: Door) -> None:
    door.will_say("own", "One.", "Another.")
    cached: dict[str, Any] = {"extra_body": {}, "response_format": openai.NOT_GIVEN}
    first, _ = await door.ask("own", messages=shown(file("PNG")), **cached)
    again, _ = await door.ask("own", messages=shown(file("PNG")), **cached)
    other, _ = await door.ask("own", messages=shown(MAKERS["PNG text"]("x")), **cached)
    assert (first, again, other) == ("One.", "One.", "Another.")


async def test_models_without_eyes_and_images_from_elsewhere_are_refused(door: Door) -> None:
    with pytest.raises(openai.APIStatusError, match="vestibule-tiny: takes no images") as caught:
        await door.ask("vestibule-tiny", messages=shown(file("PNG")), response_format=openai.NOT_GIVEN)
    assert caught.value.code == "no_candidate"
    elsewhere = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What?"},
                {"type": "image_url", "image_url": {"url": "http://127.0.0.1/a.png"}},
            ],
        }
    ]
    with pytest.raises(openai.BadRequestError, match="not fetched"):
        await door.ask("own", messages=elsewhere)
