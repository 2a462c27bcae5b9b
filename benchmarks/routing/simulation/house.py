"""What a run runs on: the paced model servers, the product between them and the sessions, one tenant with a key.

Set up as an operator would: a vestibule.yaml, a policy.yaml, a key, `vestibule serve`. Knows no session.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml
from benchmarks.gateway.processes import CPUS, Process, running
from benchmarks.routing.simulation.assumptions import Assumptions
from benchmarks.routing.simulation.server import Served, Serving
from tests.acceptance.product import Product, command, environment, temporary_home
from tests.egress.servers.certificates import Certificates

from vestibule.access.keys import Keys
from vestibule.core.settings import Settings
from vestibule.storage.database import Database

TENANT = "buildings"
CLOUD_KEY = "SIMULATION_CLOUD_KEY"
ADMIN_KEY = "vst_" + "simulation0admin" + "k" * 24
POLICY = f"""version: 2
cloud:
  - {{name: all but restricted, allow: [public, internal, confidential]}}
consent: {{required: true, tenants: [{TENANT}], from_callers: true}}
"""
_PLENTY = {"requests_per_minute": 10_000_000, "concurrency": 100_000}


class Servers:
    """The paced servers, in one process. `received` is every byte that reached one of them."""

    def __init__(self, process: Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self.ports: Mapping[str, int] = json.loads(self._line())

    def served(self) -> list[Served]:
        assert self._process.popen.stdin is not None
        self._process.popen.stdin.write("\n")
        self._process.popen.stdin.flush()
        return msgspec.json.decode(self._line(), type=list[Served])

    def received(self, model: str) -> bytes:
        return (self._folder / f"{model}.bytes").read_bytes()

    def _line(self) -> str:
        assert self._process.popen.stdout is not None
        line = self._process.popen.stdout.readline()
        if not line:
            raise RuntimeError("the model servers ended")
        return line


@dataclass(frozen=True)
class House:
    product: Product
    servers: Servers
    key: str
    config: Path

    def apply(self, version: Mapping[str, object]) -> None:
        """Make it the version in force, as an operator would."""
        file = self.config.with_name("version.yaml")
        file.write_text(yaml.safe_dump(dict(version)))
        asked = command("config", "apply", str(file), "--reason", "a simulated day", "--config", str(self.config))
        done = subprocess.run(asked, env=environment(self.product.home), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the version was not applied:\n{done.stdout}{done.stderr}")


@contextmanager
def paced(folder: Path, assumptions: Assumptions, answers: Mapping[str, int], seed: int) -> Iterator[Servers]:
    """The servers alone. The certificate they trust each other by is `folder`/ca.pem."""
    certificates = Certificates.make(folder)
    serving = Serving(
        dict(assumptions.models),
        dict(answers),
        assumptions.clock.factor,
        seed,
        str(folder),
        str(certificates.server_file),
    )
    said = folder / "serving.json"
    said.write_bytes(msgspec.json.encode(serving))
    command = [sys.executable, "-m", "benchmarks.routing.simulation.server", str(said)]
    with running(command, cpus=CPUS) as process:
        yield Servers(process, folder)


@contextmanager
def house(assumptions: Assumptions, answers: Mapping[str, int], seed: int) -> Iterator[House]:
    """A new home, and everything in it running."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulation-")))
        home = stack.enter_context(temporary_home())
        servers = stack.enter_context(paced(folder, assumptions, answers, seed))
        key = asyncio.run(_furnish(Settings(home=home)))
        (home / "policy.yaml").write_text(POLICY)
        config = folder / "vestibule.yaml"
        config.write_text(yaml.safe_dump(_configuration(assumptions, servers.ports, folder / "ca.pem")))
        variables = {"VESTIBULE_ADMIN_KEY": ADMIN_KEY, CLOUD_KEY: "sk-" + "s" * 40}
        product = Product(home, "serve", "--config", str(config), "--port", "0", **variables)
        stack.callback(product.stop)
        product.wait_until_serving()
        yield House(product, servers, key, config)


async def _furnish(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    database = await Database.open(settings)
    try:
        return (await Keys(database).create(TENANT, ("inference",))).token
    finally:
        await database.close()


def _configuration(assumptions: Assumptions, ports: Mapping[str, int], authority: Path) -> dict[str, object]:
    """Local models first, as an operator writes them down: the small one before the large one."""
    providers: list[dict[str, object]] = []
    models: list[dict[str, object]] = []
    for name, pace in assumptions.models.items():
        model: dict[str, object] = {"id": name, "provider": f"at-{name}", "name": name}
        provider: dict[str, object] = {"id": f"at-{name}", "kind": "openai"}
        if pace.home:
            provider["url"] = f"http://127.0.0.1:{ports[name]}/v1"
        else:
            provider |= {"url": f"https://127.0.0.1:{ports[name]}/v1", "cloud": True, "keys": [f"env:{CLOUD_KEY}"]}
            provider["ca_file"] = str(authority)
        if pace.prices:
            model["prices"] = msgspec.to_builtins(pace.prices)
        providers.append(provider)
        models.append(model)
    plenty = {"requests_per_minute": 10_000_000, "each_key": _PLENTY, "each_tenant": _PLENTY}
    return {"providers": providers, "models": models, "limits": plenty}
