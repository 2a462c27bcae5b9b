"""The product with a sampler on its event loop: `python -m benchmarks.providers.sampled FILE serve …`.

Every 5 ms of processor time a signal notes what the event loop runs; at the end the file says which functions were
running, on their own and with all they called. What C code runs is counted for the function that called it.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from vestibule.cli import main

EVERY_S = 0.005
SHOWN = 60


class Sampler:
    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.whole: Counter[str] = Counter()
        self.samples = 0

    def start(self) -> None:
        signal.signal(signal.SIGPROF, lambda number, frame: self._note(frame))
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _note(self, frame: FrameType | None) -> None:
        if frame is None:
            return
        self.samples += 1
        self.own[_name(frame)] += 1
        seen = set()
        while frame is not None:
            seen.add(_name(frame))
            frame = frame.f_back
        self.whole.update(seen)

    def report(self) -> str:
        lines = [f"{self.samples} samples, one every {EVERY_S * 1000:g} ms of processor time", "", "on their own:"]
        lines += [f"{count / self.samples:7.1%}  {name}" for name, count in self.own.most_common(SHOWN)]
        lines += ["", "with all they called:"]
        lines += [f"{count / self.samples:7.1%}  {name}" for name, count in self.whole.most_common(SHOWN)]
        return "\n".join(lines) + "\n"


def _name(frame: FrameType) -> str:
    code = frame.f_code
    file = "/".join(Path(code.co_filename).parts[-3:])
    return f"{file}:{code.co_firstlineno} {code.co_qualname}"


if __name__ == "__main__":
    out = Path(sys.argv.pop(1))
    sampler = Sampler()
    sampler.start()
    try:
        main()
    finally:
        sampler.stop()
        out.write_text(sampler.report())
