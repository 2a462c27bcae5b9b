"""An answer that does nothing when it is rendered, as Markdown or as HTML: no script, no form, no fetch.

Streams: what is undecided is held, and the answer is the same however it was cut. What Markdown shows as code stays as
it is, and counts as code only where there can be no doubt: a fence at the beginning of a line, a span on one line.
Source: CommonMark 0.31.2, sections 4.5, 4.6, 6.1, 6.3 to 6.6. Knows neither models nor evidence.
"""

from __future__ import annotations

import re

from vestibule.generation.sanitising.addresses import is_forbidden, without_query
from vestibule.generation.sanitising.tags import is_inert

LONGEST_TAG = 400
LONGEST_ADDRESS = 300
LONGEST_SPAN = 400
KEPT = 100  # characters of a line, enough to tell what it begins
_TRIGGER = re.compile(r"[<`~$\r!\]]")
_RUN = re.compile("`+")
_CONTAINERS = re.compile(r"[\s>*+.)\d-]*")
_LINE_END = re.compile(r"[\r\n]")
_SPACE = re.compile(r"\s")
_BRACKET_END = re.compile(r"[>\r\n]")

Step = tuple[str, int]  # what is released, and how far was read
_SPAN: Step = ("", -1)


class AnswerSanitiser:
    """For one answer. `found` counts what would have acted. Without `rewrites` it only counts: JSON is data."""

    def __init__(self, *, rewrites: bool = True) -> None:
        self.found = 0
        self._rewrites = rewrites
        self._held = ""
        self._line = ""
        self._previous = "\n"
        self._fence = 0  # backticks that opened the code we are in
        self._fences_count = True
        self._spans_count = True  # until the paragraph ends
        self._after_image = False

    def feed(self, text: str) -> str:
        """Take what comes, return what may be released; the very same text where there is nothing to look at."""
        if not self._held and not self._fence and not _TRIGGER.search(text):
            self._pass(text)
            return text
        self._held += text
        released = self._scan(last=False)
        return released if self._rewrites else text

    def finish(self) -> str:
        """Return what is still held."""
        released = self._scan(last=True)
        return released if self._rewrites else ""

    def _scan(self, *, last: bool) -> str:
        held, at, out = self._held, 0, list[str]()
        while at < len(held):
            if self._fence:
                end = self._code_until(held, at, last=last)
                step = (held[at:end], end) if end > at else None
            elif (mark := _TRIGGER.search(held, at)) is None or mark.start() > at:
                end = mark.start() if mark else len(held)
                self._pass(held[at:end])
                step = (held[at:end], end)
            else:
                step = self._decide(held, at, last=last)
            if step is None:
                break
            out.append(step[0])
            at = step[1]
        self._held = held[at:]
        return "".join(out)

    def _decide(self, held: str, at: int, *, last: bool) -> Step | None:
        """What becomes of the mark at `at`; None where that is to be seen yet."""
        mark, following = held[at], held[at + 1 : at + 2]
        if mark == "`":
            return self._at_backtick(held, at, last=last)
        if not following and not last:
            return None
        if mark == "<":
            return self._at_tag(held, at, last=last)
        if mark == "]" and following and following in "(:":
            return self._at_address(held, at, last=last)
        if mark == "!" and following == "[":
            return self._at_image(), at + 1
        if mark in "~$" and _CONTAINERS.fullmatch(self._line):
            opener = "~~~" if mark == "~" else "$$"
            here = held[at : at + len(opener)]
            if here == opener:
                self._fences_count = False
            elif opener.startswith(here) and not last:
                return None
        if mark == "\r" and following != "\n":
            self._fences_count = self._spans_count = False
        return self._take(held, at, at + 1)

    def _at_tag(self, held: str, at: int, *, last: bool) -> Step | None:
        following = held[at + 1 : at + 2]
        if not (following.isascii() and following.isalpha()) and following not in ("/", "!", "?"):
            return self._take(held, at, at + 1)
        end = held.find(">", at, at + LONGEST_TAG) + 1
        if not end and not last and len(held) - at < LONGEST_TAG:
            return None
        if end and is_inert(held[at:end]):
            step = self._take(held, at, end)
            self._spans_count = False  # a renderer may read on as HTML
            return step
        self.found += 1
        self._pass("<")
        return "‹", at + 1

    def _at_image(self) -> str:
        """What is shown is fetched, and the address can say what was asked: a link has to be clicked."""
        self.found += 1
        self._after_image = True
        released = " " if self._previous == "!" else ""
        self._pass("!")
        return released

    def _at_address(self, held: str, at: int, *, last: bool) -> Step | None:
        start, most = at + 2, at + LONGEST_ADDRESS
        while start < min(len(held), most) and held[start].isspace():
            start += 1
        ending = (_BRACKET_END if held[start : start + 1] == "<" else _SPACE).search(held, start, most)
        if ending is None and not last and len(held) < most:
            return None
        whole = ending is not None or len(held) < most
        address = held[start : ending.start() if ending else most]
        of_image, self._after_image = self._after_image and held[at + 1] == "(", False
        if is_forbidden(address, whole=whole) or (of_image and not whole):
            self.found += 1
            self._pass(held[at : at + 2])
            return f"] {held[at + 1]}", at + 2
        if of_image:
            kept, length = without_query(address)
            end = start + length
            self._pass(held[at:end])
            return held[at:start] + kept, end
        return self._take(held, at, at + 2)

    def _at_backtick(self, held: str, at: int, *, last: bool) -> Step | None:
        run = _RUN.match(held, at)
        assert run is not None
        end, count = run.end(), run.end() - at
        if end == len(held) and not last and count < KEPT:
            return None
        if count >= 3 and _CONTAINERS.fullmatch(self._line):
            opened = self._at_fence(held, at, end, last=last)
            if opened is not _SPAN:
                return opened
        if not self._spans_count or self._previous == "\\" or count >= KEPT:
            self._spans_count = False
            return self._take(held, at, end)
        return self._at_span(held, at, end, last=last)

    def _at_fence(self, held: str, at: int, end: int, *, last: bool) -> Step | None:
        """Three backticks that begin a line; `_SPAN` where they are no fence."""
        stop = held.find("\n", end, end + LONGEST_SPAN)
        if stop < 0 and not last and len(held) - end < LONGEST_SPAN:
            return None
        said = held[end : stop if stop >= 0 else end + LONGEST_SPAN].removesuffix("\r")
        if "`" in said:
            self._fences_count = self._fences_count and not self._line
            return _SPAN
        if self._line or stop < 0 or "\r" in said or not self._spans_count or not self._fences_count:
            self._fences_count = self._spans_count = False
            return self._take(held, at, end)
        self._fence = end - at
        return self._take(held, at, stop + 1)

    def _at_span(self, held: str, at: int, end: int, *, last: bool) -> Step | None:
        """Code where the same number of backticks follows on the line. A `|` may end the cell of a table first."""
        stop = held.find("\n", end, at + LONGEST_SPAN)
        limit = stop if stop >= 0 else min(len(held), at + LONGEST_SPAN)
        settled = stop >= 0 or last
        for run in _RUN.finditer(held, end, limit):
            if run.end() - run.start() == end - at and (run.end() < limit or settled):
                if "|" in held[end : run.start()] or "\r" in held[end : run.start()]:
                    break
                return self._take(held, at, run.end())
        else:
            if not settled and len(held) - at < LONGEST_SPAN:
                return None
        self._spans_count = False
        return self._take(held, at, end)

    def _code_until(self, held: str, at: int, *, last: bool) -> int:
        """How far the code goes that we are in."""
        stop = _LINE_END.search(held, at)
        if stop is None:
            self._pass(held[at:])
            return len(held)
        end = stop.start()
        if held[end] == "\r":
            if end + 1 == len(held) and not last:
                self._pass(held[at:end])
                return end
            if held[end + 1 : end + 2] != "\n":
                self._leave_code(certain=False)
                self._pass(held[at:end])
                return end
            end += 1
        self._close_fence((self._line + held[at:end])[:KEPT].removesuffix("\r"))
        self._pass(held[at : end + 1])
        return end + 1

    def _close_fence(self, line: str) -> None:
        ticks = line.strip(" \t")
        if len(line) < KEPT and (len(ticks) < self._fence or ticks.strip("`")):
            return
        if not ticks.strip("`"):
            indented = len(line) - len(line.lstrip(" "))
            self._leave_code(certain=len(line) < KEPT and indented < 4 and line[indented] == "`")

    def _leave_code(self, *, certain: bool) -> None:
        self._fence = 0
        self._fences_count = self._fences_count and certain

    def _take(self, held: str, at: int, end: int) -> Step:
        self._pass(held[at:end])
        return held[at:end], end

    def _pass(self, text: str) -> None:
        """Remember where on which line we are."""
        first, *more = text.split("\n")
        self._line = (self._line + first)[:KEPT]
        if more:
            ended = (self._line, *more[:-1])
            self._spans_count = self._spans_count or any(not line.strip(" \t\r") and len(line) < KEPT for line in ended)
            self._line = more[-1][:KEPT]
        self._previous = text[-1:] or self._previous
