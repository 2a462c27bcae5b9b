"""Faults that take more than one server: a second choice that refuses to go on with what another began, a first choice
that comes and goes, a certificate that has expired, a redirect to another place, a daemon that lists what it does not
run itself.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.faults import Fault
from tests.egress.servers.ollama_native import OllamaNative, Served
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.laboratory.asking import Got, ask
from tests.laboratory.product import Running, Site, product
from tests.laboratory.rows import Judged, Outcome, Seen
from tests.laboratory.speeches import KNOWN, KnownText

KEY = {"LABORATORY_KEY": "sk-" + "l" * 40}
KEYS = ["env:LABORATORY_KEY"]
REMOTE = "large:120b-cloud"
FLAPS_S = 9.0
ASKERS = 4
MOST_WHILE_DOWN = 30
"""Twice: the five that open the circuit, those under way then, and a probe a second, each with its retries."""


def specials() -> Iterator[Judged]:
    for special in (refused_prefill, flapping, expired_certificate, redirected, remote_model):
        yield special()


def refused_prefill() -> Judged:
    """The first is cut in the middle each time; the second takes no beginning: it tells it anew, and no 400 is seen."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(_openai()) for _ in range(2))
        running = stack.enter_context(product(_two(first, second, continues=True)))
        first.broken = Fault("cut", after=40)
        second.broken = Fault("prefill_rejected")
        got = _asked(running, "auto")[0]
        problems = _unless(got.text == KNOWN and got.ending == "whole", f"not the whole answer: {got}")
        problems += _unless(got.model == "second", f"answered by {got.model}")
        problems += _unless(
            2 <= len(second.requests) <= 3, f"the second was asked {len(second.requests)} times, not 2 or 3"
        )
        return _judged("the second choice rejects a prefill", got, second, problems)


def flapping() -> Judged:
    """Down for three seconds of every six: all are answered, it rests, and is asked again once it is well."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(_openai()) for _ in range(2))
        running = stack.enter_context(product(_two(first, second)))
        begun = time.monotonic()
        first.deal = lambda: Fault("unavailable") if (time.monotonic() - begun) % 6 < 3 else None
        got = _asked(running, "auto", seconds=FLAPS_S, askers=ASKERS)
        failed = [r for r in first.requests if r.fault]
        first.deal = None
        time.sleep(2.5)  # the longest rest of this run is 2 s
        back = _asked(running, "auto", count=2)[-1]
        problems = _unless(all(g.ending == "whole" and g.text == KNOWN for g in got), "not all were answered")
        problems += _unless(back.model == "first", "once it was well it was not asked again")
        problems += _unless(len(failed) <= MOST_WHILE_DOWN, f"{len(failed)} requests were sent to it while it was down")
        return _judged(f"flapping first choice ({len(got)} requests)", got[-1], first, problems)


def expired_certificate() -> Judged:
    """It gets no byte of the request."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        certificates = Certificates.make(folder, expired=True)
        server = stack.enter_context(RecordingServer(OpenAIChat(), certificates, KnownText()))
        provider = {"id": "first", "kind": "openai", "url": server.base_url, "keys": KEYS, "cloud": True}
        site = _site({**provider, "ca_file": str(certificates.ca_file)})
        got = _asked(stack.enter_context(product(site)), "first", consent=True)[0]
        problems = _unless(got.ending == "error", f"no clear error: {got}")
        problems += _unless("certificate" in got.message, f"the reason is not told: {got.message}")
        problems += _unless(not server.requests and KNOWN.encode() not in server.received, "it was asked")
        return _judged("an expired certificate", got, server, problems)


def redirected() -> Judged:
    """What it redirects to is another server in the house, and must see nothing."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(_openai()) for _ in range(2))
        running = stack.enter_context(product(_site(_provider("first", first))))
        first.broken = Fault("redirect", location=f"{second.base_url}/chat/completions")
        got = _asked(running, "first")[0]
        problems = _unless(got.ending == "error", f"no clear error: {got}")
        problems += _unless(not second.connections, "the redirect was followed")
        return _judged("a redirect to another server", got, first, problems)


def remote_model() -> Judged:
    """An Ollama lists a model that its maker's servers run: it is no model of the house, and is sent nothing."""
    served = [Served("llama3.2:latest"), Served(REMOTE, remote_host="https://ollama.com:443")]
    with ExitStack() as stack:
        daemon = stack.enter_context(RecordingServer(OllamaNative(served), speech=KnownText()))
        running = stack.enter_context(product(Site(backups=(), ollama=daemon.base_url)))
        got = _asked(running, REMOTE)[0]
        well = _asked(running, "llama3.2:latest")[0]
        sent = [r for r in daemon.requests if r.target == "/api/chat" and REMOTE.encode() in r.body]
        problems = _unless(got.ending == "error", f"no clear error: {got}")
        problems += _unless(not sent, "it was asked all the same") + _unless(well.text == KNOWN, f"the other: {well}")
        return _judged("an Ollama lists a model that it does not run itself", got, daemon, problems)


def _openai() -> RecordingServer:
    return RecordingServer(OpenAIChat(), speech=KnownText())


def _provider(name: str, server: RecordingServer, **more: object) -> dict[str, Any]:
    return {"id": name, "kind": "openai", "url": server.base_url, "keys": KEYS, **more}


def _site(*providers: dict[str, Any]) -> Site:
    models = [{"id": p["id"], "provider": p["id"], "name": "model-1"} for p in providers]
    return Site(providers, models, backups=(), variables=KEY)


def _two(first: RecordingServer, second: RecordingServer, **more: object) -> Site:
    return _site(_provider("first", first), _provider("second", second, **more))


def _asked(
    running: Running,
    model: str,
    *,
    count: int = 1,
    seconds: float = 0.0,
    askers: int = 1,
    consent: bool | None = None,
) -> list[Got]:
    """`count` requests in turn of each of the askers, or as many as `seconds` allow."""

    async def run() -> list[Got]:
        got: list[Got] = []
        more = {"privacy": {"consent": consent}} if consent is not None else {}
        until = time.monotonic() + seconds

        async def keep_asking(who: int) -> None:
            asked = 0
            while asked < count or time.monotonic() < until:
                asked += 1
                question = f"Hello, how are you? This is {who} for the time {asked}."
                got.append(await ask(session, running.url, model, key=running.key, question=question, vestibule=more))
                await asyncio.sleep(0.05)

        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            await asyncio.gather(*(keep_asking(who) for who in range(askers)))
        return got

    return asyncio.run(run())


def _unless(holds: bool, problem: str) -> list[str]:
    return [] if holds else [problem]


def _judged(title: str, got: Got, server: RecordingServer, problems: list[str]) -> Judged:
    requests = [r for r in server.requests if "chat" in r.target]
    times = [r.at - requests[0].at for r in requests[:12]]
    seen = Seen(times, sum(len(r.body) for r in requests), sum(g.sent for g in server.given))
    alone = got.model not in ("first", "second") or len(got.attempts) < 2
    return Judged("two servers", title, Outcome(got, seen, {}, "first", alone), problems)


Special = Callable[[], Judged]
