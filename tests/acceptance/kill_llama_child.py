"""kill -9 of llama.cpp's child under concurrent streams through the gateway: every request an answer or a clear error.

`python -m tests.acceptance.kill_llama_child [MODEL.gguf] [--kills 20] [--streams 20]`; a random model if none is named.
The product is started and given the model as a user does; what is judged is what the official SDK gets.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from openai import APIError, AsyncOpenAI

from tests.acceptance.product import Product, command, environment, serving, temporary_home
from tests.providers.llamacpp.random_model import write_random_model

BACK_S = 2.0
TOKENS = 60


@dataclass
class Tally:
    """`errors` counts what the clear errors said, `broken` are endings that are neither; `back_s` is from the kill to
    the next whole answer's first word."""

    whole: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)


async def storm(product: Product, model: str, path: Path, *, kills: int, streams: int) -> Tally:
    tally, over, randomness = Tally(), asyncio.Event(), random.Random(kills)
    async with AsyncOpenAI(base_url=f"{product.url}/v1", api_key="any", max_retries=0, timeout=120) as client:
        await _until_answers(client, model)
        asking = [asyncio.create_task(_ask_on(client, model, n, tally, over)) for n in range(streams)]
        for _ in range(kills):
            await asyncio.sleep(randomness.uniform(0.3, 1.2))
            tally.back_s.append(await _kill(product, path))
        over.set()
        await asyncio.gather(*asking)
    return tally


async def _kill(product: Product, path: Path) -> float:
    """Kill the child and wait for the next one to say it is ready, which its open socket does."""
    (pid,) = children(product.process.pid, path)
    os.kill(pid, signal.SIGKILL)
    killed = time.perf_counter()
    while True:
        now = [p for p in children(product.process.pid, path) if p != pid and listens(p)]
        if now:
            return time.perf_counter() - killed
        await asyncio.sleep(0.005)


def children(server: int, model: Path) -> list[int]:
    """The processes of the server that run llama.cpp with `model`."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command_line = (folder / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if folder.name.isdigit() and int(fields[1]) == server and str(model).encode() in command_line:
            found.append(int(folder.name))
    return found


def listens(pid: int) -> bool:
    """Whether the child's Unix socket is there to be connected to."""
    arguments = (Path("/proc") / str(pid) / "cmdline").read_bytes()
    sockets = {line.split()[-1] for line in Path("/proc/net/unix").read_text().splitlines() if line.endswith(".sock")}
    return any(name.encode() in arguments for name in sockets)


async def _ask_on(client: AsyncOpenAI, model: str, who: int, tally: Tally, over: asyncio.Event) -> None:
    asked = 0
    while not over.is_set():
        asked += 1
        try:
            problem = await ask(client, model, f"What is the set point of AHU-{who}, asked {asked}?")
        except APIError as error:
            said = error.body if isinstance(error.body, dict) else {}
            tally.errors[f"{said.get('code')}: {said.get('message')}"] += 1
            if not said.get("message") or not said.get("code"):
                tally.broken.append(f"an error that does not help: {error!r}")
            continue
        if problem:
            tally.broken.append(problem)
        else:
            tally.whole += 1


async def ask(client: AsyncOpenAI, model: str, question: str) -> str:
    """Ask, streaming; return what is wrong with the way the answer ended, or nothing."""
    finish, report, text = None, None, ""
    stream = await client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": question}],
        max_tokens=TOKENS,
        stream=True,
        extra_body={"vestibule": {"knowledge": False, "cache": "bypass"}},
    )
    async for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        report = (chunk.model_extra or {}).get("vestibule", report)
    if finish is None or report is None:
        return f"an answer of {len(text)} characters without an end"
    return ""


async def _until_answers(client: AsyncOpenAI, model: str) -> None:
    for _ in range(200):
        try:
            await ask(client, model, "Hello?")
        except APIError:
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{model} does not answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--streams", type=int, default=20)
    asked = parser.parse_args()
    with temporary_home() as home:
        path = asked.model.absolute() if asked.model else write_random_model(home.parent / "random.gguf")
        with serving(home, "demo", "--port", "0", VESTIBULE_PORT="0") as product:
            subprocess.run(command("models", "add", str(path), "--name", "storm"), env=environment(home), check=True)
            tally = asyncio.run(storm(product, "storm", path, kills=asked.kills, streams=asked.streams))
    for said, times in tally.errors.most_common():
        print(f"{times:5} x {said}")
    for problem in tally.broken[:20]:
        print(f"BROKEN: {problem}")
    late = max(tally.back_s)
    print(
        f"{len(tally.back_s)} kills under {asked.streams} streams: {tally.whole} whole answers, "
        f"{sum(tally.errors.values())} clear errors, {len(tally.broken)} neither; back after {late:.2f} s at most"
    )
    sys.exit(bool(tally.broken) or late > BACK_S)


if __name__ == "__main__":
    main()
