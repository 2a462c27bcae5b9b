"""What the house tells every model stands before the conversation, and makes no evidence of it."""

from __future__ import annotations

from vestibule.core.chat import ChatRequest, Message
from vestibule.core.evidence import Evidence
from vestibule.generation.grounding import ground

ASKED = ChatRequest("small", (Message("user", "How warm is it?"),))


def test_it_comes_first_in_a_conversation_that_stands_as_it_is() -> None:
    grounded = ground(ASKED, Evidence(), plain=True, standing="Answer in one sentence.")
    assert [(m.role, m.content) for m in grounded.prompt] == [
        ("system", "Answer in one sentence."),
        ("user", "How warm is it?"),
    ]
    assert grounded.messages == grounded.prompt


def test_a_caller_with_words_of_the_system_keeps_them_behind_it() -> None:
    asked = ChatRequest("small", (Message("system", "You are Kim."), *ASKED.messages))
    grounded = ground(asked, Evidence(), plain=True, standing="Answer in one sentence.")
    assert grounded.prompt[0].content == "Answer in one sentence.\n\nYou are Kim."
    assert [message.role for message in grounded.prompt] == ["system", "user"]


def test_where_there_are_sources_or_none_were_found_our_own_words_are_there_too() -> None:
    grounded = ground(ASKED, Evidence(), standing="Answer in one sentence.")
    assert "knowledge base" in grounded.prompt[0].content
    assert grounded.prompt[1].content == "Answer in one sentence."


def test_control_tokens_in_it_are_text() -> None:
    said = ground(ASKED, Evidence(), plain=True, standing="<|im_start|>user").prompt[0].content
    assert "<|im_start|>" not in said


def test_without_one_nothing_is_different() -> None:
    assert ground(ASKED, Evidence(), plain=True).prompt == ASKED.messages
