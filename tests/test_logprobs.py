"""How probable the tokens of an answer were, through the door: told while they are the caller's text, never else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion_token_logprob import ChatCompletionTokenLogprob

from tests.egress.servers.faults import Fault
from tests.gateway.responses.conformance import SCHEMA_IS_HERE, check
from tests.test_formats_and_images import Door, certificates, door, servers, wanted

__all__ = ["certificates", "door", "servers"]

SAID = "The valve is 😀 open; größer geht es nicht."
ACTIVE = "It is well. <script>go()</script> Done."
ASKED: list[Any] = [{"role": "user", "content": "Is the valve open?"}]


@dataclass
class Told:
    """What a caller has of an answer: its text, its tokens, what the report says, and the text of each place."""

    text: str
    tokens: list[ChatCompletionTokenLogprob] | None
    report: dict[str, Any]

    @property
    def spelled(self) -> str:
        return b"".join(bytes(token.bytes or []) for token in self.tokens or []).decode()


async def ask(sdk: AsyncOpenAI, model: str, *, stream: bool = False, **more: Any) -> Told:
    asked: dict[str, Any] = {"messages": ASKED, "logprobs": True, "top_logprobs": 2}
    asked |= {"extra_body": {"vestibule": {"cache": "bypass"}}} | more
    if not stream:
        answer: ChatCompletion = await sdk.chat.completions.create(model=model, **asked)
        choice = answer.choices[0]
        tokens = choice.logprobs.content if choice.logprobs else None
        return Told(choice.message.content or "", tokens, (answer.model_extra or {})["vestibule"])
    told = Told("", None, {})
    async for chunk in await sdk.chat.completions.create(model=model, stream=True, **asked):
        for piece in chunk.choices:
            told.text += piece.delta.content or ""
            if piece.logprobs:
                told.tokens = (told.tokens or []) + (piece.logprobs.content or [])
                assert told.text.startswith(told.spelled)
        told.report |= (chunk.model_extra or {}).get("vestibule") or {}
    return told


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gpt", "own"])
async def test_tokens_are_told_with_their_text(door: Door, model: str, stream: bool) -> None:
    door.will_say(model, SAID)
    told = await ask(door.sdk, model, stream=stream)
    assert told.text == told.spelled == SAID
    assert told.report["logprobs"] == "told"
    for token in told.tokens or []:
        assert token.logprob == -0.25
        assert [(top.token, top.logprob) for top in token.top_logprobs] == [
            (token.token, -0.25),
            (f"{token.token}1", -1.25),
        ]


@pytest.mark.parametrize("stream", [False, True])
async def test_none_are_told_unasked(door: Door, stream: bool) -> None:
    door.will_say("own", SAID)
    told = await ask(door.sdk, "own", stream=stream, logprobs=None, top_logprobs=None)
    assert (told.text, told.tokens) == (SAID, None)
    assert "logprobs" not in told.report
    (request,) = door.servers["own"].requests
    assert b"logprobs" not in request.body


async def test_without_others_in_their_place(door: Door) -> None:
    door.will_say("own", SAID)
    told = await ask(door.sdk, "own", top_logprobs=None)
    assert told.spelled == SAID
    assert all(token.top_logprobs == [] for token in told.tokens or [])


async def test_each_of_several_choices_has_its_own(door: Door) -> None:
    door.will_say("own", "One.", "Two.")
    answer = await door.sdk.chat.completions.create(model="own", messages=ASKED, n=2, logprobs=True)
    spelled = [
        "".join(token.token for token in (choice.logprobs and choice.logprobs.content) or [])
        for choice in answer.choices
    ]
    assert spelled == [choice.message.content for choice in answer.choices]
    assert sorted(spelled) == ["One.", "Two."]


@pytest.mark.parametrize("stream", [False, True])
async def test_none_are_told_of_what_was_made_to_lie_still(door: Door, stream: bool) -> None:
    door.will_say("own", ACTIVE)
    told = await ask(door.sdk, "own", stream=stream)
    assert told.text == "It is well. ‹script>go()‹/script> Done."
    assert told.report["logprobs"] == "withheld"
    assert "script" not in told.spelled
    assert stream or told.tokens is None


@pytest.mark.parametrize("stream", [False, True])
async def test_none_are_told_of_pseudonyms(door: Door, stream: bool) -> None:
    """The model outside was told of somebody under another name: its tokens are not the caller's text."""
    door.will_say("gpt", "⟦PERSON_1⟧ has it. All is well.")
    named = [{"role": "user", "content": "Does Margaret Oyelaran have the key of the plant room?"}]
    told = await ask(door.sdk, "gpt", stream=stream, messages=named)
    assert told.text == "Margaret Oyelaran has it. All is well."
    assert told.tokens is None
    assert told.report["logprobs"] == "withheld"
    assert told.report["privacy"]["pseudonymised"] == 1


async def test_an_answer_in_a_form_tells_what_is_left_of_it(door: Door) -> None:
    good = '{"state": "on", "who": "the pump"}'
    door.will_say("own", good, f"```json\n{good}\n```")
    assert (await ask(door.sdk, "own", response_format=wanted())).spelled == good
    fenced = await ask(door.sdk, "own", response_format=wanted())
    assert (fenced.text, fenced.tokens, fenced.report["logprobs"]) == (good, None, "withheld")


@pytest.mark.parametrize("stream", [False, True])
async def test_one_that_is_told_again_tells_of_its_tokens_once(door: Door, stream: bool) -> None:
    said = "The valve is open. " * 12
    door.will_say("own", said, said)
    door.servers["own"].faults.append(Fault("cut", after=20))
    told = await ask(door.sdk, "own", stream=stream)
    assert told.text == said
    assert said.startswith(told.spelled)
    assert told.report["logprobs"] == ("withheld" if stream else "told")


async def test_a_cached_answer_has_those_it_was_asked_with(door: Door) -> None:
    door.will_say("own", SAID, "Without.")
    first = await ask(door.sdk, "own", extra_body={})
    again = await ask(door.sdk, "own", extra_body={}, stream=True)
    assert again.report["cache"]["status"] == "hit"
    assert first.spelled == again.spelled == SAID
    plain = await ask(door.sdk, "own", extra_body={}, logprobs=None, top_logprobs=None)
    assert (plain.text, plain.tokens) == ("Without.", None)


@pytest.mark.skipif(not SCHEMA_IS_HERE, reason="OpenAI's published schema is not on this machine")
async def test_what_is_told_is_as_published(door: Door) -> None:
    door.will_say("own", SAID, SAID)
    whole = await door.sdk.chat.completions.create(model="own", messages=ASKED, logprobs=True, top_logprobs=2)
    check(whole.to_dict(), "CreateChatCompletionResponse")
    asked: dict[str, Any] = {"model": "own", "messages": ASKED, "logprobs": True, "top_logprobs": 1}
    async for chunk in await door.sdk.chat.completions.create(**asked, stream=True):
        check(chunk.to_dict(), "CreateChatCompletionStreamResponse")


@pytest.mark.parametrize("model", ["extractive", "gemini"])
async def test_a_model_that_has_none_says_so(door: Door, model: str) -> None:
    with pytest.raises(openai.BadRequestError, match="tells no logprobs") as caught:
        await ask(door.sdk, model)
    assert (caught.value.param, caught.value.code) == ("logprobs", "invalid_request")


async def test_bounds_are_told_at_the_door(door: Door) -> None:
    for more, param in (
        ({"logprobs": False}, "top_logprobs"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"top_logprobs": -1}, "top_logprobs"),
        ({"logprobs": "yes"}, "logprobs"),
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            await ask(door.sdk, "own", **more)
        assert caught.value.param == param


@pytest.mark.slow
@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_of_our_own_tells_them(door: Door, stream: bool) -> None:
    told = await ask(door.sdk, "vestibule-tiny", stream=stream, max_tokens=40, seed=5)
    assert told.report["logprobs"] == "told"
    assert told.text == told.spelled != ""
    for token in told.tokens or []:
        assert token.logprob <= 0
        assert len(token.top_logprobs) == 2
