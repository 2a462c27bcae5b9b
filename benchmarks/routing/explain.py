"""Twelve telling requests and what `POST /admin/v1/routing/explain` of a running product says of each, as a page.

Servers of ours stand for the models, each at its own pace: two sizes and an equal of the larger at home, three outside
over TLS. Each has answered a few requests first, so that its latency is measured and not stated. Prints the page.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.faults import Fault
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.laboratory.product import Site, product
from tests.laboratory.speeches import KnownText

from vestibule.cli.client import Client
from vestibule.core.settings import Settings

OUT = Path(__file__).parents[1] / "results" / "routing" / "explain.md"
ADMIN_KEY = "vst_" + "explain0admin" + "k" * 24
KEY = {"ROUTING_KEY": "sk-" + "r" * 40}
SMALL, LARGE, TWIN = "llama3.2:3b", "qwen2.5:7b", "qwen2.5:7b at the annex"
HOME = {SMALL: 0.002, LARGE: 0.006, TWIN: 0.006}
OUTSIDE = {"gpt-4o": 0.001, "deepseek-chat": 0.002, "gemini-1.5-pro": 0.001}
PRICES = {"gpt-4o": (2.3, 9.2), "deepseek-chat": (0.25, 1.0), "gemini-1.5-pro": (1.15, 4.6)}
WARM = 6
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
HARD = (
    "Derive, step by step, a control strategy for three chillers and an ice store under a two-part tariff, prove under "
    "which conditions it is optimal, and discuss how it changes when a forecast is wrong by a fifth."
)


@dataclass(frozen=True)
class Telling:
    """`before` is done first; `routes` is what the version in force says of routes."""

    title: str
    question: str
    options: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    routes: dict[str, Any] = field(default_factory=dict)
    before: Callable[[House], None] = lambda _: None


class House:
    def __init__(self, client: Client, servers: dict[str, RecordingServer]) -> None:
        self.client = client
        self.servers = servers
        self._routes: dict[str, Any] = {}

    def rule(self, routes: dict[str, Any]) -> None:
        if routes != self._routes:
            document: dict[str, object] = {"document": {"routes": routes}, "reason": "a telling request"}
            applied = self.client.post("/admin/v1/configuration/apply", document)
            self._routes = routes
            number = applied["version"]["number"]
            while self.explain(TELLING[0])["config_version"] != number:  # it is live, and on its way to this worker
                time.sleep(0.05)

    def ask(self, model: str, question: str = "When does the chiller start?") -> None:
        options = {"cache": "bypass", "privacy": {"consent": True}}
        self.client.post("/v1/chat/completions", _chat(question, model) | {"vestibule": options})

    def fail(self, model: str) -> None:
        """Until the product lets it rest."""
        self.servers[model].broken = Fault("unavailable")
        threads = [threading.Thread(target=self._fail_once, args=(model,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _fail_once(self, model: str) -> None:
        try:
            self.ask(model)
        except Exception as error:  # noqa: BLE001 that it fails is what is wanted
            print(f"{model}: {error}", file=sys.stderr)

    def explain(self, telling: Telling) -> dict[str, Any]:
        options = {"privacy": {"consent": True}} | telling.options
        body = _chat(telling.question, "auto") | telling.body | {"vestibule": options}
        return self.client.post("/admin/v1/routing/explain", body)


def _chat(question: str, model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": question}]}


IMAGE = [
    {"type": "text", "text": "What does the gauge show?"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(PIXEL).decode()}},
]
RESTRICTED = {"privacy": {"class": "restricted", "consent": True}}
TELLING = (
    Telling("A look-up", "What is the setpoint of the supply air in summer?"),
    Telling(
        "One agent hands work to another",
        "Take over the meter check from agent 2.",
        {"route": {"task": "coordination"}},
    ),
    Telling("Too hard for home", HARD),
    Telling("As hard, and restricted: it stays", HARD, RESTRICTED),
    Telling(
        "As hard, by a rule that keeps such work at home",
        HARD,
        {"route": {"task": "optimisation"}},
        routes={"tasks": {"optimisation": {"cloud": False}}},
    ),
    Telling("As hard, and the share of the cloud is used up", HARD, routes={"cloud_share": 0.0}),
    Telling("As hard, and the day's budget is spent", HARD, routes={"eur_per_day": 0.0}),
    Telling(
        "A deadline that home cannot meet",
        "Summarise in a few sentences how night setback works.",
        {"route": {"task": "report", "deadline_s": 0.3}},
    ),
    Telling(
        "A session stays with one of two equal models",
        "And at the weekend?",
        {"session": "building-7"},
    ),
    Telling("An image, which only some can read", "", body={"messages": [{"role": "user", "content": IMAGE}]}),
    Telling(
        "Longer than a model reads", "Here is the log. " + "12:00 pump on; 12:05 pump off. " * 700 + " What stands out?"
    ),
    Telling("After failures one rests", "Which filter class do I need?", before=lambda house: house.fail(LARGE)),
)


@contextmanager
def running() -> Iterator[House]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        certificates = Certificates.make(folder)
        servers: dict[str, RecordingServer] = {}
        for name, pace_s in (HOME | OUTSIDE).items():
            server = RecordingServer(OpenAIChat(), certificates if name in OUTSIDE else None, KnownText())
            server.pace_s = pace_s
            servers[name] = stack.enter_context(server)
        site = _site(servers, certificates)
        served = stack.enter_context(product(site))
        port = int(served.url.rpartition(":")[2])
        yield House(Client(Settings(port=port), ADMIN_KEY), servers)


def _site(servers: dict[str, RecordingServer], certificates: Certificates) -> Site:
    providers: list[dict[str, Any]] = []
    models: list[dict[str, Any]] = []
    for number, (name, server) in enumerate(servers.items()):
        provider: dict[str, Any] = {
            "id": f"p{number}",
            "kind": "openai",
            "url": server.base_url,
            "keys": ["env:ROUTING_KEY"],
        }
        model: dict[str, Any] = {"id": name, "provider": f"p{number}", "name": LARGE if name == TWIN else name}
        model |= {"images": name in OUTSIDE, "context": 4096 if name == SMALL else 32768}
        if name in OUTSIDE:
            provider |= {"cloud": True, "ca_file": str(certificates.ca_file)}
            model["prices"] = dict(zip(("input", "output"), PRICES[name], strict=True))
        providers.append(provider)
        models.append(model)
    return Site(providers, models, backups=(), variables=KEY | {"VESTIBULE_ADMIN_KEY": ADMIN_KEY})


def main() -> None:
    with running() as house:
        for name in (*HOME, *OUTSIDE):
            for number in range(WARM):
                house.ask(name, f"When does chiller {number} start?")
        told = []
        for number, telling in enumerate(TELLING, 1):
            house.rule(telling.routes)
            telling.before(house)
            told.append(_section(number, telling, house.explain(telling)))
    page = "\n".join([_HEAD, *told])
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(page, "utf-8")
    print(page)


_HEAD = f"""# Twelve requests, explained

What a running product answers at `/admin/v1/routing/explain`, with models that are servers of ours at paces of their
own, each measured from {WARM} answers: what is read here is how it decides, not how fast any model is. Written by
`python -m benchmarks.routing.explain`. In the order in which they would be asked; `score` is the sum of its parts, and
what was rejected is crossed out.
"""


def _section(number: int, telling: Telling, told: dict[str, Any]) -> str:
    question = telling.question if len(telling.question) < 240 else telling.question[:120] + " …"
    more = {k: v for k, v in (("vestibule", telling.options), ("routes of the version", telling.routes)) if v}
    lines = [f"## {number}. {telling.title}", ""]
    if question:
        lines += [f"> {question}", ""]
    lines += [f"{name}: `{json.dumps(value)}`" for name, value in more.items()]
    hard = "" if told["difficulty"] is None else f", difficulty {told['difficulty']:.2f}"
    task, first = told["task"] or "a question of no special kind", told["chosen"] or "nobody"
    lines += ["", f"Class {told['class']}, task: {task}{hard}, version {told['config_version']}."]
    lines += [f"**{first}** is asked first.", ""]
    lines += [
        "| model | where | score | quality | latency | cost | privacy | good enough | first word | end | EUR | why |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    return "\n".join([*lines, *map(_row, told["candidates"]), ""])


def _row(candidate: dict[str, Any]) -> str:
    parts, predicted = candidate["parts"] or {}, candidate["predicted"] or {}
    name = f"~~{candidate['model']}~~" if candidate["rejected"] else candidate["model"]
    cells = [name, candidate["location"], _number(candidate["score"])]
    cells += [_number(parts.get(part)) for part in ("quality", "latency", "cost", "privacy")]
    cells.append(_number(predicted.get("quality")))
    cells += [_number(predicted.get(what), unit=" s") for what in ("first_token_s", "finish_s")]
    cells.append(_number(predicted.get("cost_eur"), digits=5))
    return f"| {' | '.join(cells)} | {candidate['reason']} |"


def _number(value: float | None, *, digits: int = 2, unit: str = "") -> str:
    return "" if value is None else f"{round(value, digits) + 0.0:.{digits}f}{unit}"


if __name__ == "__main__":
    main()
