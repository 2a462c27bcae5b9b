"""Which models are in memory now and what each takes: Ollama says it, and the system counts processes of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vestibule.core.settings import Settings
from vestibule.fleet import TINY_MODEL
from vestibule.providers.llamacpp.launch import Launch
from vestibule.providers.llamacpp.registry import added_models
from vestibule.providers.ollama import discover_ollama
from vestibule.providers.ollama.running import running_models

CHILD = "vestibule.providers.llamacpp.child"


class Resident(msgspec.Struct, frozen=True):
    """A model in memory, in bytes. `pid` is of its process where that is ours; `vram_bytes` are part of `bytes`."""

    model: str
    runtime: str
    bytes: int
    vram_bytes: int = 0
    until: str = ""
    pid: int | None = None


async def resident_models(settings: Settings) -> list[Resident]:
    """Those of the Ollama of this house and those that a Vestibule of this home runs itself."""
    found = await discover_ollama(settings.home_hosts, os.environ)
    held = await running_models(found.url, settings.home_hosts) if found.answers else ()
    of_ollama = [Resident(m.name, "ollama", m.size_bytes, m.vram_bytes, m.expires_at) for m in held]
    return [*of_ollama, *_children(settings)]


def _children(settings: Settings) -> Iterator[Resident]:
    names = {str(m.path): m.name for m in added_models(settings.home)} | {str(TINY_MODEL): TINY_MODEL.stem}
    for pid, resident_bytes, arguments in _processes():
        if CHILD in arguments:
            try:
                launch = msgspec.json.decode(arguments[-1], type=Launch)
            except msgspec.DecodeError:
                continue
            if launch.model in names and _logs_to(pid, settings.home):
                yield Resident(names[launch.model], "llama.cpp", resident_bytes, pid=pid)


def _logs_to(pid: int, home: Path) -> bool:
    """Whether a child belongs to a server of this home: several may run the same file. True where that is not seen."""
    try:
        return Path(os.readlink(f"/proc/{pid}/fd/2")).is_relative_to(home.resolve())
    except OSError:
        return True


def _processes() -> Iterator[tuple[int, int, list[str]]]:
    """Process id, bytes in memory and arguments of what this user may see."""
    if sys.platform != "linux":
        yield from _processes_by_ps()
        return
    page = os.sysconf("SC_PAGE_SIZE")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_text("utf-8", "replace").split("\0")[:-1]
            pages = int((folder / "statm").read_text().split()[1])
        except OSError:  # it ended meanwhile
            continue
        yield int(folder.name), pages * page, arguments


def _processes_by_ps() -> Iterator[tuple[int, int, list[str]]]:
    """The arguments are joined by spaces there; ours is the last, and begins with a brace."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,rss=,args="], capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        pid, kib, arguments = line.split(None, 2)
        before, brace, last = arguments.partition("{")
        yield int(pid), int(kib) * 1024, [*before.split(), brace + last]
