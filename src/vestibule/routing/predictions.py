"""What is predicted of each model's answer, by those who know: how it fares now, how fast it was, how good, how dear.

Joins them for the decision and keeps nothing of its own.
"""

from __future__ import annotations

from datetime import date

from vestibule.core.answer import Usage
from vestibule.core.chat import TaskKind
from vestibule.core.configuration import Configuration
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Model
from vestibule.routing.complexity import Expectation
from vestibule.routing.cost import Costing, Costs
from vestibule.routing.latency import Latencies
from vestibule.routing.measuring import foreseen
from vestibule.routing.plan import Figures


class Predictions:
    def __init__(self, admission: Admission, latencies: Latencies, quality: Expectation, costing: Costing) -> None:
        self._admission = admission
        self.latencies = latencies
        self.quality = quality
        self._costing = costing

    def output_tokens(self, task: TaskKind | None, most: int | None) -> int:
        return self.latencies.output_tokens(task, most)

    def figures(
        self, model: Model, difficulty: float, prompt_tokens: int, output_tokens: int, terms: Costs, on: date
    ) -> Figures:
        """Of an answer of so many tokens to a request of that difficulty; its cost by the prices of that day, at home
        for as long as it is being made."""
        load, slots = self._admission.load(model), model.provider.capacity
        time = foreseen(self.latencies, model, load, prompt_tokens, output_tokens)
        seconds = None if time.finish_s is None else time.finish_s - (time.wait_s or 0.0)
        usage = Usage(prompt_tokens, output_tokens)
        return Figures(
            time,
            terms.estimate(model.id, model.location, usage, on, seconds=seconds).eur,
            self.quality(difficulty, model.id),
            load.wanted,
            slots is not None and load.served >= slots and self._admission.is_full(model),
        )

    def costs(self, configuration: Configuration) -> Costs:
        """What things cost by that version."""
        return self._costing.of(configuration)
