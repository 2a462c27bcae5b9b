"""Predicts when a model will begin to answer and when it will have ended, from what was measured of its last answers.

To the first piece: the turns of those that wait before it, loading where the model sleeps, then what it takes to read
the prompt. To the end: as many tokens as answers of the kind have as a rule, each as long as they take while so many
are answered at once. What no answer has told yet is stated, or unknown. For one event loop: predicting waits for
nothing and takes 3 us.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

from vestibule.core.answer import Predicted
from vestibule.core.chat import TaskKind
from vestibule.routing.latency.measured import Measured
from vestibule.routing.latency.pace import CHARACTERS_A_TOKEN, Pace, Stated
from vestibule.routing.latency.window import Middle

SAID = 200.0
"""Tokens of an answer before any was counted."""
OVERHEAD_S = 0.05
"""Before a model reads, where that was not measured."""
UNKNOWN = Predicted()


def _nothing(_: str) -> Stated | None:
    return None


class Latencies:
    """A model is one only together with its `host`, where the same is served at several. `stated` says what is known of
    a model beforehand, by its id."""

    def __init__(self, stated: Callable[[str], Stated | None] = _nothing) -> None:
        self._stated = stated
        self._paces: dict[tuple[str, str], Pace] = {}
        self._said: dict[TaskKind | None, Middle] = {}
        self._under_way: Counter[str] = Counter()

    def begin(self, model_id: str, served: int = 0) -> int:
        """Count an answer that begins; return how many the model is making. Who counts for several processes says that
        it has `served` at once."""
        self._under_way[model_id] += 1
        return max(self._under_way[model_id], served)

    def end(self, model_id: str, served: int = 0) -> int:
        """Count an answer that ends; return how many the model was making."""
        there = self._under_way[model_id]
        self._under_way[model_id] -= 1
        return max(there, served)

    def predict(
        self,
        model_id: str,
        prompt_tokens: int,
        output_tokens: int,
        waiting: int = 0,
        *,
        served: int = 0,
        slots: int | None = None,
        asleep: bool = False,
        cached_tokens: int | None = None,
        host: str = "",
    ) -> Predicted:
        """Seconds to the first piece and to the end of an answer of `output_tokens`.

        `waiting` requests wait for the model already and `served` are being answered, of `slots` at once (None: without
        limit). `cached_tokens` of the prompt need not be read; where that is not said, as many as usual.
        """
        pace = self._paces.get((model_id, host))
        served = max(served, self._under_way[model_id])
        at_once = served + 1 if slots is None else max(min(served + 1, slots), 1)
        wait_s = 0.0
        if pace is not None and pace.is_measured:
            read = prompt_tokens * pace.read_share.value if cached_tokens is None else prompt_tokens - cached_tokens
            first_s, token_s = pace.first_token_s(read, served + 1), pace.token_s(at_once)
            basis: Literal["measured", "stated"] = "measured"
        elif stated := self._stated(model_id):
            first_s = OVERHEAD_S + (prompt_tokens - (cached_tokens or 0)) / stated.reads_per_s
            token_s = 1 / stated.says_per_s
            basis = "stated"
        else:
            return UNKNOWN
        answer_s = first_s + token_s * max(output_tokens - 1, 0)
        if asleep:
            load_s = pace.load_s if pace else None
            if load_s is None:
                return UNKNOWN
            first_s += load_s
            answer_s += load_s
        if slots is not None and (waiting or served >= slots):
            turn_s = pace.turn_s if pace else None
            wait_s = (answer_s if turn_s is None else turn_s) * (waiting + 1) / max(slots, 1)
            first_s += wait_s
            answer_s += wait_s
        first_within = pace.first_within.value if pace else None
        finish_within = pace.finish_within.value if pace else None
        return Predicted(
            first_s,
            answer_s,
            basis,
            wait_s,
            None if first_within is None else first_s * first_within,
            None if finish_within is None else answer_s * finish_within,
        )

    def compare(self, model_id: str, predicted: Predicted, first_token_s: float, finish_s: float) -> None:
        """Learn how far off a prediction was, from how long it took in all."""
        pace = self._paces.get((model_id, ""))
        if pace is None or predicted.basis != "measured":
            return
        if predicted.first_token_s:
            pace.first_within.add(first_token_s / predicted.first_token_s)
        if predicted.finish_s:
            pace.finish_within.add(finish_s / predicted.finish_s)

    def observe(self, model_id: str, measured: Measured, *, task: TaskKind | None = None, host: str = "") -> None:
        """Learn from an answer that came to its end."""
        key = model_id, host
        pace = self._paces.get(key)
        if pace is None:
            pace = self._paces[key] = Pace()
        pace.add(measured)
        if measured.said_tokens > 0:
            said = self._said.get(task)
            if said is None:
                said = self._said[task] = Middle()
            said.add(measured.said_tokens)

    def output_tokens(self, task: TaskKind | None = None, max_tokens: int | None = None) -> int:
        """How long an answer of this kind becomes, as a rule and at most `max_tokens`."""
        said = self._said.get(task)
        usual = round(said.value) if said else round(SAID)
        return usual if max_tokens is None else min(usual, max_tokens)

    def prompt_tokens(self, model_id: str, characters: int, host: str = "") -> int:
        """About so many tokens the model will count in as many characters."""
        pace = self._paces.get((model_id, host))
        return round(characters / (pace.characters.value if pace else CHARACTERS_A_TOKEN)) + 1
