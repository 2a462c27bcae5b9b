"""What the recorded model says: parts of the prompt, re-worded, its placeholders included, sometimes mangled.

A pure function of the prompt and the seed. Knows no protocol.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

PLACEHOLDER = re.compile(r"⟦([A-Z][A-Z_]*)_(\d+)⟧")

Schema = dict[str, object]


@dataclass(frozen=True)
class ToolOffer:
    name: str
    parameters: Schema


@dataclass(frozen=True)
class Call:
    name: str
    arguments: dict[str, object]


@dataclass(frozen=True)
class Asked:
    """What a dialect reads from a request. `form` is the dialect's own note on how the stream is to be written,
    `prefill` the assistant's turn that the conversation ends with, `logprobs` how many tokens are to be told of in each
    place, where any are."""

    prompt: str
    tools: Sequence[ToolOffer] = ()
    answered_by_tool: bool = False
    schema: Schema | None = None
    most_words: int | None = None
    stream: bool = False
    usage_asked: bool = False
    model: str = "model"
    form: str = ""
    prefill: str = ""
    logprobs: int | None = None


@dataclass(frozen=True)
class Reply:
    """Either words or calls."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    truncated: bool = False


@dataclass
class Speech:
    """`mangled`: placeholders come back in another case, spacing or bracket. `calls`: offered tools are called."""

    mangled: bool = False
    calls: bool = True
    seed: int = 0
    said: list[str] = field(default_factory=list)
    answers: list[tuple[Asked, Reply]] = field(default_factory=list)
    meant: dict[str, str] = field(default_factory=dict)  # what a mangled placeholder was

    def reply(self, asked: Asked) -> Reply:
        reply = self._reply(asked)
        self.answers.append((asked, reply))
        return reply

    def _reply(self, asked: Asked) -> Reply:
        rng = random.Random(f"{self.seed}/{len(self.said)}/{asked.prompt}")
        if asked.tools and self.calls and not asked.answered_by_tool:
            offer = rng.choice(list(asked.tools))
            arguments = self._filled(offer.parameters, asked.prompt, rng)
            call = Call(offer.name, arguments if isinstance(arguments, dict) else {})
            self.said.append(json.dumps(call.arguments, ensure_ascii=False))
            return Reply(calls=(call,))
        text = self._sentences(asked.prompt, rng)
        if asked.schema is not None:
            text = json.dumps(self._filled(asked.schema, asked.prompt, rng), ensure_ascii=rng.random() < 0.5)
        words = text.split(" ")
        truncated = asked.most_words is not None and len(words) > asked.most_words
        text = " ".join(words[: asked.most_words]) if truncated else text
        self.said.append(text)
        return Reply(text, truncated=truncated)

    def _sentences(self, prompt: str, rng: random.Random) -> str:
        said = [f"You wrote: {self._excerpt(prompt, rng)}."]
        for found in list(dict.fromkeys(m[0] for m in PLACEHOLDER.finditer(prompt)))[-8:]:
            frame = rng.choice(
                ("As for {}, that can be checked.", "- {}: noted", "**{}** comes first.", 'I call it "{}".')
            )
            said.append(frame.format(self._spoken(found, rng)))
        return rng.choice((" ", "\n")).join(said)

    def _excerpt(self, prompt: str, rng: random.Random) -> str:
        words = prompt.split()
        start = rng.randrange(max(1, len(words) - 8))
        return PLACEHOLDER.sub(lambda m: self._spoken(m[0], rng), " ".join(words[start : start + rng.randint(3, 12)]))

    def _spoken(self, placeholder: str, rng: random.Random) -> str:
        if not self.mangled or rng.random() >= 0.7:
            return placeholder
        spoken = mangle(placeholder, rng)
        self.meant[spoken] = placeholder
        return spoken

    def _filled(self, schema: Schema, prompt: str, rng: random.Random) -> object:
        """A value of the schema whose strings repeat the prompt."""
        options = schema.get("enum")
        if isinstance(options, list) and options:
            return rng.choice(options)
        match schema.get("type", "object" if "properties" in schema else "string"):
            case "object" | "OBJECT":
                properties = schema.get("properties", {})
                assert isinstance(properties, dict)
                return {name: self._filled(part, prompt, rng) for name, part in properties.items()}
            case "array" | "ARRAY":
                items = schema.get("items", {})
                assert isinstance(items, dict)
                return [self._filled(items, prompt, rng)]
            case "integer" | "number" | "INTEGER" | "NUMBER":
                return rng.randint(1, 9)
            case "boolean" | "BOOLEAN":
                return rng.random() < 0.5
        return self._echo(prompt, rng)

    def _echo(self, prompt: str, rng: random.Random) -> str:
        placeholders = PLACEHOLDER.findall(prompt)
        if not placeholders:
            return self._excerpt(prompt, rng)
        kind, number = rng.choice(placeholders)
        return f'{self._spoken(f"⟦{kind}_{number}⟧", rng)} and "{self._excerpt(prompt, rng)}"'


def mangle(placeholder: str, rng: random.Random) -> str:
    """The placeholder as models are apt to spoil it: in case, spacing or brackets, never in kind or number."""
    match = PLACEHOLDER.fullmatch(placeholder)
    assert match, f"{placeholder} is no placeholder"
    kind, number = match.groups()
    forms = (
        f"⟦{kind.lower()}_{number}⟧",
        f"⟦{kind.title()}_{number}⟧",
        f"⟦ {kind}_{number} ⟧",
        f"⟦{kind} {number}⟧",
        f"⟦{kind}_ {number}⟧",
        f"[{kind}_{number}]",
        f"[[{kind}_{number}]]",
        f"⟦⟦{kind}_{number}⟧⟧",
        f"〚{kind}_{number}〛",
        f"⟦{kind}-{number}⟧",
    )
    return rng.choice(forms)


def cut(text: str, rng: random.Random) -> list[str]:
    """The text in pieces of 1 to 9 characters, wherever that falls."""
    pieces, at = [], 0
    while at < len(text):
        size = rng.randint(1, 9)
        pieces.append(text[at : at + size])
        at += size
    return pieces
