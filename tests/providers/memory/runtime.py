"""What llama.cpp itself says it allocates for a launch, and what the system says a process holds."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import msgspec

from vestibule.providers.llamacpp.model_file import ModelFile
from vestibule.providers.llamacpp.process import launch_of

MIB = 1_048_576
SAY = """
import os, sys, msgspec
from xllamacpp import Server
from vestibule.providers.llamacpp.child import parameters
from vestibule.providers.llamacpp.launch import Launch
params = parameters(msgspec.json.decode(sys.argv[1], type=Launch))
params.verbosity = 5
server = Server(params)
os._exit(0)
"""
SAID = re.compile(r"(\w+): +\S+ (model|KV|compute|output|LoRA) buffer size = +([\d.]+) MiB")


class Reported(msgspec.Struct, frozen=True):
    """Bytes, as the runtime prints them: in hundredths of a MiB."""

    model: float
    cache: float
    compute: float
    output: float
    lora: float


async def reported(model: ModelFile, folder: Path) -> Reported:
    launch = launch_of(model, folder / "say.sock")
    Path(launch.socket).unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SAY, msgspec.json.encode(launch).decode()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    sums = {"model": 0.0, "KV": 0.0, "compute": 0.0, "output": 0.0, "LoRA": 0.0}
    for _, kind, size in SAID.findall(said):
        sums[kind] += float(size) * MIB
    assert sums["model"], said
    return Reported(sums["model"], sums["KV"], sums["compute"], sums["output"], sums["LoRA"])


def resident_bytes(pid: int) -> int:
    """Resident set of a process: its own pages and the files it maps."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.findall(r"^Rss: +(\d+) kB", rollup, re.MULTILINE)[0]) * 1024
