"""What is freed goes back to the system: looked at from outside, in a process of its own."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys

import pytest

MIB = 2**20
CODE = """
import json, sys
from pathlib import Path
from vestibule.allocator import give_back, restrain

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "restrained":
    restrain()
for _ in range(2):  # the first is what glibc learns from: the next of its size comes from the heap
    block = bytearray(24 * 2**20)
    del block
blocks = [bytearray(2**20) for _ in range(20)]
del blocks[:-1]
freed = resident()
small = [bytes(20_000) for _ in range(2_000)]
kept = small[::100]
del small
before = resident()
give_back()
print(json.dumps([freed, before, resident()]))
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what is freed")
def test_what_is_freed_goes_back() -> None:
    def measured(how: str) -> list[int]:
        done = subprocess.run([sys.executable, "-c", CODE, how], check=True, capture_output=True, text=True)
        return list(json.loads(done.stdout))

    free, _, _ = measured("as it is")
    restrained, before, after = measured("restrained")
    assert restrained < free - 15 * MIB
    assert after < before - 10 * MIB
