"""Compiles a gate in a process of its own: that takes seconds once, and 70 MB that this one would keep for good.

Knows neither the patterns' meaning nor where what was compiled is kept.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import NamedTuple

import msgspec

from vestibule.privacy.detection.databases import Compiled, compiled_databases
from vestibule.privacy.detection.expressions import loosened


class Sought(NamedTuple):
    """A pattern, and what its author knows better than `loosened`: a looser one to let it through, and signs of which a
    text must hold one."""

    pattern: re.Pattern[str]
    gate: re.Pattern[str] | None = None
    needs: str = ""


Patterns = Sequence[Sought]
Pair = tuple[Compiled, Compiled]
_Written = tuple[str, int]
_MAIN = f"from {__name__} import main; main()"


def compiled_apart(patterns: Patterns) -> bytes:
    """A `Pair`, encoded: for ASCII and for all else. Blocks; compiles here where no process can be started."""
    written = [(_written(pattern), gate and _written(gate), needs) for pattern, gate, needs in patterns]
    with TemporaryFile() as reply:  # read at once: 20 MB through a pipe are pieces that stay in the heap
        try:
            request = msgspec.msgpack.encode(written)
            subprocess.run([sys.executable, "-c", _MAIN], input=request, stdout=reply, check=True)
        except (OSError, subprocess.CalledProcessError):
            return compiled(patterns)
        reply.seek(0)
        return reply.read()


def compiled(patterns: Patterns) -> bytes:
    """The same, compiled by this process."""
    pair = [compiled_databases([loosened(*p, ascii_text=ascii_text) for p in patterns]) for ascii_text in (True, False)]
    return msgspec.msgpack.encode(pair)


def _written(pattern: re.Pattern[str]) -> _Written:
    return pattern.pattern, pattern.flags


def main() -> None:
    """Patterns in, a `Pair` out."""
    written = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[tuple[_Written, _Written | None, str]])
    sys.stdout.buffer.write(
        compiled([Sought(re.compile(*p), re.compile(*gate) if gate else None, needs) for p, gate, needs in written])
    )
