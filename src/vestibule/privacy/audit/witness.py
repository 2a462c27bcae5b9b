"""The newest anchor this house has seen, in a file of its own beside the keys: outside the database on purpose.

Whoever can write to the database alone could put back an older state of it, every signature in order. Here that shows.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec

from vestibule.core.errors import Unavailable
from vestibule.storage.private import make_folder, write_secret


class Seen(msgspec.Struct, frozen=True):
    number: int
    hash: bytes


class Witness:
    """All of it blocks."""

    def __init__(self, home: Path) -> None:
        self.path = home / "secrets" / "audit.seen"

    def read(self) -> Seen | None:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Seen)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            raise Unavailable(
                f"{self.path} cannot be read.", next_step="Put it back from a backup, or remove it to begin anew."
            ) from None

    def remember(self, seen: Seen) -> None:
        """Replace the file, whole or not at all. An older one written late is no harm: it is still an ancestor."""
        unfinished = self.path.with_name(f".{self.path.name}-{secrets.token_hex(8)}")
        try:
            make_folder(self.path.parent)
            write_secret(unfinished, msgspec.json.encode(seen).decode())
            os.replace(unfinished, self.path)
        except OSError as error:
            raise Unavailable(
                f"{self.path} cannot be written: {error.strerror}.",
                next_step="Check the folder's permissions and the space on its disk.",
            ) from None
