"""What must hold for every text and every split: exactly restored, nothing left behind, nothing renumbered."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.privacy.pseudonyms.conversations import (
    answers,
    asked,
    conversations,
    detector,
    in_pieces,
    numbered,
    texts,
)
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolCall, ToolChoice
from vestibule.core.evidence import Passage
from vestibule.core.generation import ModelRequest, Source
from vestibule.privacy.pseudonyms import NumberPolicy, pseudonymise

cuts = st.lists(st.integers(0, 10_000), max_size=40)
pytestmark = pytest.mark.timeout(1800)
CASES = int(os.environ.get("VESTIBULE_CASES", "1000" if "VESTIBULE_TEST_ALL" in os.environ else "300"))
many = settings(max_examples=CASES, derandomize=True, deadline=None)
shifting = NumberPolicy("shift", "scale", b"a key of the tenant")


@many
@given(conversations, cuts)
def test_what_was_replaced_is_restored_byte_for_byte_under_every_split(turns: list[str], cuts: list[int]) -> None:
    request = asked(turns)
    done = pseudonymise(request, detector())
    for before, sent in zip(request.prompt, done.request.prompt, strict=True):
        restorer = done.pseudonyms.restorer()
        restored = "".join(restorer.feed(piece) for piece in in_pieces(sent.content, cuts)) + restorer.finish()
        assert restored == before.content
        assert restorer.unrestored == ()


@many
@given(st.lists(numbered, min_size=1, max_size=4), cuts)
def test_shifted_numbers_come_back_byte_for_byte(turns: list[str], cuts: list[int]) -> None:
    request = asked(turns)
    done = pseudonymise(request, detector(), shifting)
    for before, sent in zip(request.prompt, done.request.prompt, strict=True):
        restorer = done.pseudonyms.restorer()
        restored = "".join(restorer.feed(piece) for piece in in_pieces(sent.content, cuts)) + restorer.finish()
        assert restored == before.content


@many
@given(answers, cuts, st.booleans(), st.sampled_from((NumberPolicy(), shifting)))
def test_any_answer_is_restored_the_same_however_it_is_split(
    answer: str, cuts: list[int], as_json: bool, policy: NumberPolicy
) -> None:
    asked_about = ["Anna Berg is in Lab 3. Karl van der Berg too. On 8 July 2025, 5.5 kWh."]
    pseudonyms = pseudonymise(asked(asked_about), detector(), policy).pseudonyms
    whole = pseudonyms.restorer(json=as_json)
    expected = whole.feed(answer) + whole.finish()
    split = pseudonyms.restorer(json=as_json)
    assert "".join(split.feed(piece) for piece in in_pieces(answer, cuts)) + split.finish() == expected
    assert split.unrestored == whole.unrestored


@many
@given(conversations, texts)
def test_a_longer_conversation_keeps_its_numbers(turns: list[str], another: str) -> None:
    shorter = pseudonymise(asked(turns), detector()).pseudonyms.originals
    longer = pseudonymise(
        asked([*turns, another], system="Lab 3 belongs to Acme Ltd."), detector()
    ).pseudonyms.originals
    found = {label: original for label, original in shorter.items() if not label.startswith("TEXT_")}
    assert found.items() <= longer.items()
    assert pseudonymise(asked(turns), detector()).pseudonyms.originals == shorter


@many
@given(conversations, st.sets(st.integers(0, 4)))
def test_no_original_is_left_anywhere_even_where_the_detector_missed_it(turns: list[str], missed: set[int]) -> None:
    unseen = {turn for i, turn in enumerate(turns) if i in missed}
    see = detector()
    request = everything(turns)
    done = pseudonymise(request, lambda text: [] if text in unseen else see(text))
    found = [o for label, o in done.pseudonyms.originals.items() if re.fullmatch(r"(?!TEXT|NAME)[A-Z]+_\d+", label)]
    left = list(strings(msgspec.to_builtins(done.request)))
    for original in found:
        words = r"\s+".join(re.escape(word) for word in original.split())
        mention = re.compile(rf"(?<!\w){words}(?!\w)" if original[-1].isalnum() else rf"(?<!\w){words}", re.IGNORECASE)
        assert not [text for text in left if mention.search(text)]


@many
@given(conversations, cuts)
def test_arguments_stay_valid_json_and_come_back_equal(turns: list[str], cuts: list[int]) -> None:
    arguments = json.dumps({"to": turns, "deep": [{text: 1.5} for text in turns]}, ensure_ascii=len(turns) % 2 == 0)
    call = Message("assistant", tool_calls=(ToolCall("call_1", "send", arguments),))
    done = pseudonymise(ModelRequest((Message("user", turns[0]), call)), detector())
    sent = done.request.messages[1].tool_calls[0].arguments
    restorer = done.pseudonyms.restorer(json=True)
    assert json.loads(sent) is not None
    restored = "".join(restorer.feed(piece) for piece in in_pieces(sent, cuts)) + restorer.finish()
    assert json.loads(restored) == json.loads(arguments)
    assert json.loads(done.pseudonyms.restore_json(json.dumps(json.loads(sent)))) == json.loads(arguments)


def everything(turns: list[str]) -> ModelRequest:
    """The turns in every place where a request has a text."""
    arguments = json.dumps({"all": turns})
    calls = (ToolCall("call_1", "write_to_Anna_Berg", arguments),)
    conversation = (
        *asked(turns).messages,
        Message("assistant", tool_calls=calls),
        Message("tool", json.dumps(turns), tool_call_id="call_1", name="Acme"),
    )
    schema = {"type": "object", "properties": {"to": {"enum": turns, "default": turns[0], "description": turns[-1]}}}
    passages = [Passage(f"c{i}", "d", turn, "page 1", turn, 1.0) for i, turn in enumerate(turns)]
    return ModelRequest(
        conversation,
        (Message("system", " ".join(turns)), *conversation),
        sources=tuple(Source(i, passage) for i, passage in enumerate(passages)),
        gaps=tuple(turns),
        sampling=Sampling(stop=tuple(turns)),
        tools=(Tool("write_to_Anna_Berg", turns[-1], schema),),
        tool_choice=ToolChoice("required", "write_to_Anna_Berg"),
        response_format=ResponseFormat("json_schema", "answer", schema),
    )


def strings(value: object) -> Iterator[str]:
    """Every string in a structure, and every string in JSON that is held in one."""
    if isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            with suppress(ValueError):
                yield from strings(json.loads(value))
    elif isinstance(value, dict):
        yield from strings(list(value.items()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)
