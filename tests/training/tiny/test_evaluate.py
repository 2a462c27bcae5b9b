"""The judge: right means right to the letter, and a call means its name and all its arguments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.tiny.test_golden import ARTEFACT
from vestibule.training.tiny.dialogues import Dialogue, Turn
from vestibule.training.tiny.dialogues.dialogue import Call
from vestibule.training.tiny.evaluate import Outcome, evaluate, request, samples

ASKED = Dialogue("passages", (Turn("user", "How much?"), Turn("assistant", "It is 5 kW [2].")))
CALLING = Dialogue("tool_call", (Turn("user", "Do"), Turn("assistant", call=Call("f", {"a": 1}))), ({"name": "f"},))


@pytest.mark.parametrize("said", ["It is 6 kW [2].", "It is 5 kW [1].", "It is 5 kW.", ""])
def test_an_answer_off_by_a_figure_or_a_marker_is_wrong(said: str) -> None:
    assert not Outcome(ASKED, Turn("assistant", said)).right
    assert Outcome(ASKED, Turn("assistant", "It is 5 kW [2].")).right


@pytest.mark.parametrize("call", [None, Call("g", {"a": 1}), Call("f", {"a": 2}), Call("f", {})])
def test_another_function_or_argument_is_wrong(call: Call | None) -> None:
    assert not Outcome(CALLING, Turn("assistant", "", call)).right
    assert Outcome(CALLING, Turn("assistant", "", Call("f", {"a": 1}))).right


def test_a_dialogue_is_asked_as_the_chat_api_takes_it() -> None:
    dialogue = Dialogue(
        "tool_reply", (*CALLING.turns, Turn("tool", "done"), Turn("assistant", "done")), ({"name": "f"},)
    )
    asked = json.loads(json.dumps(request(dialogue)))
    assert asked["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert [m["role"] for m in asked["messages"]] == ["user", "assistant", "tool"]
    made = asked["messages"][1]["tool_calls"][0]
    assert made["id"] == asked["messages"][2]["tool_call_id"]
    assert json.loads(made["function"]["arguments"]) == {"a": 1}


def test_samples_show_the_wrong_answers_first() -> None:
    right, wrong = Outcome(ASKED, ASKED.reply), Outcome(ASKED, Turn("assistant", "It is 6 kW [2]."))
    shown = samples({"passages": [right, wrong]})
    assert shown.index("**Wrong**") < shown.index("Right")
    assert "Said: `It is 6 kW [2].`" in shown
    assert "Asked: `How much?`" in shown


@pytest.mark.slow
def test_the_artefact_answers_from_context_and_calls_the_right_function() -> None:
    """The full count is in benchmarks/results/tiny-model; a bound that chance alone does not undercut."""
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    outcomes = evaluate(ARTEFACT, ("results", "passages", "tool_call"), 15, 4321)
    for kind, of_kind in outcomes.items():
        assert sum(o.right for o in of_kind) >= 11, kind


@pytest.mark.slow
def test_the_command_prints_how_many_are_right(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    command = [sys.executable, "-m", "vestibule.training.tiny.evaluate", "--gguf", str(ARTEFACT), "--each", "2"]
    kinds = ["--kinds", "talk", "--samples", str(tmp_path / "samples.md")]
    done = subprocess.run([*command, *kinds], capture_output=True, text=True, check=True, timeout=120)
    assert "right of 2" in done.stdout
    assert "## talk" in (tmp_path / "samples.md").read_text(encoding="utf-8")
