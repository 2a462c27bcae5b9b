"""The whole product in a process of its own, between the laboratory's servers. Knows how an operator sets it up."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.acceptance.product import Product, command, environment, temporary_home
from tests.egress.house import write_portfolio
from tests.laboratory.llama import TINY_MODEL
from vestibule.access.keys import Keys
from vestibule.buildings import BuildingData
from vestibule.core.settings import Settings
from vestibule.storage.database import Database

TENANT = "laboratory"
NOBODY = "http://127.0.0.1:9"
FIRST_TOKEN_S = 2.0
BETWEEN_TOKENS_S = 2.0
PATIENCE = {"first_token_s": FIRST_TOKEN_S, "between_tokens_s": BETWEEN_TOKENS_S, "total_s": 30.0}
RESILIENCE = {"home": PATIENCE, "cloud": PATIENCE, "breaker": {"rest_s": 1.0, "longest_rest_s": 2.0}}
POLICY = """
version: 3
cloud:
  - {name: to the laboratory, allow: [public, internal, confidential]}
consent: {required: true, from_callers: true}
"""


@dataclass(frozen=True)
class Site:
    """What `vestibule.yaml` says: providers and models in the order of preference. `backups` are names under which our
    own small model is added, run by the product's own llama.cpp."""

    providers: Sequence[Mapping[str, Any]] = ()
    models: Sequence[Mapping[str, str]] = ()
    backups: Sequence[str] = ("backup",)
    ollama: str = NOBODY
    variables: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    process: Product
    url: str
    key: str
    home: Path

    def apply(self, version: Mapping[str, Any]) -> None:
        """Make it the configuration in force."""
        path = self.home.parent / "version.yaml"
        path.write_text(yaml.safe_dump(dict(version)))
        asked = command("config", "apply", str(path), "--reason", "the laboratory")
        subprocess.run(asked, env=environment(self.home), check=True, capture_output=True)


@contextmanager
def product(site: Site, *, sampled: Path | None = None) -> Iterator[Running]:
    """A running `vestibule serve` with one tenant, its key, and a small portfolio. With `sampled` that file says in
    the end where its event loop spent its time."""
    with temporary_home() as home:
        home.mkdir(exist_ok=True)
        (home / "policy.yaml").write_text(POLICY)
        config = home.parent / "vestibule.yaml"
        written = {"providers": list(site.providers), "models": list(site.models), "resilience": RESILIENCE}
        limits = {"limits": {"requests_per_minute": 10_000_000}}
        config.write_text(yaml.safe_dump(written | limits | dict(site.settings)))
        for name in site.backups:
            _add(home, name)
        key = asyncio.run(_furnish(home))
        arguments = ("serve", "--config", str(config), "--port", "0")
        variables = {"OLLAMA_HOST": site.ollama, **site.variables}
        process = Sampled(home, sampled, *arguments, **variables) if sampled else Product(home, *arguments, **variables)
        try:
            process.wait_until_serving()
            yield Running(process, process.url, key, home)
        finally:
            process.stop()


class Sampled(Product):
    """The product with a sampler on its event loop, see `benchmarks/providers/sampled.py`."""

    def __init__(self, home: Path, out: Path, *arguments: str, **variables: str) -> None:
        self.home, self.output, self.port = home, "", 0
        self._address = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.providers.sampled", str(out.absolute()), *arguments],
            cwd=Path(__file__).parents[2],
            env=environment(home, **variables),
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()


async def _furnish(home: Path) -> str:
    """A tenant's key, and buildings for it: where there are none, every model is told so."""
    portfolio = home.parent / "portfolio"
    await asyncio.to_thread(write_portfolio, portfolio)
    database = await Database.open(Settings(home=home))
    try:
        issued = await Keys(database).create(TENANT, ("inference",))
        await BuildingData(database).import_portfolio(TENANT, portfolio)
    finally:
        await database.close()
    return issued.token


def _add(home: Path, name: str) -> None:
    """A copy: the model that comes with the product is there to be named only, and `auto` never takes it."""
    copy = home.parent / f"{name}.gguf"
    shutil.copy(TINY_MODEL, copy)
    done = subprocess.run(
        command("models", "add", str(copy), "--name", name), env=environment(home), capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"models add failed:\n{done.stdout}{done.stderr}")
