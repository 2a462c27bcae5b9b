"""An answer that must have a format: held until it has it, mended where that is only a matter of its wrapping.

Whoever asks a model holds a `FormatCheck` beside it: `feed` what comes, `finish` at the end, and on `FormatMissed` ask
once more with `repair_request`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from vestibule.core.answer import FinishReason
from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.generation.structured.validation import LONGEST, faults, format_faults

MOST_STARTS = 8
_REPEATED = 16_384  # characters of a failed answer that are shown to the model again
_FENCE = re.compile(r"```[\w-]{0,16}[ \t]*\r?\n(.*?)\r?\n?```", re.DOTALL)
_DECODER = json.JSONDecoder()


class FormatMissed(UpstreamFailed):
    """The answer does not have the format that was asked for. `said` and `faults` are for `repair_request` alone:
    neither is in the message."""

    def __init__(self, said: str, found: tuple[str, ...]) -> None:
        super().__init__(
            "The model did not answer in the format asked for.",
            next_step="Ask again, a larger model, or for a simpler schema.",
            fault="malformed",
        )
        self.said = said
        self.faults = found


class FormatCheck:
    """Checks one answer. Where the provider is `constrained`, it keeps to the format as it writes: then text is
    released as it comes and checked at the end; otherwise it is held until then.

    `share` is 1.0 once the format was met, 0.0 where it was not, None where there was none to meet.
    """

    def __init__(self, wanted: ResponseFormat, *, constrained: bool = False) -> None:
        self._wanted = wanted
        self._holds = wanted.kind != "text" and not constrained
        self._said: list[str] = []
        self._length = 0
        self.share: float | None = None

    def feed(self, text: str) -> str:
        """Take what a provider streams, return what may be released."""
        if self._wanted.kind == "text":
            return text
        self._said.append(text)
        self._length += len(text)
        if self._length > LONGEST:
            raise FormatMissed("", (f"it is longer than {LONGEST} characters",))
        return "" if self._holds else text

    def finish(self, reason: FinishReason) -> str:
        """Return what was held. An answer that was cut off, or that calls functions, is released as it stands.

        Raise `FormatMissed`. CPU only: milliseconds for a long answer.
        """
        if self._wanted.kind == "text":
            return ""
        said = "".join(self._said)
        if reason == "tool_calls":
            return said if self._holds else ""
        found = format_faults(self._wanted, said)
        if found and reason == "stop":
            said = self._unwrapped(said, found)
            found = ()
        self.share = 0.0 if found else 1.0
        return said if self._holds else ""

    def _unwrapped(self, said: str, found: tuple[str, ...]) -> str:
        """The JSON without the fence or the words around it, where that is all that is wrong."""
        if self._holds:
            for inner in _wrapped(said):
                if not format_faults(self._wanted, inner):
                    return inner
        raise FormatMissed(said, found)


def repair_request(request: ModelRequest, missed: FormatMissed) -> ModelRequest:
    """The request with the failed answer, and what is wrong with it, behind the conversation."""
    listed = "\n".join(f"- {fault}" for fault in missed.faults)
    asked = f"That answer does not have the format asked for:\n{listed}\nAnswer again, with the JSON and nothing else."
    turns = (
        *([Message("assistant", missed.said[:_REPEATED])] if missed.said.strip() else []),
        Message("user", asked),
    )
    prompt = (*request.prompt, *turns) if request.prompt else ()
    return replace(request, messages=(*request.messages, *turns), prompt=prompt)


def called_well(tools: Sequence[Tool], calls: Sequence[ToolCall]) -> float | None:
    """The share of calls of a function that was offered with arguments that its schema allows; None without calls."""
    if not calls:
        return None
    offered = {tool.name: tool.parameters for tool in tools}
    well = [c.name in offered and not faults(offered[c.name], c.arguments or "{}") for c in calls]
    return sum(well) / len(well)


def _wrapped(said: str) -> Iterator[str]:
    """What may be meant: the content of fences, then whatever is JSON behind the first brackets."""
    for fence in _FENCE.finditer(said):
        yield fence[1].strip()
    start = -1
    for _ in range(MOST_STARTS):
        start = min((at for at in (said.find("{", start + 1), said.find("[", start + 1)) if at >= 0), default=-1)
        if start < 0:
            return
        try:
            _, end = _DECODER.raw_decode(said, start)
        except (ValueError, RecursionError):
            continue
        yield said[start:end]
