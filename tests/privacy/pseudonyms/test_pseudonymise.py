"""What a provider outside is sent in the place of a request."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.privacy.pseudonyms.conversations import asked, detector
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolCall, ToolChoice
from vestibule.core.errors import EgressRefused
from vestibule.core.evidence import Passage
from vestibule.core.generation import ModelRequest, Source
from vestibule.core.sensitivity import Span
from vestibule.privacy.pseudonyms import pseudonymise


def sent(*turns: str, system: str = "Answer.", planted: dict[str, str] | None = None) -> list[str]:
    """The contents of the prompt that leaves, the system message first."""
    find = detector(planted) if planted else detector()
    return [m.content for m in pseudonymise(asked(turns, system), find).request.prompt]


def test_spans_become_placeholders_numbered_by_first_appearance() -> None:
    assert sent("Anna Berg and Dr. Karl van der Berg met in Lab 3.", "Anna Berg left.")[1:] == [
        "⟦PERSON_1⟧ and ⟦PERSON_2⟧ met in ⟦ROOM_1⟧.",
        "⟦PERSON_1⟧ left.",
    ]


def test_sources_are_numbered_after_the_conversation_though_they_come_first() -> None:
    assert sent("Where is Anna Berg?", system="Nguyễn Văn An asked Anna Berg.") == [
        "⟦PERSON_2⟧ asked ⟦PERSON_1⟧.",
        "Where is ⟦PERSON_1⟧?",
    ]


def test_the_same_original_in_other_case_or_spacing_is_the_same_placeholder() -> None:
    assert sent("Anna Berg, ANNA BERG, anna\n  berg, Anna\u00a0Berg")[1] == ", ".join(["⟦PERSON_1⟧"] * 4)


def test_the_same_text_as_two_kinds_of_thing_is_two_placeholders() -> None:
    def find(text: str) -> Sequence[Span]:
        return [Span(t, i, i + 4, 1.0, "test", "pseudonymise") for t, i in (("PERSON", 0), ("ORGANISATION", 5))]

    assert pseudonymise(asked(["Acme Acme"], ""), find).request.messages[0].content == "⟦PERSON_1⟧ ⟦ORGANISATION_1⟧"


def test_a_mention_that_the_detector_missed_is_replaced_also_before_the_one_it_found() -> None:
    def find(text: str) -> Sequence[Span]:
        return detector()(text) if "please" in text else []

    request = asked(["Is Hauptstrasse 5 cold?", "Hauptstraße 5, please", "HAUPTSTRASSE 5's boiler"], "")
    contents = [m.content for m in pseudonymise(request, find).request.messages]
    assert contents == ["Is ⟦ADDRESS_1⟧ cold?", "⟦ADDRESS_1⟧, please", "⟦ADDRESS_1⟧'s boiler"]


def test_a_mention_ends_where_a_word_does() -> None:
    planted = {"Ann!": "PERSON", "Lab": "ROOM", "Lab A North": "ROOM"}
    turns = ["Ann!", "Lab", "Lab A North"]

    def find(text: str) -> Sequence[Span]:
        return (
            [Span(planted[text], 0, 3 if text == "Ann!" else len(text), 1.0, "test", "pseudonymise")]
            if text in planted
            else []
        )

    missed = "Annual, Joann, Ann_x, Ann's, Anns, lab a north, lab a northern, labour"
    assert pseudonymise(asked([*turns, missed], ""), find).request.messages[-1].content == (
        "Annual, Joann, Ann_x, ⟦PERSON_1⟧'s, ⟦PERSON_1⟧s, ⟦ROOM_2⟧, ⟦ROOM_1⟧ a northern, labour"
    )


def test_a_first_or_last_name_alone_is_linked_to_the_person() -> None:
    assert sent("Dr. Karl van der Berg; Berg, Karl and a berg")[1] == (
        "⟦PERSON_1⟧; ⟦PERSON_1_LAST⟧, ⟦PERSON_1_FIRST⟧ and a berg"
    )


def test_a_last_name_that_the_detector_finds_alone_is_linked_too() -> None:
    planted = {"Anna Berg": "PERSON", "BERG": "PERSON"}
    assert sent("Anna Berg", "BERG", planted=planted)[1:] == ["⟦PERSON_1⟧", "⟦PERSON_1_LAST⟧"]


def test_what_is_shared_by_two_persons_goes_to_the_first() -> None:
    done = pseudonymise(asked(["Anna Berg, Dr. Karl van der Berg, Berg"], ""), detector())
    assert done.request.messages[0].content == "⟦PERSON_1⟧, ⟦PERSON_2⟧, ⟦PERSON_1_LAST⟧"
    assert done.pseudonyms.count == 2


@pytest.mark.parametrize("literal", ["⟦PERSON_1⟧", "[person 1]", "PERSON_1", "Person-1", "PERSON_12"])
def test_a_number_that_stands_in_the_text_is_not_given(literal: str) -> None:
    done = pseudonymise(asked([f"{literal}: Anna Berg"], ""), detector())
    assert done.request.messages[0].content == f"{literal}: ⟦PERSON_2⟧"
    assert done.pseudonyms.restore(f"{literal} ⟦PERSON_2⟧") == f"{literal} Anna Berg"


def test_a_number_that_a_later_turn_holds_by_chance_stays_and_the_chance_is_replaced() -> None:
    done = pseudonymise(asked(["Anna Berg", "What does [PERSON_1] mean?"], ""), detector())
    contents = [m.content for m in done.request.messages]
    assert contents == ["⟦PERSON_1⟧", "What does ⟦TEXT_1⟧ mean?"]
    assert done.pseudonyms.restore(contents[1]) == "What does [PERSON_1] mean?"


def test_what_no_restorer_would_take_for_a_placeholder_stays() -> None:
    assert sent("Anna Berg", "person 1, PERSON-1, room/PERSON_1")[2] == "person 1, PERSON-1, room/PERSON_1"


def test_overlapping_spans_leave_nothing_between_them() -> None:
    def find(text: str) -> Sequence[Span]:
        return [
            Span("PERSON", 0, 9, 1.0, "test", "pseudonymise"),
            Span("ADDRESS", 5, 20, 1.0, "test", "pseudonymise"),
        ]

    done = pseudonymise(asked(["Anna Berg Street 5, Köln"], ""), find)
    content = done.request.messages[0].content
    assert content == "⟦PERSON_1⟧⟦TEXT_1⟧ Köln"
    assert done.pseudonyms.restore(content) == "Anna Berg Street 5, Köln"


def test_what_may_be_kept_is_kept() -> None:
    assert pseudonymise(asked(["Anna Berg"]), detector(rule="keep")).request.messages[0].content == "Anna Berg"


def test_what_is_blocked_never_gets_through_and_is_not_named() -> None:
    with pytest.raises(EgressRefused, match="EMAIL") as refused:
        pseudonymise(asked(["to m.berg@example.org"]), detector(rule="block"))
    assert "berg" not in str(refused.value)


def test_json_stays_json_and_its_layout_stays() -> None:
    arguments = '{ "to":"Anna \\u0042erg",\n "n": [1, 2.50], "note": "\\"Lab 3\\"\\n\\\\", "tel": 491 }'
    call = Message("assistant", tool_calls=(ToolCall("call_1", "send", arguments),))
    planted = {"Anna Berg": "PERSON", "Lab 3": "ROOM", "491": "PHONE"}
    done = pseudonymise(ModelRequest((call,)), detector(planted))
    written = done.request.messages[0].tool_calls[0].arguments
    assert written == ('{ "to":"⟦PERSON_1⟧",\n "n": [1, 2.50], "note": "\\"⟦ROOM_1⟧\\"\\n\\\\", "tel": "⟦PHONE_1⟧" }')
    assert json.loads(done.pseudonyms.restore_json(written)) == json.loads(arguments) | {"tel": "491"}


def test_a_span_over_several_fields_of_json_is_replaced_in_each() -> None:
    def find(text: str) -> Sequence[Span]:
        return [Span("ADDRESS", text.index("Main"), text.index("Ulm") + 3, 1.0, "test", "pseudonymise")]

    call = Message("tool", '{"street": "Main St 5", "zip": 89073, "city": "Ulm"}')
    written = pseudonymise(ModelRequest((call,)), find).request.messages[0].content
    values = list(json.loads(written).values())
    assert values[0] != "Main St 5"
    assert all(str(value).startswith("⟦ADDRESS_") for value in (values[0], values[1], values[2]))


@pytest.mark.parametrize("broken", ['{"to": "Anna Berg', "[Anna Berg]", "{Anna Berg}", "[" * 100_000 + "Anna Berg"])
def test_what_only_looks_like_json_is_text(broken: str) -> None:
    assert sent(broken)[1] == broken.replace("Anna Berg", "⟦PERSON_1⟧")


def test_every_place_of_a_request_is_written_anew() -> None:
    schema = {"type": "object", "properties": {"room": {"enum": ["Lab 3"], "description": "of Anna Berg"}}}
    call = Message("assistant", tool_calls=(ToolCall("call_1", "mail_anna_berg", "{}"),))
    question = Message("user", "Ask Anna Berg", name="Anna-Berg")
    answer = Message("tool", "Anna Berg", tool_call_id="call_1")
    request = ModelRequest(
        (question, call, answer),
        (Message("system", "Acme Ltd."), question, call, answer),
        sources=(Source(1, Passage("c", "d", "Anna Berg", "page 1", "Anna Berg", 1.0)),),
        gaps=("Anna Berg",),
        sampling=Sampling(temperature=0.5, stop=("Anna Berg:",)),
        tools=(Tool("mail_anna_berg", "Mails Anna Berg", schema), Tool("clock")),
        tool_choice=ToolChoice("required", "mail_anna_berg"),
        response_format=ResponseFormat("json_schema", "report", {"title": "Anna Berg"}),
    )
    done = pseudonymise(request, detector())
    written = done.request
    assert written.prompt[0].content == "⟦ORGANISATION_1⟧"
    assert written.prompt[1:] == written.messages
    assert (written.messages[0].content, written.messages[0].name) == ("Ask ⟦PERSON_1⟧", "PERSON_1")
    assert written.messages[1].tool_calls[0].name == "NAME_1"
    assert (written.messages[2].content, written.messages[2].tool_call_id) == ("⟦PERSON_1⟧", "call_1")
    assert (written.sources, written.gaps) == ((), ())
    assert written.sampling == Sampling(temperature=0.5, stop=("⟦PERSON_1⟧:",))
    assert written.tools[0] == Tool(
        "NAME_1",
        "Mails ⟦PERSON_1⟧",
        {"type": "object", "properties": {"room": {"enum": ["⟦ROOM_1⟧"], "description": "of ⟦PERSON_1⟧"}}},
    )
    assert written.tools[1] == Tool("clock")
    assert written.tool_choice == ToolChoice("required", "NAME_1")
    assert written.response_format == ResponseFormat("json_schema", "report", {"title": "⟦PERSON_1⟧"})
    assert done.pseudonyms.restore_name("NAME_1") == "mail_anna_berg"
    assert done.pseudonyms.restore_name("clock") == "clock"


def test_the_keywords_of_a_schema_are_not_names() -> None:
    schema = {"type": "object", "properties": {"Title": {"type": "string", "title": "Title of Mr Title"}}}
    request = ModelRequest((Message("user", "Items Title"),), tools=(Tool("f", "", schema),))
    done = pseudonymise(request, detector({"Items Title": "PERSON"}))
    assert done.request.tools[0].parameters["properties"]["⟦PERSON_1_LAST⟧"]["type"] == "string"
    assert "title" in done.request.tools[0].parameters["properties"]["⟦PERSON_1_LAST⟧"]


def test_each_text_is_searched_once() -> None:
    seen: list[str] = []

    def find(text: str) -> Sequence[Span]:
        seen.append(text)
        return []

    pseudonymise(asked(["one", "two", "one"], "sources"), find)
    assert seen == ["one", "two", "sources"]


def test_a_single_character_or_digit_is_replaced_only_where_it_was_found() -> None:
    def find(text: str) -> Sequence[Span]:
        at = text.index("room 5") + 5
        return [Span("ROOM", at, at + 1, 1.0, "test", "pseudonymise")]

    assert pseudonymise(asked(["room 5 has 5 doors [5]"], ""), lambda t: find(t) if t else []).request.messages[
        0
    ].content == ("room ⟦ROOM_1⟧ has 5 doors [5]")


def test_nothing_shows_the_originals_by_accident() -> None:
    done = pseudonymise(asked(["Anna Berg"]), detector())
    assert "Anna" not in repr(done.pseudonyms)
    assert "Anna" not in f"{done}"
