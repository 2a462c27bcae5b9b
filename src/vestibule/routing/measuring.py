"""One attempt at a model, predicted before it and measured while it lasts: its times, and its part in what was drawn.

What comes of it teaches the next prediction. Knows no answer's text and no money.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from vestibule.core.answer import Predicted, Usage
from vestibule.core.chat import TaskKind
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.routing.admission import Admission, Load
from vestibule.routing.catalogue import Model
from vestibule.routing.cost import Account, Answering, EnergyMeter
from vestibule.routing.latency import Latencies, Measured
from vestibule.telemetry.metrics import Metrics


class Measuring:
    def __init__(
        self,
        latencies: Latencies,
        admission: Admission,
        metrics: Metrics,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.latencies = latencies
        self.meter = EnergyMeter(clock)
        self.admission = admission
        self.metrics = metrics
        self.clock = clock

    def attempt(self, model: Model, request: ModelRequest, task: TaskKind | None, account: Account) -> Attempted:
        """An attempt that begins to wait for its turn now, to be entered once, when it is sent. What is foreseen of it,
        and what it draws, is noted in `account`."""
        characters = characters_of(request)
        prompt = self.latencies.prompt_tokens(model.id, characters)
        said = self.latencies.output_tokens(task, request.sampling.max_tokens)
        predicted = foreseen(self.latencies, model, self.admission.load(model), prompt, said)
        at_once = self.meter.at_once(model.id, account.costs.energy) + 1
        account.expect(model.id, model.location, Usage(prompt, said), predicted, at_once)
        return Attempted(self, model, task, account, predicted, characters)

    def compare(self, model_id: str, what: str, predicted_s: float | None, observed_s: float) -> None:
        if predicted_s is not None and observed_s > 0:
            self.metrics.predicted(model_id, what, (predicted_s - observed_s) / observed_s)


class Attempted:
    """`predicted` counts from when the attempt was made."""

    __slots__ = (
        *("_answering", "_asleep", "_at_once", "_begun", "_account", "_characters", "_chunk", "_clock", "_ended"),
        *("_first", "_measuring", "_model", "_pieces", "_sent", "_task", "predicted"),
    )

    def __init__(
        self,
        measuring: Measuring,
        model: Model,
        task: TaskKind | None,
        account: Account,
        predicted: Predicted,
        characters: int,
    ) -> None:
        self._measuring = measuring
        self._model = model
        self._task: TaskKind | None = task
        self._account = account
        self.predicted = predicted
        self._characters = characters
        self._clock = measuring.clock
        self._asleep = _sleeps(model)
        self._begun = self._clock()
        self._sent = self._begun
        self._first: float | None = None
        self._ended: float | None = None
        self._chunk: Chunk | None = None
        self._pieces = 0
        self._at_once = 1
        self._answering: Answering | None = None

    def __enter__(self) -> Attempted:
        self._sent = self._clock()
        self._at_once = self._measuring.latencies.begin(self._model.id, self._served())
        if self._model.location == "home":
            self._answering = self._measuring.meter.answering(self._model.id, self._account.costs.energy)
            self._answering.__enter__()
        return self

    def hear(self, chunk: Chunk) -> None:
        if self._first is None and (chunk.text or chunk.reasoning or chunk.tool_calls):
            self._first = self._clock()
        self._pieces += len(chunk.parts) or 1
        if chunk.finish_reason:
            self._ended = self._clock()
            self._chunk = chunk

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        at_the_end = self._measuring.latencies.end(self._model.id, self._served())
        if answering := self._answering:
            answering.__exit__(kind, error, at)
            self._account.draw(answering.used)
        if self._first is not None and self._ended is not None and self._chunk is not None:
            self._learn(self._first, self._ended, self._chunk, at_the_end)

    def _served(self) -> int:
        return self._measuring.admission.load(self._model).served

    def _learn(self, first: float, ended: float, last: Chunk, at_the_end: int) -> None:
        usage, measuring, model = last.usage, self._measuring, self._model
        measured = Measured(
            first - self._sent,
            ended - self._sent,
            usage.prompt_tokens if usage else measuring.latencies.prompt_tokens(model.id, self._characters),
            usage.completion_tokens if usage else self._pieces,
            cached_tokens=usage.cached_tokens if usage else 0,
            at_once=max((self._at_once + at_the_end) // 2, 1),
            asleep=self._asleep,
            characters=self._characters if usage else 0,
            begun_with=self._at_once,
        )
        measuring.compare(model.id, "first_token", self.predicted.first_token_s, first - self._begun)
        measuring.compare(model.id, "finish", self.predicted.finish_s, ended - self._begun)
        measuring.latencies.compare(model.id, self.predicted, first - self._begun, ended - self._begun)
        measuring.latencies.observe(model.id, measured, task=self._task)


def foreseen(latencies: Latencies, model: Model, load: Load, prompt_tokens: int, output_tokens: int) -> Predicted:
    """When a model with this load would begin and end an answer that it was asked for now."""
    return latencies.predict(
        model.id,
        prompt_tokens,
        output_tokens,
        load.waiting,
        served=load.served,
        slots=model.provider.capacity,
        asleep=_sleeps(model),
    )


def _sleeps(model: Model) -> bool:
    return isinstance(model.provider, LlamaCppProvider) and model.provider.asleep


def characters_of(request: ModelRequest) -> int:
    """Of all that a model is to read, but images."""
    return sum(len(message.content) for message in request.prompt or request.messages)
