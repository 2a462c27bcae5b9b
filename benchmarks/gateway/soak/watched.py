"""The product, telling how many tasks its event loop has: `python -m benchmarks.gateway.soak.watched FILE serve …`.

On SIGUSR2 it writes the number to the file, and nothing else is different.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from vestibule.cli import main


def _tell(out: Path) -> None:
    with contextlib.suppress(RuntimeError):  # no loop runs yet, or any more
        written = out.with_suffix(".new")
        written.write_text(str(len(asyncio.all_tasks())))
        written.rename(out)


if __name__ == "__main__":
    told = Path(sys.argv.pop(1))
    signal.signal(signal.SIGUSR2, lambda number, frame: _tell(told))
    main()
