"""Reads the lines of an input file and says what is wrong with which of them. Knows no batch and no database."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import msgspec

from vestibule.batches.batch import Problem
from vestibule.batches.work import Request

MOST_LINES = 50_000
MOST_PROBLEMS = 100
LONGEST_LINE = 8 * 2**20
LONGEST_ID = 512

_MISSING = re.compile(r"missing required field `(\w+)`")
_PLACE = re.compile(r"at `\$\.(\w+)`")


class _WireLine(msgspec.Struct, frozen=True):
    custom_id: str
    method: str
    url: str
    body: msgspec.Raw


class _Body(msgspec.Struct, frozen=True):
    model: str


class Reading:
    """Feed it the file part by part, take the requests that are ready, and `finish`. Once there are `problems` no
    requests come any more, and the rest is read to name further ones, until it is `hopeless`."""

    def __init__(self, endpoint: str) -> None:
        self.problems: list[Problem] = []
        self.model = ""
        self.total = 0
        self.hopeless = False
        self._endpoint = endpoint
        self._rest = b""
        self._number = 0
        self._seen: dict[str, int] = {}

    def feed(self, part: bytes) -> list[tuple[int, Request]]:
        """The requests of the lines that are whole now, each with its number, counted from 1."""
        *lines, self._rest = (self._rest + part).split(b"\n")
        found = self._read(lines)
        if len(self._rest) > LONGEST_LINE and not self.hopeless:
            self.hopeless = True
            why = f"This line is longer than {LONGEST_LINE // 2**20} MiB."
            self.problems.append(Problem("line_too_long", why, line=self._number + 1))
        return [] if self.problems else found

    def finish(self) -> list[tuple[int, Request]]:
        found = self._read([self._rest])
        if not self.total and not self.problems:
            self.problems.append(Problem("empty_file", "The input file has no line with a request.", "input_file_id"))
        return found

    def _read(self, lines: list[bytes]) -> list[tuple[int, Request]]:
        found = []
        for line in lines:
            self._number += 1
            if not line.strip() or self.hopeless:
                continue
            read = self._line(line)
            if isinstance(read, Request):
                found.append((self._number, read))
            else:
                self.problems.append(read)
                self.hopeless = self.total > MOST_LINES or len(self.problems) >= MOST_PROBLEMS
        return [] if self.problems else found

    def _line(self, line: bytes) -> Request | Problem:
        self.total += 1
        if self.total > MOST_LINES:
            return self._problem("too_many_tasks", f"The input file has more than {MOST_LINES} requests.")
        above = ""
        try:
            said = msgspec.json.decode(line, type=_WireLine)
            above = "body"
            body = msgspec.json.decode(said.body, type=_Body)
        except msgspec.ValidationError as error:
            return self._wrong(str(error), above)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._problem("invalid_json_line", "This line is not a JSON object in UTF-8.")
        return self._checked(said, body)

    def _checked(self, said: _WireLine, body: _Body) -> Request | Problem:
        if said.method != "POST":
            return self._problem("invalid_method", "Requests of a batch have the method POST.", "method")
        if said.url != self._endpoint:
            return self._problem("invalid_url", f"The endpoint of this batch is {self._endpoint}.", "url")
        if not 0 < len(said.custom_id) <= LONGEST_ID:
            return self._problem("invalid_custom_id", f"A custom_id has 1 to {LONGEST_ID} characters.", "custom_id")
        first = self._seen.setdefault(said.custom_id, self._number)
        if first != self._number:
            return self._problem("duplicate_custom_id", f"Line {first} has the same custom_id.", "custom_id")
        self.model = self.model or body.model
        if body.model != self.model:
            return self._problem("mismatched_model", "All requests of a batch name the same model.", "body.model")
        return Request(said.custom_id, said.body)

    def _wrong(self, said: str, above: str) -> Problem:
        """In words of ours: the decoder's name fields of ours alone, and quote nothing that was written into them."""
        missing = _MISSING.search(said)
        place = missing or _PLACE.search(said)
        param = ".".join(part for part in (above, place.group(1) if place else "") if part)
        if missing:
            return self._problem("missing_required_parameter", f"`{param}` is missing.", param)
        return self._problem("invalid_type", f"`{param or 'the line'}` is not of its type.", param or None)

    def _problem(self, code: str, message: str, param: str | None = None) -> Problem:
        return Problem(code, message, param, self._number)


async def read_requests(parts: AsyncIterator[bytes], reading: Reading) -> AsyncIterator[list[tuple[int, Request]]]:
    """The requests as they are read; nothing more once there is a problem. See `reading.problems` at the end."""
    async for part in parts:
        if found := await asyncio.to_thread(reading.feed, part):
            yield found
        if reading.hopeless:
            return
    if found := reading.finish():
        yield found
