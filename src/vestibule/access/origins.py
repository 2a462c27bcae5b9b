"""The web origins whose pages may call, of all keys together: what a browser asks before it sends any key."""

from __future__ import annotations

import time
from collections.abc import Callable

from vestibule.access.keys import Keys
from vestibule.core.errors import VestibuleError

FRESH_S = 3.0


class Origins:
    """Read again when a key has changed, or after `FRESH_S`. While the database is away the known ones stay."""

    def __init__(
        self,
        keys: Keys,
        fixed: frozenset[str],
        revision: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._fixed = fixed
        self._revision = revision
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._read: tuple[object, float] | None = None

    async def permits(self, origin: str) -> bool:
        revision, now = self._revision(), self._clock()
        if self._read is None or self._read[0] != revision or now >= self._read[1] + FRESH_S:
            self._read = (revision, now)
            try:
                self._known = await self._keys.origins()
            except VestibuleError:
                self._read = None if not self._known else self._read
        return origin in self._known or origin in self._fixed
