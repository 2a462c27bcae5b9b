"""The requests: a conversation of 1.4 KB about a plant, whose last turn is another one each time, or never."""

from __future__ import annotations

import json

PLANTED_EVERY = 100
"""One prompt in so many carries an e-mail address, which makes it confidential."""

_HISTORY = "The circulation pump restarted during the night and the differential pressure kept rising for a while. "
_SYSTEM = "You are a careful assistant. Answer briefly and name the most likely cause first."
_QUESTION = "Summarise what happened for the engineer on call and list the three most likely causes. "
_WORDS = ("amber", "birch", "coral", "delta", "ember", "fjord", "grove", "heron", "ivory", "jade")


class Prompts:
    """Numbered from `first`. `fresh`: no two are the same; else all but the planted ones are."""

    def __init__(self, model: str, *, stream: bool, fresh: bool, first: int, plain: bool = False) -> None:
        self._model = model
        self._stream = stream
        self._fresh = fresh
        self._plain = plain
        self._number = first
        self.planted = 0

    def next(self) -> bytes:
        """The body of the next request."""
        self._number += 1
        question = f"Thanks. {_HISTORY * 4}What should be looked at next"
        if self._fresh:
            question += f", for the case called {' '.join(_WORDS[int(digit)] for digit in str(self._number))}"
        if not self._plain and self._number % PLANTED_EVERY == 0:
            self.planted += 1
            question += f"? Write to person.{self._number}@example.org when it is known"
        turns = [("system", _SYSTEM), ("user", _QUESTION + _HISTORY * 4), ("assistant", "It lost its signal. " * 4)]
        messages = [{"role": role, "content": said} for role, said in (*turns, ("user", f"{question}?"))]
        body = {"model": self._model, "messages": messages, "temperature": 0.2, "max_tokens": 256}
        return json.dumps(body | ({"stream": True} if self._stream else {})).encode()
