"""What reaches the log, and what never does."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from vestibule.telemetry.logs import LEFT_OUT, configure

SECRET = "the tenant of room 4 is Ada"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("info", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail() -> None:
    try:
        raise ValueError(f"cannot parse {SECRET!r}")
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def test_our_events_are_json_lines(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("vestibule.pipeline").info("answered", request_id="req_1", duration_ms=12.5, at=object)
    (line,) = lines(stream)
    assert line["event"] == "answered"
    assert line["logger"] == "vestibule.pipeline"
    assert line["level"] == "info"
    assert line["duration_ms"] == 12.5
    assert str(line["timestamp"]).endswith("Z")


def test_libraries_log_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").info("Started %s", "server")
    logging.getLogger("aiohttp.server").debug("not at this level")
    (line,) = lines(stream)
    assert line["event"] == "Started server"
    assert line["logger"] == "aiohttp.server"


def test_texts_and_secrets_are_left_out_by_name(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("x").warning("asked", prompt=SECRET, Question=SECRET, token="vst_1", messages=[SECRET])
    (line,) = lines(stream)
    assert line["prompt"] == line["Question"] == line["token"] == line["messages"] == LEFT_OUT
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("log", ["ours", "ours, given", "a library's"])
def test_a_traceback_has_places_and_no_messages(stream: io.StringIO, log: str) -> None:
    try:
        fail()
    except RuntimeError as error:
        match log:
            case "ours":
                structlog.stdlib.get_logger("x").error("failed", exc_info=True)
            case "ours, given":
                structlog.stdlib.get_logger("x").error("failed", exc_info=error)
            case _:
                logging.getLogger("psycopg").exception("failed")
    assert SECRET not in stream.getvalue()
    (line,) = lines(stream)
    exceptions = line["exceptions"]
    assert isinstance(exceptions, list)
    assert [e["type"] for e in exceptions] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert any("in fail" in place for place in exceptions[0]["at"])


def test_no_exception_is_no_traceback(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("x").error("odd", exc_info=True)
    assert "exceptions" not in lines(stream)[0]
