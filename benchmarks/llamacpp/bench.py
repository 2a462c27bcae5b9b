"""llama.cpp in its child process with the tiny model: tokens and first words by streams at once, what the way through
the child adds, and what a prompt that was read before saves.

The model is small so that what is measured is the way to it: a larger one adds its own time to every figure.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

import vestibule
from vestibule.core.chat import Message, Sampling
from vestibule.core.clearance import ClearedRequest
from vestibule.core.generation import ModelRequest
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.memory.footprint import Serving

TINY = Path(vestibule.__file__).parent / "models" / "vestibule-tiny.gguf"
STREAMS = (1, 2, 4, 8)
TOKENS = 200
ROUNDS = 8
LONG = "The supply fan of the harbour office runs from six to eight. " * 120


@dataclass(frozen=True)
class Heard:
    first_s: float
    whole_s: float
    tokens: int
    cached: int


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        provider = LlamaCppProvider("tiny", TINY, Path(folder), serving=Serving(4096, max(STREAMS)))
        begun = time.perf_counter()
        await provider.start()
        await provider.ready()
        figures = {"load_ms": (time.perf_counter() - begun) * 1000}
        try:
            await ask(provider, "Hello", TOKENS)
            for streams in STREAMS:
                figures |= await at_once(provider, streams)
            figures |= await prefix(provider)
            figures |= await resized(provider)
        finally:
            await provider.close()
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


async def ask(provider: LlamaCppProvider, question: str, tokens: int, system: str = "You write.") -> Heard:
    turns = (Message("system", system), Message("user", question))
    sampling = Sampling(temperature=1.0, max_tokens=tokens, seed=1)
    body = provider.encode(ModelRequest(turns, sampling=sampling), "tiny")
    begun = time.perf_counter()
    first = 0.0
    async for chunk in provider.send(ClearedRequest(body, provider.destination, "tiny", 1, "a", 1e12)):
        first = first or time.perf_counter() - begun
        if chunk.usage:
            used = chunk.usage
    return Heard(first, time.perf_counter() - begun, used.completion_tokens, used.cached_tokens)


async def at_once(provider: LlamaCppProvider, streams: int) -> dict[str, float]:
    heard: list[Heard] = []
    begun = time.perf_counter()
    for turn in range(ROUNDS):
        heard += await asyncio.gather(*(ask(provider, f"Write {turn} {n}", TOKENS) for n in range(streams)))
    took = time.perf_counter() - begun
    first = sorted(one.first_s * 1000 for one in heard)
    return {
        f"streams_{streams}.tokens_per_s": sum(one.tokens for one in heard) / took,
        f"streams_{streams}.first_word_p50_ms": statistics.median(first),
        f"streams_{streams}.first_word_p95_ms": first[round(0.95 * (len(first) - 1))],
    }


async def prefix(provider: LlamaCppProvider) -> dict[str, float]:
    """The first word of a conversation with a long beginning: read for the first time, and again."""
    fresh, again, cached = [], [], 0
    for number in range(ROUNDS):
        system = f"Building {number}. {LONG}"
        fresh.append((await ask(provider, "What runs?", 4, system)).first_s * 1000)
        repeated = await ask(provider, "What runs until eight?", 4, system)
        again.append(repeated.first_s * 1000)
        cached += repeated.cached
    return {
        "prefix.fresh_first_word_ms": statistics.median(fresh),
        "prefix.again_first_word_ms": statistics.median(again),
        "prefix.cached_tokens": cached / ROUNDS,
    }


async def resized(provider: LlamaCppProvider) -> dict[str, float]:
    """From asking for other slots, with streams under way, until the new child answers."""
    running = [asyncio.create_task(ask(provider, f"Write {n}", 4 * TOKENS)) for n in range(4)]
    begun = time.perf_counter()
    await provider.resize(4)
    took = (time.perf_counter() - begun) * 1000
    await asyncio.gather(*running)
    return {"resize_ms": took}


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main())
