"""Something large that is made when first needed, and once. Knows neither what it is nor who needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Call it for the value; the first call makes it, on its own thread, while others wait. Safe from any thread.

    What cannot be made is raised to who asked, and tried again for the next.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._making = threading.Lock()
        self.trouble: Exception | None = None

    def __call__(self) -> T:
        if not self._made:
            with self._making:
                if not self._made:
                    self._made.append(self._attempt())
        return self._made[0]

    @property
    def is_made(self) -> bool:
        return bool(self._made)

    def _attempt(self) -> T:
        """`trouble` is why the last attempt failed, None where there was none or it did not."""
        try:
            value = self._make()
        except Exception as error:
            self.trouble = error
            raise
        self.trouble = None
        return value
