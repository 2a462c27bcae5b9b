"""What has come of one HTTP/1.1 reply, within bounds. Knows no socket: it is fed.

Source: RFC 9112. More than one reply to a request is an error of the server, which its connection does not survive.
"""

from __future__ import annotations

import httptools

LONGEST_HEAD = 65_536
LONGEST_BODY = 64 * 1_048_576
MOST_INTERIM = 16


class BadReply(Exception):
    """What is wrong with a reply."""


class Reply:
    """`headed` once status and headers are there, `complete` at the end; `reusable` if another may follow."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.begun = self.headed = self.complete = self.reusable = False
        self.held = 0
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append
        self._whole: int | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._length = 0
        self._between = 0
        self._interim = 0
        self._delimited = False

    def feed(self, data: bytes) -> None:
        """Take what came. Raise `BadReply` for what is no HTTP, and for heads, trailers and bodies over their limit."""
        self.begun = True
        before = len(self._pieces)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.reusable = False
            if not self.complete or self.status == 101:
                raise BadReply(f"broke off what is no HTTP ({type(error).__name__})") from None
        if self._whole is not None:
            del self._pieces[self._whole :]  # what came behind the end
        came = sum(map(len, self._pieces[before:]))
        self._length += came
        self.held += came
        self._between = 0 if came else self._between + len(data)
        if not self.complete and self._between > LONGEST_HEAD:
            raise BadReply(f"sent a head of more than {LONGEST_HEAD} bytes")
        if self._length > LONGEST_BODY:
            raise BadReply(f"sent an answer of more than {LONGEST_BODY} bytes")
        if self._interim > MOST_INTERIM:
            raise BadReply("does not come to its answer")

    def end(self) -> None:
        """The connection was closed, which is the end of a body that names no length."""
        if self.headed and not self._delimited:
            self.complete = True
        self.reusable = False

    def take(self) -> bytes:
        """What is there of the body and was not taken yet."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.held = 0
        if self._whole is not None:
            self._whole = 0
        return taken

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.headed:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200:
            self.headers.clear()
            self._interim += 1
            return
        self.headed = True
        self._delimited = not {"content-length", "transfer-encoding"}.isdisjoint(self.headers)

    def on_message_complete(self) -> None:
        if self.complete:
            self.reusable = False
        elif self.headed:
            self.complete, self.reusable = True, self._parser.should_keep_alive()
            self._whole = len(self._pieces)
