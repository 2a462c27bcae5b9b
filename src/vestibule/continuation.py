"""An answer that may be told by several models: what was heard of it, what the caller has of it, and how a model is
asked for the rest. Knows no provider."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from vestibule.core.answer import FinishReason, TokenLogprob
from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.generation.checks import AnswerCheck
from vestibule.generation.likelihood import Likelihood
from vestibule.generation.sanitising import AnswerSanitiser
from vestibule.generation.structured import FormatCheck, FormatMissed, repair_request
from vestibule.routing.resilience.course import Way
from vestibule.routing.resilience.repetition import Onward, Repetition


class Telling:
    """One telling of an answer, from its first word; models may take turns at it. What is heard has its originals.

    `released` counts the characters the caller has. `unrestored` counts placeholders that stand for nothing.
    """

    def __init__(
        self,
        request: ModelRequest,
        live: Collection[int],
        *,
        sent: str = "",
        keeps_format: bool = False,
        missed: FormatMissed | None = None,
    ) -> None:
        """`sent` is what the caller has of an earlier telling: it must come first, and is not released again. A model
        that `keeps_format` is not held to be checked; `missed` is the answer that is to be mended."""
        self.check = AnswerCheck(request, live)
        self.format = FormatCheck(request.response_format, constrained=keeps_format)
        self.sanitiser = AnswerSanitiser(rewrites=request.response_format.kind == "text")
        self._missed = missed
        self._keeps_format = keeps_format
        self.unrestored = 0
        self._request = request
        self._live = live
        self._heard: list[str] = []
        self._pieces = 0
        self._repetition = Repetition(sent)
        self._onward = Onward()
        self._sent = [sent]
        self.released = len(sent)
        asked = request.sampling.logprobs
        self.likelihood = None if asked is None else Likelihood(asked)
        self._known = 0
        if self.likelihood and sent:
            self.likelihood.end()

    def hear(self, text: str, pieces: int = 1) -> str:
        """Take what a model says, in so many pieces, return what may be released. Raise `Differs` where it is not what
        was sent, or not the rest of it."""
        self._pieces += pieces if text else 0
        text = self._onward.feed(text)
        if text:
            self._heard.append(text)
        return self._released(self.sanitiser.feed(self.format.feed(self.check.feed(text))))

    def finish(self, reason: FinishReason) -> str:
        """Return the rest of a whole answer. Raise `Differs` as `hear`, or where it is shorter than what was sent, and
        `FormatMissed` where it has not the format that was asked for."""
        rest = self.format.feed(self.check.feed(self._onward.finish()) + self.check.finish())
        rest = self._released(self.sanitiser.feed(rest + self.format.finish(reason)) + self.sanitiser.finish())
        self._repetition.finish()
        return rest

    def news(self) -> tuple[TokenLogprob, ...]:
        """What became known of the tokens since it was asked last."""
        if self.likelihood is None:
            return ()
        before, self._known = self._known, len(self.likelihood.told)
        return tuple(self.likelihood.told[before:])

    @property
    def logprobs(self) -> tuple[TokenLogprob, ...] | None:
        """Those of the whole answer; None where there are none of all of it."""
        told = self.likelihood
        return tuple(told.told) if told and told.is_whole else None

    @property
    def text(self) -> str:
        """All that was released, of this telling and of what it takes up."""
        return "".join(self._sent)

    def next(self, way: Way, *, keeps_format: bool = False) -> Telling:
        """The telling that the next try belongs to, by a model that `keeps_format` or does not."""
        if way == "onward":
            self._onward = Onward("".join(self._heard))
            if self.likelihood:
                self.likelihood.end()
            return self
        if way == "afresh" and keeps_format == self._keeps_format and not (self._pieces or self._missed):
            return self
        return Telling(
            self._request,
            self._live,
            sent=self.text if way == "repeat" else "",
            keeps_format=keeps_format,
            missed=self._missed if way == "mended" else None,
        )

    def missing(self, missed: FormatMissed) -> Telling:
        """As this one, for the model to be shown what was wrong with its answer."""
        return Telling(self._request, self._live, missed=missed)

    def asking(self, way: Way) -> ModelRequest:
        """What the next model is asked: the request, and where it is to go on, what was heard as its own last words."""
        if self._missed:
            return repair_request(self._request, self._missed)
        if way != "onward":
            return self._request
        said = Message("assistant", "".join(self._heard))
        request, most = self._request, self._request.sampling.max_tokens
        # a piece is about a token: what it used before it broke off, nobody says
        left = None if most is None else max(1, most - self._pieces)
        return replace(
            request,
            messages=(*request.messages, said),
            prompt=(*request.prompt, said) if request.prompt else (),
            sampling=replace(request.sampling, max_tokens=left),
        )

    def _released(self, text: str) -> str:
        text = self._repetition.feed(text)
        if text:
            self._sent.append(text)
            self.released += len(text)
            if self.likelihood:
                self.likelihood.release(text)
        return text


def may_go_on(request: ModelRequest) -> bool:
    """Whether the answer may be gone on with from any point: an engine that keeps it to a form begins the form anew."""
    free = request.response_format.kind == "text" and request.grammar is None
    return free and request.tool_choice.mode != "required"
