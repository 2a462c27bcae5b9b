"""How much a request may hold beside the size of its body: counts, lengths, characters that no store keeps.

Source of the bounds of `metadata` and logprobs: OpenAI's API description. The others are ours, far above what people
send.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from vestibule.core.chat import ChatRequest, Options
from vestibule.core.errors import InvalidRequest

MOST_MESSAGES = 4_096
MOST_CALLS = 4_096
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 16, 64, 512
MOST_BUILDINGS = 1_000
LONGEST_GRAMMAR = 16_384
MOST_ADAPTERS = 32
MOST_LOGPROBS = 20
LONGEST_NAME = 256
LONGEST_STOP = 1_024
LONGEST_DEADLINE_S = 86_400


def require_bounds(request: ChatRequest, body: bytes) -> None:
    """Raise `InvalidRequest` naming what is over its bound. `body` is what the request was read from."""
    _require_few("messages", len(request.messages), MOST_MESSAGES)
    _require_name("model", request.model)
    calls = 0
    for index, message in enumerate(request.messages):
        if message.name:
            _require_name(f"messages[{index}].name", message.name)
        for call in message.tool_calls:
            calls += 1
            _require_name(f"messages[{index}].tool_calls", call.id)
            _require_name(f"messages[{index}].tool_calls", call.name)
    _require_few("messages", calls, MOST_CALLS, "calls of functions")
    for stop in request.sampling.stop:
        if not 1 <= len(stop) <= LONGEST_STOP:
            raise _over("stop", f"texts of 1 to {LONGEST_STOP} characters")
    if request.metadata:
        _check_metadata(request.metadata)
    _check_options(request.options)
    # only a body that spells it can hold it
    if b"u0000" in body and any("\0" in text for text in _texts(msgspec.to_builtins(request))):
        raise InvalidRequest("The body contains the character U+0000.", next_step="Remove it.")


def _check_metadata(metadata: dict[str, object]) -> None:
    _require_few("metadata", len(metadata), MOST_METADATA)
    if any(len(key) > LONGEST_KEY or len(str(value)) > LONGEST_VALUE for key, value in metadata.items()):
        raise _over("metadata", f"keys of {LONGEST_KEY} and values of {LONGEST_VALUE} characters")


def _check_options(options: Options) -> None:
    _require_few("vestibule.buildings", len(options.buildings or ()), MOST_BUILDINGS)
    _require_few("vestibule.route.adapters", len(options.route.adapters), MOST_ADAPTERS)
    if options.grammar is not None and not 0 < len(options.grammar) <= LONGEST_GRAMMAR:
        raise _over("vestibule.grammar", f"1 to {LONGEST_GRAMMAR:,} characters")
    deadline_s = options.route.deadline_s
    if deadline_s is not None and not 0 < deadline_s <= LONGEST_DEADLINE_S:
        raise _over("vestibule.route.deadline_s", f"more than 0 and at most {LONGEST_DEADLINE_S} seconds")


def _require_few(path: str, count: int, most: int, what: str = "entries") -> None:
    if count > most:
        raise InvalidRequest(f"`{path}` has {count} {what}.", next_step=f"At most {most} are taken.", param=path)


def _require_name(path: str, name: str) -> None:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise _over(path, f"names of at most {LONGEST_NAME} characters, none of them a control character")


def _over(path: str, taken: str) -> InvalidRequest:
    return InvalidRequest(f"`{path}` is over its bounds.", next_step=f"Taken are {taken}.", param=path)


def _texts(value: object) -> Iterator[str]:
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list | tuple):
            left += one
