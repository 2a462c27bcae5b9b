"""Draw a dialogue: which kind, over what sources, in the prompt that the product sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from vestibule.core.chat import Message
from vestibule.core.generation import Source
from vestibule.generation.prompts import GROUNDED, prompt
from vestibule.training.tiny.dialogues import passages, results, tasks
from vestibule.training.tiny.dialogues.dialogue import Dialogue, Kind, Turn

SHORT = "Answer from the sources."
NOT_KNOWN = "The knowledge base does not answer this question."
SHARES: Mapping[Kind, float] = {
    "results": 0.25,
    "passages": 0.26,
    "refusal": 0.07,
    "missing": 0.03,
    "json": 0.09,
    "tool_call": 0.19,
    "tool_reply": 0.03,
    "copy": 0.05,
    "talk": 0.03,
}
BRIEF_FIRST: Mapping[Kind, float] = {**{kind: share * 0.4 for kind, share in SHARES.items()}, "brief": 0.6}


def draw(seed: int, number: int, shares: Mapping[Kind, float] = SHARES) -> Dialogue:
    """Dialogue `number` of `seed`."""
    random = Random(f"dialogue {seed} {number}")
    kinds = list(shares)
    return _DRAWS[random.choices(kinds, [shares[k] for k in kinds])[0]](random)


def draw_kind(kind: Kind, seed: int, number: int) -> Dialogue:
    """Dialogue `number` of `seed` among those of one kind."""
    return _DRAWS[kind](Random(f"{kind} {seed} {number}"))


def grounded(random: Random, question: str, sources: Sequence[Source], gaps: Sequence[str]) -> tuple[Turn, Turn]:
    """The product's own prompt; mostly with a short instruction in place of its own, which would be most of the row."""
    system, user = prompt((Message("user", question),), tuple(sources), tuple(gaps))
    text = system.content
    if random.random() < 0.6:
        text = text.replace(GROUNDED, SHORT)
    return Turn("system", text), Turn("user", user.content)


def _results(random: Random) -> Dialogue:
    question, sources, gaps = results.result_sources(random)
    return Dialogue(
        "results", (*grounded(random, question, sources, gaps), Turn("assistant", results.repeat(sources, gaps)))
    )


def _passages(random: Random) -> Dialogue:
    """One question over the passages, or one for each fact in them."""
    shelf = passages.shelf(random)
    chosen = random.sample(shelf.facts, random.choice((1, len(shelf.facts), len(shelf.facts))))
    turns: list[Turn] = []
    for number, fact in chosen:
        turns += [Turn("user", fact.question), Turn("assistant", passages.answer(number, fact))]
    system, _ = grounded(random, "", shelf.sources, ())
    return Dialogue("passages", (system, *turns))


def _refusal(random: Random) -> Dialogue:
    """Asked about a thing that no source mentions, after a question that one of them answers or not."""
    shelf = passages.shelf(random)
    system, _ = grounded(random, "", shelf.sources, ())
    number, fact = random.choice(shelf.facts)
    before = (Turn("user", fact.question), Turn("assistant", passages.answer(number, fact)))
    after = (Turn("user", shelf.absent[0].question), Turn("assistant", passages.REFUSAL))
    return Dialogue("refusal", (system, *(before if random.random() < 0.5 else ()), *after))


def _brief(random: Random) -> Dialogue:
    """Short sources under a short instruction, in training alone: choices come thick, and rows stay short."""
    if random.random() < 0.5:
        sources = results.brief_sources(random)
        reply = results.repeat(sources, ())
        turns: tuple[Turn, ...] = (Turn("user", results.question(random, "it")), Turn("assistant", reply))
    else:
        shelf = passages.shelf(random, padded=False)
        sources = shelf.sources
        asked = random.sample(shelf.facts, len(shelf.facts))
        pairs = [(Turn("user", f.question), Turn("assistant", passages.answer(n, f))) for n, f in asked]
        refused = (Turn("user", shelf.absent[0].question), Turn("assistant", passages.REFUSAL))
        pairs.insert(random.randint(0, len(pairs)), refused)
        turns = tuple(turn for pair in pairs for turn in pair)
    system = prompt((), sources, ())[0].content.replace(GROUNDED, SHORT)
    return Dialogue("brief", (Turn("system", system), *turns))


def _missing(random: Random) -> Dialogue:
    """No source at all: what is missing is said, or that nothing is known."""
    question, _, _ = results.result_sources(random)
    gaps = results.gaps(random, 0.6)
    return Dialogue(
        "missing", (*grounded(random, question, (), gaps), Turn("assistant", "\n".join(gaps) if gaps else NOT_KNOWN))
    )


_DRAWS: Mapping[Kind, Callable[[Random], Dialogue]] = {
    "results": _results,
    "passages": _passages,
    "refusal": _refusal,
    "missing": _missing,
    "brief": _brief,
    "json": tasks.json_task,
    "tool_call": tasks.tool_call,
    "tool_reply": tasks.tool_reply,
    "copy": tasks.copy,
    "talk": tasks.talk,
}
