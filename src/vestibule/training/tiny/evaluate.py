"""Ask llama.cpp's server fresh dialogues and count the replies that are right to the letter, greedily decoded.

`python -m vestibule.training.tiny.evaluate --gguf MODEL`. The dialogues are of seeds that training never draws.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vestibule.training.tiny.dialogues import Dialogue, Kind, Turn, draw_kind
from vestibule.training.tiny.dialogues.dialogue import Call, JsonValue
from vestibule.training.tiny.dialogues.drawing import SHARES
from vestibule.training.tiny.recipe import EVALUATION_SEED
from vestibule.training.tiny.server import LlamaServer, serving

MOST_TOKENS = 900


@dataclass(frozen=True)
class Outcome:
    """A dialogue and what the model said in place of its last turn."""

    dialogue: Dialogue
    reply: Turn

    @property
    def right(self) -> bool:
        """The text to the letter; of a call the name and all arguments."""
        return self.reply == self.dialogue.reply


def ask(server: LlamaServer, dialogue: Dialogue) -> Outcome:
    body = {**request(dialogue), "temperature": 0, "max_tokens": MOST_TOKENS, "cache_prompt": False}
    reply = msgspec.convert(server.post("/v1/chat/completions", body), _Reply, strict=False).choices[0].message
    if not reply.tool_calls:
        return Outcome(dialogue, Turn("assistant", reply.content or ""))
    made = reply.tool_calls[0].function
    return Outcome(dialogue, Turn("assistant", reply.content or "", Call(made.name, _arguments(made.arguments))))


def request(dialogue: Dialogue) -> dict[str, object]:
    """All turns but the last as OpenAI's chat API takes them."""
    messages = [_message(number, turn) for number, turn in enumerate(dialogue.turns[:-1])]
    tools = [{"type": "function", "function": function} for function in dialogue.functions]
    return {"messages": messages, **({"tools": tools} if tools else {})}


def _message(number: int, turn: Turn) -> dict[str, object]:
    if turn.call is not None:
        arguments = json.dumps(turn.call.arguments, ensure_ascii=False)
        function = {"name": turn.call.name, "arguments": arguments}
        return {"role": "assistant", "content": "", "tool_calls": [
            {"id": f"call{number}", "type": "function", "function": function}
        ]}  # fmt: skip
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": f"call{number - 1}", "content": turn.text}
    return {"role": turn.role, "content": turn.text}


class _Function(msgspec.Struct):
    name: str
    arguments: str


class _ToolCall(msgspec.Struct):
    function: _Function


class _Message(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_ToolCall] = []


class _Choice(msgspec.Struct):
    message: _Message


class _Reply(msgspec.Struct):
    choices: list[_Choice]


def _arguments(text: str) -> dict[str, JsonValue]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"not JSON": text}
    return found if isinstance(found, dict) else {"not an object": text}


def evaluate(model: Path, kinds: Sequence[Kind], each: int, seed: int) -> dict[Kind, list[Outcome]]:
    """Ask `each` dialogues of every kind."""
    with serving(model) as server:
        return {kind: [ask(server, draw_kind(kind, seed, n)) for n in range(each)] for kind in kinds}


def main() -> None:
    parser = argparse.ArgumentParser(description="Ask fresh dialogues and count the replies right to the letter.")
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--each", type=int, default=100, help="dialogues of each kind")
    parser.add_argument("--seed", type=int, default=EVALUATION_SEED)
    parser.add_argument("--kinds", nargs="*", default=list(SHARES), choices=list(SHARES))
    parser.add_argument("--samples", type=Path, help="write replies there as Markdown, the wrong ones first")
    asked = parser.parse_args()
    outcomes = evaluate(asked.gguf, asked.kinds, asked.each, asked.seed)
    for kind, of_kind in outcomes.items():
        right = sum(o.right for o in of_kind)
        print(f"{kind:<12}{right:>5} right of {len(of_kind)} ({right / len(of_kind):.1%})")
    if asked.samples:
        asked.samples.write_text(samples(outcomes), encoding="utf-8")


def samples(outcomes: dict[Kind, list[Outcome]], of_each: int = 3) -> str:
    """A few replies of each kind beside what was wanted."""
    parts = ["# Sample answers\n\nThe last question, what was wanted and what vestibule-tiny said; wrong ones first.\n"]
    for kind, of_kind in outcomes.items():
        parts.append(f"\n## {kind}\n")
        for outcome in sorted(of_kind, key=lambda o: o.right)[:of_each]:
            parts.append(_sample(outcome))
    return "".join(parts)


def _sample(outcome: Outcome) -> str:
    turns = outcome.dialogue.turns
    shown = (("Asked", turns[-2]), ("Wanted", turns[-1]), ("Said", outcome.reply))
    lines = "\n".join(f"- {name}: {_inline(turn)}" for name, turn in shown)
    return f"\n{'Right' if outcome.right else '**Wrong**'}\n\n{lines}\n"


def _inline(turn: Turn) -> str:
    said = turn.text.replace("\n", " ⏎ ").replace("`", "'")
    call = f"{turn.call.name} {json.dumps(turn.call.arguments, ensure_ascii=False)}" if turn.call else ""
    return f"`{said + call}`"


if __name__ == "__main__":
    main()
