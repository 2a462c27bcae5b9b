"""The trace: every conversation that sessions may hold in a run, drawn from one seed, with the truth about each turn.

Answers are part of it, as they do not depend on the model: a history is the same whoever answered. Knows no server.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from itertools import product

import msgspec
from benchmarks.routing.simulation.assumptions import LEVELS, Assumptions, Kind, Level, Lognormal
from benchmarks.routing.simulation.questions import CHARACTERS_A_TOKEN, ask, context, plant

SYSTEM = "You assist a team that runs buildings. Be brief and name what is uncertain."
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NUMBERS = tuple(f"{tens}-{ones}" for tens in _TENS for ones in _ONES)
_SAID = (
    "The valve opens before the pump has reached its speed and closes again when the flow is steady.",
    "When the return is warmer than the supply the sensors should be compared with each other first.",
    "A lower flow with the same difference of temperature means that less heat is moved than before.",
    "It is worth looking at the hours in which nothing should run and something does.",
    "Change one thing at a time and wait a day before the next one is changed.",
    "What is left is small and lies within what the sensors can tell.",
    "If it comes back after that the cause is elsewhere and the next step is to look at the valve.",
    "The result depends on the weather more than on anything that is switched.",
)


class Turn(msgspec.Struct, frozen=True):
    """`thread` are the words that name it wherever it is seen. `level` is that of the conversation so far, `planted`
    what was planted in it so far that must not leave. Tokens are those of the whole request, and of its history."""

    session: int
    conversation: int
    number: int
    thread: str
    kind: Kind
    named: bool
    level: Level
    difficulty: float
    question: str
    answer_tokens: int
    prompt_tokens: int
    history_tokens: int
    stream: bool
    think_s: float
    planted: tuple[str, ...] = ()


def tokens_of(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_A_TOKEN)


def answer(thread: str, tokens: int) -> list[str]:
    """The words that every model says to that turn."""
    rng, words = random.Random(thread), list[str]()
    while len(words) < tokens:
        words += rng.choice(_SAID).split(" ")
    words = words[:tokens]
    words[-1] = words[-1].rstrip(".") + "."
    return [words[0], *(f" {word}" for word in words[1:])]


def draw(assumptions: Assumptions, seed: int, world_s: float) -> list[list[Turn]]:
    """The turns of each session, one after the other, enough for `world_s` seconds of thinking alone."""
    threads = [f"{one} of {two}" for one, two in product(NUMBERS, repeat=2)]
    random.Random(f"{seed}/threads").shuffle(threads)
    names = (
        f"{name}, {ordinal}" for ordinal in ("first", "second", "third", "fourth", "fifth", "sixth") for name in threads
    )
    return [list(_session(assumptions, seed, number, world_s, names)) for number in range(assumptions.sessions.count)]


def is_agent(assumptions: Assumptions, session: int) -> bool:
    """Spread evenly, so that any part of the sessions has its share."""
    share = assumptions.sessions.agents
    return int((session + 1) * share) > int(session * share)


def _session(assumptions: Assumptions, seed: int, number: int, world_s: float, names: Iterator[str]) -> Iterator[Turn]:
    rng = random.Random(f"{seed}/session/{number}")
    agent, turns = is_agent(assumptions, number), assumptions.sessions.turns
    think = assumptions.sessions.think_s["agents" if agent else "people"]
    spent, conversation = 0.0, 0
    while spent < world_s:
        length = min(turns.most, 1 + _geometric(rng, 1 / turns.mean))
        level: Level = "public"
        planted: tuple[str, ...] = ()
        history = tokens_of(SYSTEM)
        for at in range(length):
            turn = _turn(assumptions, rng, next(names), agent, level, planted, history, think)
            turn = msgspec.structs.replace(turn, session=number, conversation=conversation, number=at)
            level, planted = turn.level, turn.planted
            history = turn.prompt_tokens + tokens_of("".join(answer(turn.thread, turn.answer_tokens)))
            spent += turn.think_s
            yield turn
        conversation += 1


def _turn(
    assumptions: Assumptions,
    rng: random.Random,
    thread: str,
    agent: bool,
    level: Level,
    planted: tuple[str, ...],
    history: int,
    think: Lognormal,
) -> Turn:
    kind: Kind = "coordination" if agent else rng.choices(*_shares(assumptions))[0]
    work, lengths = assumptions.kinds[kind], assumptions.lengths
    shown = rng.betavariate(*work.difficulty)
    own: Level = rng.choices(list(work.classes), list(work.classes.values()))[0]
    sentence, value = plant(rng, own)
    along = (
        ""
        if own == "public"
        else context(rng, kind, _size(rng, work.context, lengths.context_sigma, lengths.most_context))
    )
    parts = (along, sentence, ask(rng, kind, shown, own), f"(Item {thread}.)")
    question = "\n".join(part for part in parts if part)
    tokens = _size(rng, work.answer, lengths.answer_sigma, lengths.most_answer)
    return Turn(
        0, 0, 0,
        thread=thread,
        kind=kind,
        named=agent,
        level=max(level, own, key=LEVELS.index),
        difficulty=min(1.0, max(0.0, shown + rng.gauss(0, assumptions.unseen))),
        question=question,
        answer_tokens=max(lengths.fewest_answer, tokens),
        prompt_tokens=history + tokens_of(question),
        history_tokens=history,
        stream=rng.random() < assumptions.streams,
        think_s=rng.lognormvariate(math.log(think.median), think.sigma),
        planted=(*planted, value) if own == "restricted" else planted,
    )  # fmt: skip


def _shares(assumptions: Assumptions) -> tuple[list[Kind], list[float]]:
    return list(assumptions.kinds), [work.share for work in assumptions.kinds.values()]


def _size(rng: random.Random, median: float, sigma: float, most: int) -> int:
    return min(most, round(rng.lognormvariate(math.log(median), sigma)))


def _geometric(rng: random.Random, chance: float) -> int:
    return int(math.log(max(rng.random(), 1e-12)) / math.log(1 - chance)) if chance < 1 else 0
