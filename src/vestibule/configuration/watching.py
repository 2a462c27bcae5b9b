"""The file `configuration.yaml` of the home: applied when it has changed and is whole.

What is being written is left alone until it rests; what is wrong is said until it is mended, and changes nothing. The
same content is applied once, whoever else watches and however often the house starts: a rollback stays.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import structlog

from vestibule.configuration.mistakes import NAME, ConfigurationError, Mistake
from vestibule.configuration.office import Office
from vestibule.configuration.reading import LONGEST
from vestibule.core.errors import InvalidRequest, VestibuleError

LOOK_S = 1.0
TOLD = 3
_Stamp = tuple[int, int, int]

log = structlog.get_logger(__name__)


class Watch:
    """`trouble` is what is wrong with the file, "" while all is well."""

    def __init__(self, path: Path, office: Office) -> None:
        self.trouble = ""
        self._path = path
        self._office = office
        self._seen: _Stamp | None = None
        self._done: _Stamp | None = None

    async def run(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await pause(LOOK_S)

    async def look(self) -> None:
        """Apply the file if it is as it was at the look before, and was not applied like that."""
        stamp = await asyncio.to_thread(self._stamp)
        rests, self._seen = stamp == self._seen, stamp
        if stamp is None:
            self.trouble = ""
        elif rests and stamp != self._done:
            try:
                await self._apply()
            except VestibuleError as error:
                self._note(f"{self._path.name} is not applied: {_told(error)}")
                if not isinstance(error, ConfigurationError | InvalidRequest):
                    return  # not the file's fault: again at the next look
            except psycopg.Error as error:
                self._note(f"{self._path.name} is not applied: the database refused it ({type(error).__name__})")
                return
            else:
                self.trouble = ""
            self._done = stamp

    async def _apply(self) -> None:
        content = await asyncio.to_thread(self._content)
        origin = hashlib.sha256(content).hexdigest()
        if origin == await self._office.versions.read_last():
            return
        if len(content) <= LONGEST and not content.endswith(b"\n") and not content.lstrip().startswith(b"{"):
            line = content.count(b"\n") + 1
            mend = "Is it written to its end? A last line ends like the others."
            raise ConfigurationError([Mistake(line, "", "has no end.", mend)], self._path.name)
        applied = await self._office.apply(
            content,
            author=f"file:{self._path.name}",
            reason=f"{self._path.name} was changed",
            source=self._path.name,
            origin=origin,
        )
        log.info("configuration_file_applied", version=applied.version.number)

    def _content(self) -> bytes:
        if not self._path.is_file():  # a pipe would be waited for
            raise InvalidRequest("It cannot be read (it is no plain file).", next_step="Write one in its place.")
        try:
            with self._path.open("rb") as file:
                return file.read(LONGEST + 1)
        except OSError as error:
            raise InvalidRequest(
                f"It cannot be read ({error.strerror}).", next_step="Mend its permissions, and write it again."
            ) from None

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.error("configuration_file_refused", problem=trouble)
        self.trouble = trouble

    def _stamp(self) -> _Stamp | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


def _told(error: VestibuleError) -> str:
    """The first few of many mistakes: this is logged, and everybody may ask whether the house is ready."""
    if not isinstance(error, ConfigurationError) or len(error.mistakes) <= TOLD:
        return str(error)
    few = "\n".join(mistake.told(NAME) for mistake in error.mistakes[:TOLD])
    return f"{few}\nand {len(error.mistakes) - TOLD} more: `vestibule config validate` tells all. {error.next_step}"
