"""What is drawn to learn from: the same for a seed, and every answer to be found in its own prompt."""

from __future__ import annotations

import json
import re

import pytest

from vestibule.core.sentences import sentences
from vestibule.training.tiny.dialogues import Dialogue, Kind, draw, draw_kind
from vestibule.training.tiny.dialogues.drawing import NOT_KNOWN, SHARES
from vestibule.training.tiny.dialogues.passages import REFUSAL

DRAWN = range(60)
TOOL = re.compile(r": (consumption|comparison|ranking|peaks|profile|anomalies|explain|data_quality|portfolio)$")
SOURCE = re.compile(r'<source number="(\d+)" title="([^"]*)">\n(.*?)\n</source>', re.S)


def titled(dialogue: Dialogue) -> dict[int, tuple[str, str]]:
    return {int(number): (title, text) for number, title, text in SOURCE.findall(dialogue.turns[0].text)}


def sources(dialogue: Dialogue) -> dict[int, str]:
    return {number: text for number, (_, text) in titled(dialogue).items()}


def test_a_dialogue_is_a_function_of_its_seed_and_number() -> None:
    assert [draw(5, n) for n in DRAWN] == [draw(5, n) for n in DRAWN]
    assert [draw(5, n) for n in DRAWN] != [draw(6, n) for n in DRAWN]


def test_all_kinds_are_drawn_about_as_often_as_their_share() -> None:
    kinds = [draw(1, n).kind for n in range(1500)]
    for kind, share in SHARES.items():
        assert abs(kinds.count(kind) / len(kinds) - share) < 0.04


@pytest.mark.parametrize("kind", SHARES)
def test_the_assistant_speaks_last_and_is_asked_first(kind: Kind) -> None:
    for n in DRAWN:
        dialogue = draw_kind(kind, 2, n)
        assert dialogue.kind == kind
        assert [t.role for t in dialogue.turns[-2:]] in (["user", "assistant"], ["tool", "assistant"])


def test_the_first_sentence_of_each_result_is_repeated_with_its_marker() -> None:
    several = 0
    for n in DRAWN:
        dialogue = draw_kind("results", 2, n)
        results = {number: text for number, (title, text) in titled(dialogue).items() if TOOL.search(title)}
        gaps = re.findall(r"Known to be missing: (.*)", dialogue.turns[0].text)
        said = dialogue.reply.text.split("\n")
        assert said[len(results) :] == gaps
        for line, (number, text) in zip(said, results.items(), strict=False):
            first = sentences(text)[0]
            assert line in (f"{first[:-1]} [{number}]{first[-1]}", f"{first} [{number}].")
        several += len(results) > 1
    assert several >= 5


def test_what_is_missing_is_said_after_the_results() -> None:
    told = [d for n in range(200) if "Known to be missing: " in (d := draw_kind("results", 3, n)).turns[0].text]
    assert told
    for dialogue in told:
        gaps = re.findall(r"Known to be missing: (.*)", dialogue.turns[0].text)
        assert dialogue.reply.text.endswith("\n" + "\n".join(gaps))


def test_a_passage_is_cited_by_the_number_of_the_source_that_holds_the_sentence() -> None:
    chosen = set()
    for n in DRAWN:
        dialogue = draw_kind("passages", 2, n)
        marker = re.search(r" \[(\d)\](?=\.$)", dialogue.reply.text)
        assert marker
        there = sources(dialogue)
        sentence = dialogue.reply.text.replace(marker[0], "")
        assert [number for number, text in there.items() if sentence in text] == [int(marker[1])]
        chosen.add(int(marker[1]))
    assert len(chosen) >= 4


def test_what_is_refused_is_in_no_source_and_what_is_unknown_has_none() -> None:
    for n in DRAWN:
        refused = draw_kind("refusal", 2, n)
        assert refused.reply.text == REFUSAL
        assert refused.turns[-2].text not in refused.turns[0].text
        assert sources(refused)
        missing = draw_kind("missing", 2, n)
        assert not sources(missing)
        assert missing.reply.text == NOT_KNOWN or missing.reply.text.split("\n")[0] in missing.turns[0].text


def test_json_has_the_fields_of_its_schema_with_values_from_the_text() -> None:
    types: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
    }
    for n in DRAWN:
        dialogue = draw_kind("json", 2, n)
        schema = json.loads(dialogue.turns[0].text.split("\n")[1])
        reply = json.loads(dialogue.reply.text)
        assert list(reply) == schema["required"]
        for name, value in reply.items():
            assert isinstance(value, types[schema["properties"][name]["type"]])
            assert isinstance(value, bool) or str(value) in dialogue.turns[1].text


def test_a_call_names_an_offered_function_and_copies_its_arguments_from_the_question() -> None:
    for n in DRAWN:
        dialogue = draw_kind("tool_call", 2, n)
        call = dialogue.reply.call
        assert call is not None
        offered = {f["name"]: f for f in dialogue.functions}
        parameters = offered[call.name]["parameters"]
        assert isinstance(parameters, dict)
        assert list(call.arguments) == parameters["required"]
        for value in call.arguments.values():
            assert str(value).lower() in dialogue.turns[-2].text.lower()


def test_what_a_function_returned_is_said_as_it_stands_and_a_copy_is_exact() -> None:
    for n in DRAWN:
        replied = draw_kind("tool_reply", 2, n)
        assert replied.reply.text == replied.turns[-2].text
        copied = draw_kind("copy", 2, n)
        assert copied.reply.text in copied.turns[0].text


def test_answers_are_drawn_too_widely_to_be_known_by_heart() -> None:
    for kind in ("results", "passages", "json", "tool_call", "copy"):
        replies = {repr(draw_kind(kind, 4, n).reply) for n in range(300)}
        assert len(replies) >= 240
