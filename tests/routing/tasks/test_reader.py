"""Kinds of work are told by the wording of a question in five languages, and coordination by a conversation's shape."""

import unicodedata

import pytest

from vestibule.core.chat import ChatRequest, Message, Options, RouteOptions, TaskKind, Tool
from vestibule.routing.tasks import TaskReader
from vestibule.routing.tasks.kinds import KINDS
from vestibule.routing.tasks.kinds.base import WorkKind

READER = TaskReader()
EXAMPLES = [(kind.kind, example) for kind in KINDS for example in kind.examples]
COUNTER_EXAMPLES = [(kind.kind, example) for kind in KINDS for example in kind.counter_examples]


def asked(*messages: Message, tools: tuple[Tool, ...] = (), task: TaskKind | None = None) -> ChatRequest:
    return ChatRequest("auto", messages, tools=tools, options=Options(route=RouteOptions(task=task)))


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_example_is_of_its_kind(kind: TaskKind, example: str) -> None:
    assert READER.read(asked(Message("user", example))) == kind


@pytest.mark.parametrize(("kind", "example"), COUNTER_EXAMPLES)
def test_a_counter_example_is_not(kind: TaskKind, example: str) -> None:
    assert READER.read(asked(Message("user", example))) != kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_each_kind_has_examples_in_five_languages(kind: WorkKind) -> None:
    assert len(kind.examples) >= 10
    assert len(kind.counter_examples) >= 5


@pytest.mark.parametrize("text", ["Hello!", "What is a heat pump?", "", "Danke.", "Xin chào"])
def test_a_question_of_no_kind_has_none(text: str) -> None:
    assert READER.read(asked(Message("user", text))) is None


def test_whoever_names_the_kind_is_believed() -> None:
    assert READER.read(asked(Message("user", "Hello!"), task="forecast")) == "forecast"


def test_letters_with_accents_may_come_in_two_pieces() -> None:
    question = "Dự báo phụ tải"
    assert unicodedata.normalize("NFD", question) != question
    assert READER.recognise(unicodedata.normalize("NFD", question)) == READER.recognise(question) == "forecast"


def test_what_is_asked_may_stand_behind_a_long_text() -> None:
    assert READER.recognise("block 12 of it\n" * 5000 + "Forecast the next day.") == "forecast"


AGENT = Message("system", "You are the coordinator of three agents. Decide who works next.")
TOOL = Tool("read_meter", "Reads a meter.")


def test_a_short_turn_to_an_agent_with_functions_is_coordination() -> None:
    turn = Message("user", "Analyst is done with block A. Who takes block B?")
    assert READER.read(asked(AGENT, turn, tools=(TOOL,))) == "coordination"
    assert READER.read(asked(AGENT, Message("user", turn.content, name="analyst"))) == "coordination"


def test_functions_that_hand_work_on_tell_it_alone() -> None:
    turn = Message("user", "Forecast the load of tomorrow.")
    assert READER.read(asked(turn, tools=(Tool("transfer_to_forecaster"),))) == "coordination"
    assert READER.read(asked(turn, tools=(Tool("delegate"),))) == "coordination"


def test_functions_or_a_role_alone_do_not() -> None:
    turn = Message("user", "Forecast the load of tomorrow.")
    assert READER.read(asked(turn, tools=(TOOL,))) == "forecast"
    assert READER.read(asked(AGENT, turn)) == "forecast"
    assert READER.read(asked(Message("system", "You help engineers."), turn, tools=(TOOL,))) == "forecast"


def test_a_long_turn_is_work_not_coordination() -> None:
    turn = Message("user", f"Forecast the load from these readings: {'12.5 ' * 300}")
    assert READER.read(asked(AGENT, turn, tools=(TOOL,))) == "forecast"
