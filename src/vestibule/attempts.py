"""One model after the other until one has answered: pseudonymise, encode, clear, send, restore, check.

The second half of the flow in `pipeline.py`, in the order it happens. Every try passes the gate anew; an answer that
breaks off is taken up where it did. Which model is next, and after how long, is decided in `routing/resilience`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass

from vestibule.clearing import Clearing
from vestibule.continuation import Telling, may_go_on
from vestibule.core.answer import Attempt
from vestibule.core.caller import Caller
from vestibule.core.errors import UpstreamFailed, VestibuleError
from vestibule.core.generation import ModelRequest, Patience
from vestibule.core.settings import ResilienceSettings
from vestibule.exchange import End, Exchange, Piece
from vestibule.generation.structured import FormatMissed
from vestibule.privacy.policy import Verdict
from vestibule.providers.base import Chunk
from vestibule.providers.presets import tuned
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Model
from vestibule.routing.measuring import Measuring
from vestibule.routing.plan import Candidate, Plan
from vestibule.routing.resilience.course import Course, Try
from vestibule.routing.resilience.deadline import Deadline
from vestibule.routing.resilience.health import Health
from vestibule.routing.resilience.patience import patiently
from vestibule.routing.resilience.verdict import outcome, verdict
from vestibule.routing.share import Outside
from vestibule.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Attempts:
    clearing: Clearing
    admission: Admission
    health: Health
    settings: ResilienceSettings
    outside: Outside
    measuring: Measuring
    metrics: Metrics

    async def answer(
        self, exchange: Exchange, caller: Caller, planned: Plan, grounded: ModelRequest, live: Collection[int]
    ) -> AsyncGenerator[Piece, None]:
        """Yield one whole answer, each piece once, whoever told it; the last piece says how it ended. Where the caller
        does not stream there is one piece only, so that nothing is spoilt until it is whole.

        Raises what helps most of what went wrong, where none could be had, or where one that was begun could not be
        taken up: then after the pieces there are.
        """
        deadline = Deadline.of(exchange.request.options.route.deadline_s, exchange.elapsed_s)
        prefills, streams = may_go_on(grounded), exchange.request.stream
        course = Course(planned.eligible, self.health, self.settings, deadline, prefills=prefills, streams=streams)
        told = Telling(grounded, live)
        while tried := course.next():
            keeps_format = streams and tried.candidate.model.keeps(grounded.response_format)
            telling = told.next(tried.way, keeps_format=keeps_format)
            before = telling.released
            try:
                await deadline.sleep(tried.wait_s)
                alone = not course.has_more
                async with aclosing(self._attempt(exchange, caller, tried, telling, deadline, alone)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except VestibuleError as error:
                self._note(exchange, Attempt(tried.candidate.model.id, outcome(error)))
                went_on = telling.released > before
                if isinstance(error, FormatMissed) and tried.way == "afresh" and not went_on:
                    told = telling.missing(error)
                    course.mend(tried, error)
                    continue
                told = telling if went_on else told
                course.failed(tried, error, went_on=went_on)
        raise verdict(course.failures, broke_off=course.broke_off)

    async def _attempt(
        self, exchange: Exchange, caller: Caller, tried: Try, telling: Telling, deadline: Deadline, alone: bool
    ) -> AsyncGenerator[Piece, None]:
        """One try: wait for a turn, pseudonymise, encode, clear, send, restore, check. `alone`: nobody is left to be
        asked after this one."""
        model = tried.candidate.model
        last: Chunk | None = None
        presets, task = exchange.configuration.document.presets, exchange.planned.task
        asked = tuned(telling.asking(tried.way), presets, model.id, task)
        asked = exchange.reservation.bounded(model.id, asked)
        measured = self.measuring.attempt(model, asked, exchange.planned.task, exchange.account)
        with self.health.sending(model, insist=alone) as sending:
            async with self.admission.turn(model, caller.tenant, deadline.at, exchange.request.priority):
                if model.location == "cloud":
                    self._let_out(exchange, tried.candidate)
                correspondence = await self.clearing.correspond(exchange, caller, model, asked)
                with await exchange.reservation.attempt(model.id, model.location, correspondence.request) as charge:
                    cleared = await self.clearing.clear(exchange, caller, model, correspondence)
                    charge.sending()
                    said = model.provider.send(cleared)
                    answer = patiently(said, self._patience(model), deadline, model.id, alone=alone)
                    with exchange.timed("generate"), measured:
                        try:
                            async for chunk in answer:
                                charge.hear(chunk)
                                measured.hear(chunk)
                                pieces = len(chunk.parts) or 1
                                chunk = correspondence.read(chunk)
                                if chunk.logprobs and telling.likelihood:
                                    telling.likelihood.hear(chunk.logprobs)
                                text = telling.hear(chunk.text, pieces)
                                if chunk.finish_reason:
                                    last = chunk
                                    break
                                if chunk.text:
                                    exchange.note_first_word()
                                if text and exchange.request.stream:
                                    parts = chunk.parts if text is chunk.text else ()
                                    yield Piece(text, tried.candidate, parts=parts, logprobs=telling.news())
                        finally:
                            # what was heard stays part of the answer, however it ends
                            telling.unrestored += correspondence.unrestored
                            await answer.aclose()
            if last is None:
                raise UpstreamFailed(f"{model.id} broke off its answer.", next_step="Ask again.", fault="cut")
            sending.answered()
            text += telling.finish(last.finish_reason or "stop")
            if not exchange.request.stream:
                text = telling.text
        usage = last.usage
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (None, None)
        self._note(exchange, Attempt(model.id, "answered", *tokens))
        yield Piece(
            text,
            tried.candidate,
            last.tool_calls,
            End(
                last,
                telling.check,
                telling.unrestored,
                telling.format.share,
                telling.sanitiser.found,
                telling.logprobs,
            ),
            logprobs=telling.news(),
        )

    def _let_out(self, exchange: Exchange, candidate: Candidate) -> None:
        """Count a request for the cloud's share, unless its caller named the model, and set aside what it will cost.
        Once a request; raise `NoCandidate` or `BudgetExceeded` where it is too much."""
        if exchange.counted_out:
            return
        expected, figures = exchange.account.expected, candidate.figures
        cost_eur = figures.cost_eur if figures else expected.eur if expected else None
        exempt = exchange.planned.exempt or candidate.model.id == exchange.request.model
        exchange.held_eur = self.outside.leave(exchange.configuration.document.routes, cost_eur, exempt=exempt)
        exchange.counted_out = True

    def may_leave(self, exchange: Exchange, caller: Caller, model: Model) -> Verdict:
        return self.clearing.may_leave(exchange, caller, model)

    def _patience(self, model: Model) -> Patience:
        return model.patience or (self.settings.home if model.location == "home" else self.settings.cloud)

    def _note(self, exchange: Exchange, attempt: Attempt) -> None:
        exchange.attempts.append(attempt)
        self.metrics.attempted(attempt.model, attempt.outcome)
