"""What a request to a model server costs: our client at home, with and without connections that are kept, and aiohttp.

    python -m benchmarks.providers_http.bench

The server is a process of its own that answers each request with the same short stream; 32 requests are under way at
once. Requests per second and CPU seconds of this process for each request; `provider` also reads the answer's events.
The rounds of all ways take turns, so that a busy machine troubles them alike; the best round of each counts.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import uvloop
from benchmarks.providers_http.server import BODY

from vestibule.core.chat import Message
from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.generation import ModelRequest
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.openai import OpenAIProvider

ROUNDS, REQUESTS, AT_ONCE = 5, 4_000, 32
PATH = "/v1/chat/completions"
REQUEST = ModelRequest((Message("user", "What does a deadband on a zone thermostat do? " * 8),))
Ask = Callable[[], Awaitable[None]]


def main() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.providers_http.server"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            figures = uvloop.run(measure(int(server.stdout.readline())))
        finally:
            server.terminate()
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


async def measure(port: int) -> dict[str, float]:
    async with AsyncExitStack() as stack:
        ways = {name: await stack.enter_async_context(made(port)) for name, made in WAYS.items()}
        rounds = [{name: await one_round(ask) for name, ask in ways.items()} for _ in range(ROUNDS)]
    figures: dict[str, float] = {}
    for name in ways:
        figures[f"{name}_requests_per_s"] = REQUESTS / min(took_s for took_s, _ in (r[name] for r in rounds))
        figures[f"{name}_cpu_us"] = min(cpu_s for _, cpu_s in (r[name] for r in rounds)) / REQUESTS * 1e6
    figures["kept_per_aiohttp_ratio"] = figures["kept_requests_per_s"] / figures["aiohttp_requests_per_s"]
    return figures


async def one_round(ask: Ask) -> tuple[float, float]:
    """Wall and CPU seconds of `REQUESTS` requests."""
    left = iter(range(REQUESTS))

    async def client() -> None:
        for _ in left:
            await ask()

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return time.perf_counter() - begun, time.process_time() - cpu


@asynccontextmanager
async def ours(port: int, keep: int) -> AsyncIterator[Ask]:
    transport = HomeTransport(keep=keep)
    there = Destination("http", "127.0.0.1", port)
    cleared = ClearedRequest(
        OpenAIProvider("p", "http://127.0.0.1", transport).encode(REQUEST, "m"), there, "m", 1, "", 0
    )

    async def ask() -> None:
        body = b"".join([piece async for piece in transport.stream(cleared, there, PATH)])
        assert len(body) == len(BODY)

    yield ask
    await transport.close()


@asynccontextmanager
async def provider(port: int) -> AsyncIterator[Ask]:
    transport = HomeTransport(keep=AT_ONCE)
    made = OpenAIProvider("p", f"http://127.0.0.1:{port}/v1", transport)
    cleared = ClearedRequest(made.encode(REQUEST, "m"), made.destination, "m", 1, "", 0)

    async def ask() -> None:
        assert [chunk async for chunk in made.send(cleared)][-1].finish_reason == "stop"

    yield ask
    await transport.close()


@asynccontextmanager
async def with_aiohttp(port: int) -> AsyncIterator[Ask]:
    body = OpenAIProvider("p", "http://127.0.0.1", HomeTransport()).encode(REQUEST, "m")
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    ) as session:

        async def ask() -> None:
            async with session.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers) as response:
                assert len(await response.read()) == len(BODY)

        yield ask


WAYS = {
    "kept": lambda port: ours(port, AT_ONCE),
    "one_each": lambda port: ours(port, 0),
    "aiohttp": with_aiohttp,
    "provider": provider,
}


if __name__ == "__main__":
    main()
