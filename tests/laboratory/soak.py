"""Minutes of random faults on all kinds of providers at once, and `kill -9` of llama.cpp's child: how requests ended.

`python -m tests.laboratory.soak [--minutes 10] [--seed N]`. Streaming and not, by name and by `auto`. Each must end as
a whole answer, whose text is what the models say, or as a clear error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from benchmarks.providers.failing import DIALECTS, dealer

from tests.acceptance.kill_llama_child import children
from tests.egress.servers.server import RecordingServer
from tests.laboratory.asking import QUESTION, Got, ask
from tests.laboratory.llama import llama_server
from tests.laboratory.product import Running, Site, product
from tests.laboratory.proxy import Cut, CuttingProxy
from tests.laboratory.rows import QUOTED, common
from tests.laboratory.speeches import KNOWN, KnownText

KEY = {"LABORATORY_KEY": "sk-" + "l" * 40}
ASKERS = 8
FAIL = 0.3
WARM_S = 10.0
KILL_EVERY_S = (3.0, 6.0)
OWN, PROXIED, OLLAMA = "backup", "proxied", "llama3.2:latest"
CUTS = ("cut", "reset", "stall", "delay", "corrupt", "refuse")


@dataclass
class Tally:
    whole: Counter[str] = field(default_factory=Counter)
    recovered: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    kills: int = 0

    def add(self, asked: str, got: Got, texts: dict[str, str]) -> None:
        problem = _problem(got, texts)
        if problem:
            self.wrong.append(f"{asked}: {problem}")
        elif got.ending == "whole":
            self.whole[got.model] += 1
            self.recovered += len(got.attempts) > 1
        else:
            self.errors[f"{got.status} {got.code}"] += 1


def _problem(got: Got, texts: dict[str, str]) -> str:
    """What is neither a whole answer nor a clear error, or an answer that no model gave."""
    if got.ending == "neither":
        return f"neither an answer nor a clear error: {got}"
    if got.ending == "error":
        return next((f"the provider's words: {word}" for word in QUOTED if word in got.message), "")
    told = texts.get(got.model)
    if told is None:
        return f"answered by {got.model!r}"
    if got.text == told or got.finish == "length":
        return ""
    begun = max(len(common(got.text, text)) for text in texts.values())
    if len(got.attempts) < 2 or begun == 0:
        return f"not what {got.model} says: {got.text!r}"
    return f"a part is told twice: {got.text!r}" if begun > 7 and got.text.count(got.text[:begun]) > 1 else ""


class Soak:
    def __init__(self, running: Running, session: aiohttp.ClientSession, seed: int) -> None:
        self._running = running
        self._session = session
        self._chance = random.Random(seed)
        self._texts = dict.fromkeys((*_NAMED, OLLAMA), KNOWN)
        self.tally = Tally()

    async def learn(self) -> None:
        """What the real models say."""
        for model in (OWN, PROXIED):
            for _ in range(100):
                got = await self._ask(model, stream=True)
                if got.ending == "whole":
                    break
                await asyncio.sleep(0.2)
            else:
                raise RuntimeError(f"{model} does not answer: {got}")
            self._texts[model] = got.text

    async def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(self._kill(until), *(self._keep_asking(until) for _ in range(ASKERS)))

    async def _keep_asking(self, until: float) -> None:
        while time.monotonic() < until:
            model = self._chance.choice(("auto", "auto", *self._texts))
            got = await self._ask(model, stream=self._chance.random() < 0.6)
            self.tally.add(model, got, self._texts)
            await asyncio.sleep(self._chance.uniform(0, 0.05))

    async def _kill(self, until: float) -> None:
        model = self._running.home.parent / f"{OWN}.gguf"
        while time.monotonic() < until:
            await asyncio.sleep(self._chance.uniform(*KILL_EVERY_S))
            for pid in children(self._running.process.process.pid, model):
                os.kill(pid, signal.SIGKILL)
                self.tally.kills += 1

    async def _ask(self, model: str, *, stream: bool) -> Got:
        return await ask(
            self._session, self._running.url, model, key=self._running.key, question=QUESTION, stream=stream
        )


_NAMED = tuple(name for name in DIALECTS if name != "ollama")


def held(pid: int) -> dict[str, float]:
    """Sockets and memory of a process."""
    folder = Path("/proc") / str(pid)
    links = []
    for link in (folder / "fd").iterdir():
        try:
            links.append(os.readlink(link))
        except OSError:  # it was closed just then
            continue
    pages = int((folder / "statm").read_text().split()[1])
    memory = round(pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576, 1)
    return {"sockets": sum(link.startswith("socket:") for link in links), "memory_mib": memory}


def soak(seconds: float, seed: int = 0, warm_s: float = WARM_S) -> dict[str, object]:
    """The counts; sockets and memory of the product are compared from after `warm_s` on."""
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(RecordingServer(dialect(), speech=KnownText(continues=name == "ollama")))
            for name, dialect in DIALECTS.items()
        }
        proxy = stack.enter_context(CuttingProxy(stack.enter_context(llama_server())))
        running = stack.enter_context(product(_site(servers, proxy)))
        return asyncio.run(_soak(running, servers, proxy, seconds, seed, warm_s))


async def _soak(
    running: Running,
    servers: dict[str, RecordingServer],
    proxy: CuttingProxy,
    seconds: float,
    seed: int,
    warm_s: float,
) -> dict[str, object]:
    pid = running.process.process.pid
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        soaking = Soak(running, session, seed)
        await soaking.learn()
        for name, server in servers.items():
            server.deal = dealer(name, FAIL, seed)
        cutting = asyncio.create_task(_cut(proxy, seed))
        await soaking.run(warm_s)
        before = held(pid)
        await soaking.run(seconds)
        cutting.cancel()
        for server in servers.values():
            server.deal = None
    await asyncio.sleep(1)
    tally = soaking.tally
    return {
        "seconds": seconds + warm_s,
        "requests": tally.whole.total() + tally.errors.total() + len(tally.wrong),
        "whole_answers": tally.whole.total(),
        "of_them_recovered": tally.recovered,
        "by_model": dict(tally.whole),
        "clear_errors": tally.errors.total(),
        "errors": dict(tally.errors),
        "anything_else": len(tally.wrong),
        "kills_of_the_child": tally.kills,
        "after_warming_up": before,
        "at_the_end": held(pid),
        "wrong": tally.wrong[:20],
    }


async def _cut(proxy: CuttingProxy, seed: int) -> None:
    """Keep a few random cuts ready for the real server."""
    chance = random.Random(seed)
    while True:
        if not proxy.cuts:
            harmless = [Cut("delay", after_bytes=0, seconds=0)] * chance.randrange(4)
            kind = chance.choice(CUTS)
            proxy.cuts.extend([*harmless, Cut(kind, after_events=chance.randrange(8), seconds=0.3)])  # type: ignore[arg-type]
        del proxy.passages[:-50]
        await asyncio.sleep(0.05)


def _site(servers: dict[str, RecordingServer], proxy: CuttingProxy) -> Site:
    keys = ["env:LABORATORY_KEY"]
    providers = [{"id": n, "kind": n, "url": servers[n].base_url, "keys": keys} for n in _NAMED]
    providers.append({"id": PROXIED, "kind": "openai", "url": f"{proxy.url}/v1"})
    models = [{"id": name, "provider": name, "name": "model-1"} for name in (*_NAMED, PROXIED)]
    return Site(providers, models, backups=(OWN,), ollama=servers["ollama"].base_url, variables=KEY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, help="also write the counts to this file")
    asked = parser.parse_args()
    counts = soak(asked.minutes * 60, asked.seed)
    written = json.dumps(counts, indent=1)
    print(written)
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(written + "\n")
    sys.exit(bool(counts["anything_else"]))


if __name__ == "__main__":
    main()
