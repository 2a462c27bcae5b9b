"""The layout of a dialogue: who speaks, what is learnt, and where a reply begins."""

from __future__ import annotations

from vestibule.training.tiny.chatml import before_reply, render
from vestibule.training.tiny.dialogues import Dialogue, Turn, draw_kind
from vestibule.training.tiny.dialogues.dialogue import Call


def test_only_what_the_assistant_says_and_its_end_are_learnt() -> None:
    turns = (Turn("system", "Be brief."), Turn("user", "Hi"), Turn("assistant", "Hello."), Turn("user", "And?"))
    dialogue = Dialogue("talk", (*turns, Turn("assistant", "No more.")))
    assert [text for text, learnt in render(dialogue) if learnt] == ["Hello.<|im_end|>", "No more.<|im_end|>"]
    assert "".join(text for text, _ in render(dialogue)) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nAnd?<|im_end|>\n"
        "<|im_start|>assistant\nNo more.<|im_end|>\n"
    )


def test_functions_stand_in_the_one_system_message() -> None:
    call = Turn("assistant", call=Call("f", {"a": 1}))
    dialogue = Dialogue("tool_call", (Turn("system", "Be brief."), Turn("user", "Do"), call), ({"name": "f"},))
    prompt = before_reply(dialogue)
    assert prompt.startswith("<|im_start|>system\nBe brief.\n\nYou may call")
    assert prompt.endswith('\n{"name": "f"}<|im_end|>\n<|im_start|>user\nDo<|im_end|>\n<|im_start|>assistant\n')
    learnt = [text for text, is_learnt in render(dialogue) if is_learnt]
    assert learnt == ['<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call><|im_end|>']


def test_the_prompt_is_all_that_stands_before_the_last_reply() -> None:
    for kind in ("results", "passages", "tool_reply"):
        dialogue = draw_kind(kind, 1, 1)
        whole = "".join(text for text, _ in render(dialogue))
        assert whole == before_reply(dialogue) + dialogue.reply.text + "<|im_end|>\n"
