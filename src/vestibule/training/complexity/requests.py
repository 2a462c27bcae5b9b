"""Turn what a grammar drew into requests as people send them: typed carelessly, wrapped in courtesies, with irrelevant
text before it, instructions, earlier turns and functions around it. None of that changes how difficult the request is.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from vestibule.core.chat import ChatRequest, Message, ResponseFormat, Tool, ToolChoice
from vestibule.training.complexity.grammar import Drawn, Grammar

_BEFORE = (
    *("Please help me. ", "hey, ", "Question: ", "Q: ", "I have a question. ", "quick one: ", "Hi! ", "Good morning, "),
    *("### Instruction:\n", "User: ", "You are an expert. ", "Answer the following question.\n\n", "Can you help me? "),
    *("I need this for tomorrow. ", "Bitte: ", "Bonjour, ", "Hola, ", "My teacher asked me this: ", "Task: ", "ok so "),
)
_AFTER = (
    *(" Thanks!", " Let's think step by step.", " Be concise.", " Answer in one sentence.", "\nAnswer:", " pls"),
    *(
        " Explain your reasoning.",
        " Thank you in advance.",
        " Danke!",
        " Merci !",
        " Gracias.",
        "\n\n### Response:",
        " ??",
    ),
    *(" Keep it short.", " Give only the answer.", " I am in a hurry.", " Be as detailed as you can.", " asap"),
)
_INSTRUCTIONS = ("You are a helpful assistant.", "Answer in the language of the question.", "You help a facility team.")


class Example(NamedTuple):
    request: ChatRequest
    difficulty: float
    kind: str
    template: str


def example(grammar: Grammar, drawn: Drawn, rng: random.Random) -> Example:
    text = _typed(drawn.text, rng)
    if rng.random() < 0.15:
        text = rng.choice(_BEFORE) + text
    if rng.random() < 0.15:
        text += rng.choice(_AFTER)
    if rng.random() < 0.15:
        background = " ".join(grammar.fill("sentence", rng) for _ in range(rng.randint(1, 9)))
        text = f"{background}{rng.choice((' ', chr(10), chr(10) * 2))}{text}"
    return Example(_around(grammar, text, rng), drawn.difficulty, drawn.kind, drawn.template)


def _typed(text: str, rng: random.Random) -> str:
    way = rng.random()
    if way < 0.18:
        text = text.lower()
    elif way < 0.20:
        text = text.upper()
    if rng.random() < 0.2:
        text = text.rstrip(".?!")
    return _mistyped(text, rng) if rng.random() < 0.15 else text


def _mistyped(text: str, rng: random.Random) -> str:
    """A letter in thirty is left out, doubled, or changes places with the next."""
    letters = list(text)
    for at in range(len(letters) - 1):
        if letters[at].isalpha() and rng.random() < 0.03:
            this, following = letters[at], letters[at + 1]
            letters[at : at + 2] = rng.choice((("", following), (this * 2, following), (following, this)))
    return "".join(letters)


def _around(grammar: Grammar, text: str, rng: random.Random) -> ChatRequest:
    messages: list[Message] = []
    if rng.random() < 0.3:
        said = " ".join(
            [rng.choice(_INSTRUCTIONS), *(grammar.fill("sentence", rng) for _ in range(rng.randint(0, 20)))]
        )
        messages.append(Message("system", said))
    if rng.random() < 0.2:
        for _ in range(rng.randint(1, 5)):
            messages += [
                Message("user", grammar.fill("sentence", rng)),
                Message("assistant", grammar.fill("passage", rng)),
            ]
    tools = tuple(Tool(f"tool_{n}") for n in range(rng.randint(1, 12))) if rng.random() < 0.15 else ()
    return ChatRequest(
        "auto",
        (*messages, Message("user", text)),
        tools=tools,
        tool_choice=ToolChoice("required" if tools and rng.random() < 0.2 else "auto"),
        response_format=ResponseFormat("json_object" if rng.random() < 0.05 else "text"),
    )
