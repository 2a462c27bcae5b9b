"""An answer to a question with an image: what the model is told, and what can be checked of what it says."""

from __future__ import annotations

from tests.generation.test_checks import PASSAGE, RESULT
from vestibule.core.chat import ChatRequest, Image, Message, ResponseFormat
from vestibule.core.evidence import Evidence
from vestibule.generation.checks import AnswerCheck
from vestibule.generation.grounding import ground
from vestibule.generation.prompts import SEEN

IMAGE = Image("image/png", b"\x89PNG")
ASKED = ChatRequest("auto", (Message("user", "What does the meter show?", images=(IMAGE,)),))
FOUND = Evidence((PASSAGE,), (RESULT,))


def test_without_evidence_the_conversation_is_the_models_as_it_stands() -> None:
    assert ground(ASKED, Evidence()).prompt == ASKED.messages


def test_beside_evidence_an_image_is_a_source_too() -> None:
    made = ground(ASKED, FOUND)
    assert SEEN in made.prompt[0].content
    assert made.prompt[1].images == (IMAGE,)
    assert SEEN not in ground(ChatRequest("auto", (Message("user", "How much?"),)), FOUND).prompt[0].content


def test_a_number_read_off_an_image_is_said_and_one_cited_must_resolve() -> None:
    check = AnswerCheck(ground(ASKED, FOUND), live={1, 2})
    assert check.feed("The dial shows 41.5 bar. It used 12,346 kWh [1]. See [7]. ") == (
        "The dial shows 41.5 bar. It used 12,346 kWh [1].  "
    )
    assert (check.citations.share, check.numbers.share) == (0.5, None)


def test_json_is_measured_and_comes_as_it_comes() -> None:
    asked = ChatRequest("auto", (Message("user", "How much?"),), response_format=ResponseFormat("json_object"))
    check = AnswerCheck(ground(asked, FOUND), live={1, 2})
    pieces = ['{"kwh": 12,34', "6, ", '"eur": 999', "}"]
    assert [check.feed(piece) for piece in pieces] == pieces
    assert check.finish() == ""
    assert check.numbers.share == 0.0


def test_what_rests_on_nothing_is_not_held() -> None:
    check = AnswerCheck(ground(ASKED, Evidence()), live=())
    assert check.feed("It shows") == "It shows"
    assert check.finish() == ""
