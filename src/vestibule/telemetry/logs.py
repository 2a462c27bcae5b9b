"""Structured logs: one JSON object a line on standard error, for our events and for those of libraries.

A traceback is logged as places and types, never with the messages of its exceptions: a message can quote the text that
caused it. Fields that could carry a prompt, an answer or a secret are left out by name.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LEFT_OUT = "[left out]"

_TEXTS_AND_SECRETS = frozenset(
    {"answer", "api_key", "authorization", "body", "content", "credential", "digest", "input", "key", "message"}
    | {"messages", "password", "prompt", "question", "quote", "response", "secret", "text", "token"}
)


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log of this process, libraries' too, as JSON lines to `stream` (standard error if None).

    Call once at start, before the server; `uvicorn` must be given `log_config=None`, so that it keeps to this.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        leave_texts_out,
        trace_without_messages,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=lambda value: type(value).__name__),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def leave_texts_out(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace what could be a prompt, an answer or a secret, known by the name of its field."""
    return {name: LEFT_OUT if name.lower() in _TEXTS_AND_SECRETS else value for name, value in event.items()}


def trace_without_messages(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by `exceptions`: for each in the chain its type and where it passed, innermost last."""
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        event["exceptions"] = [_places(link) for link in _chain(error)]
    return event


def _exception(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _places(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-30:]],
    }
