"""The product as its own process between recording servers: two clouds over TLS, one model server at home.

Knows how a house is set up, as an operator does it: a vestibule.yaml, a policy.yaml, keys, a portfolio, documents.
Knows no conversation.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.acceptance.product import Product, command, environment, temporary_home
from tests.egress.servers.certificates import Certificates
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Received, RecordingServer
from tests.egress.servers.speech import Speech
from tests.egress.sorts import FIRMS, PORTFOLIO_ADDRESS, PORTFOLIO_METERS, PORTFOLIO_TARIFF
from tests.egress.versions import Document, versions
from vestibule.access.keys import Keys
from vestibule.buildings import BuildingData
from vestibule.core.settings import Settings
from vestibule.privacy.policy import Policy
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.storage.server import EmbeddedServer

TENANTS = ("facilities", "campus", "legal")
ADMIN_KEY = "vst_" + "egress0property0admin0" + "k" * 21
CLOUD_KEYS = {"EGRESS_EU_KEY": "sk-eu-" + "e" * 32, "EGRESS_US_KEY": "sk-us-" + "u" * 32}
TAKEN_UP_S = 60.0

_RULES = """
  - {name: nothing of legal, refuse: [public, internal, confidential], tenants: [legal]}
  - {name: nothing of the salt works, refuse: [public, internal, confidential], buildings: [saltworks]}
"""
_OPEN = "\n  - {name: the rest, allow: [public, internal, confidential], providers: [cloud-eu, cloud-us]}\n"
_CONSENT = "consent: {required: true, tenants: [facilities], from_callers: true}\n"
_IMAGES = "images: stripped\n"
POLICIES: Mapping[str, str] = {
    "open": f"{_IMAGES}cloud:{_RULES}{_OPEN}{_CONSENT}",
    "no us": f"cloud:\n  - {{refuse: [public, internal, confidential], regions: [us]}}{_RULES}{_OPEN}{_CONSENT}",
    "no facilities": f"cloud:\n  - {{refuse: [public, internal, confidential], tenants: [facilities]}}{_RULES}{_OPEN}"
    f"{_CONSENT}",
    "no consent": f"cloud:{_RULES}{_OPEN}consent: {{required: true, tenants: [], from_callers: false}}\n",
    "general only": f"cloud:{_RULES}\n  - {{allow: [public]}}\n{_CONSENT}",
    "stricter types": f"{_IMAGES}types: {{EMAIL: {{class: restricted, rule: block}}}}\ncloud:{_RULES}{_OPEN}{_CONSENT}",
    "unreadable": "cloud: [this is no policy\n",
}


def may_reach(policy: str, tenant: str, region: str, consent: bool | None) -> bool:
    """Whether the policy of that name leaves any way there, whatever is asked; read off the text above."""
    if policy in ("unreadable", "no consent") or tenant == "legal" or consent is False:
        return False
    if (policy, region) == ("no us", "us") or (policy, tenant) == ("no facilities", "facilities"):
        return False
    return tenant == "facilities" or consent is True


@dataclass
class Witness:
    """Asked by a server before it answers: is what just arrived already in the audit trail, as cleared?

    The trail is read over a connection of its own, so what it shows has been committed.
    """

    conninfo: str
    keys: Mapping[str, bytes]
    unrecorded: int = 0
    seen: Counter[bytes] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Received) -> None:
        digests = [hmac.digest(key, hashlib.sha256(request.body).digest(), "sha256") for key in self.keys.values()]
        with self._lock, psycopg.connect(self.conninfo) as connection:
            found = connection.execute(
                "SELECT count(*) FROM vestibule.audit_records WHERE action = 'cleared' AND digest = ANY(%s)", (digests,)
            ).fetchone()
            self.seen[digests[0]] += 1
            self.unrecorded += (found[0] if found else 0) < self.seen[digests[0]]

    def records(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.conninfo) as connection:
            return connection.execute(query, parameters).fetchall()


class HomeChat(OpenAIChat):
    """A server in the house asks for no key."""

    def key(self, headers: Mapping[str, str], target: str) -> str:
        return "none"


class OpenGate(Product):
    """The product with its gate patched open, see `open_gate.py`."""

    def __init__(self, home: Path, *arguments: str, **variables: str) -> None:
        self.home, self.output, self.port = home, "", 0
        self._address = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.egress.open_gate", *arguments],
            cwd=Path(__file__).parents[2],
            env=environment(home, **variables),
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()


@dataclass
class House:
    product: Product
    home: Path
    clouds: Mapping[str, RecordingServer]
    own: RecordingServer
    keys: Mapping[str, str]
    witness: Witness
    documents: Mapping[str, Document] = field(default_factory=lambda: versions(POLICIES))
    numbers: dict[int, str] = field(default_factory=dict)

    def set(self, policy: str, version: str) -> None:
        """Have both in force. A version with a policy of its own would hide the file's."""
        self.apply("shipped")
        self.set_policy(policy)
        self.apply(version)

    def apply(self, version: str) -> None:
        """Put the version of that name in force as an administrator does; the product says when every worker has it."""
        applied = self.post(
            "/admin/v1/configuration/apply", {"document": self.documents[version], "reason": f"now {version}"}
        )
        self.numbers[applied["version"]["number"]] = version

    def set_policy(self, name: str, *, wait: bool = True) -> None:
        """Write the policy as an operator would, and wait until the product says that it is in force."""
        write_policy(self.home, name)
        until = time.monotonic() + TAKEN_UP_S
        while wait and not self._is_in_force(name):
            if time.monotonic() > until:
                raise RuntimeError(f"the policy `{name}` is not taken up within {TAKEN_UP_S:g} s")
            time.sleep(0.05)

    def _is_in_force(self, name: str) -> bool:
        told = str(json.loads(self.get("/readyz"))["components"]["privacy"]["reason"])
        if name == "unreadable":
            return told.startswith("the cloud door is closed")
        return told == f"policy {Policy.load(self.home / 'policy.yaml').id}"

    def ingest(self, folder: Path, tenant: str) -> None:
        run(self.home, "ingest", str(folder), "--tenant", tenant)

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {ADMIN_KEY}"})
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """As the administrator of the house."""
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"}
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            said: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise RuntimeError(f"POST {path}: {response.status} {said}")
        return said

    def decisions(self) -> Counter[str]:
        """`vestibule_egress_total` by decision."""
        counted: Counter[str] = Counter()
        for decision, count in re.findall(
            r'^vestibule_egress_total\{.*decision="(\w+)"\} ([\d.e+]+)$', self.get("/metrics"), re.MULTILINE
        ):
            counted[decision] += int(float(count))
        return counted


@contextmanager
def house(folder: Path, *, open_gate: bool = False) -> Iterator[House]:
    """A running product with three tenants. `folder` is for certificates and files that are taken in."""
    certificates = Certificates.make(folder)
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        clouds = {
            region: stack.enter_context(
                RecordingServer(OpenAIChat(), certificates, Speech(mangled=region == "us"), CLOUD_KEYS[key])
            )
            for region, key in (("eu", "EGRESS_EU_KEY"), ("us", "EGRESS_US_KEY"))
        }
        own = stack.enter_context(RecordingServer(HomeChat()))
        keys, audit_keys = asyncio.run(_furnish(Settings(home=home), folder))
        witness = Witness(_conninfo(stack, home), audit_keys)
        for server in clouds.values():
            server.witness = witness
        config = folder / "vestibule.yaml"
        config.write_text(yaml.safe_dump(_configuration(clouds, own, certificates)))
        write_policy(home, "open")
        serve = ("serve", "--config", str(config), "--port", "0")
        kind = OpenGate if open_gate else Product
        product = kind(home, *serve, VESTIBULE_ADMIN_KEY=ADMIN_KEY, **CLOUD_KEYS)
        stack.callback(product.stop)
        product.wait_until_serving()
        yield House(product, home, clouds, own, keys, witness)


def run(home: Path, *arguments: str) -> str:
    done = subprocess.run(command(*arguments), env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"vestibule {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def write_policy(home: Path, name: str) -> None:
    (home / "policy.yaml").write_text(f"version: {2 + list(POLICIES).index(name)}\n{POLICIES[name]}")


async def _furnish(settings: Settings, folder: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    """Import the portfolio and make an API key for each tenant; also the keys their audit digests are made with."""
    portfolio = folder / "portfolio"
    write_portfolio(portfolio)
    settings.home.mkdir(parents=True, exist_ok=True)
    database = await Database.open(settings)
    try:
        made = {name: await Keys(database).create(name, ("inference",)) for name in TENANTS}
        await BuildingData(database).import_portfolio("facilities", portfolio)
        tenant_keys = TenantKeys(database, settings.home)
        digested = {name: await tenant_keys.get(name, "audit") for name in TENANTS}
    finally:
        await database.close()
    return {name: key.token for name, key in made.items()}, digested


def _conninfo(stack: ExitStack, home: Path) -> str:
    server = EmbeddedServer(home, Settings().postgres_user)
    server.ensure()
    stack.callback(server.wait_stopped)
    stack.callback(server.close)
    return server.owner_conninfo()


def _configuration(
    clouds: Mapping[str, RecordingServer], own: RecordingServer, certificates: Certificates
) -> dict[str, object]:
    providers: list[dict[str, object]] = [{"id": "house-box", "kind": "openai", "url": own.base_url}]
    models = [{"id": f"house-{size}", "provider": "house-box", "name": f"house-{size}"} for size in ("model", "large")]
    for region, server in clouds.items():
        providers.append(
            {
                "id": f"cloud-{region}",
                "kind": "openai",
                "url": server.base_url,
                "keys": [f"env:EGRESS_{region.upper()}_KEY"],
                "cloud": True,
                "ca_file": str(certificates.ca_file),
                "region": region,
            }
        )
        models.append({"id": f"{region}-model", "provider": f"cloud-{region}", "name": f"large-{region}"})
    return {"providers": providers, "models": models, "limits": {"requests_per_minute": 1_000_000}}


def write_portfolio(folder: Path) -> None:
    """Three buildings with firms in them, and eight weeks of hourly readings."""
    folder.mkdir(parents=True, exist_ok=True)
    week = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "19:00"}
    names = {"pierhouse": "Pier House", "tidemill": "Tide Mill", "saltworks": "Salt Works"}
    buildings = [
        {
            "id": id_,
            "name": name,
            "kind": "office",
            "floor_area_m2": 4000 + 500 * at,
            "schedule": week,
            "address": PORTFOLIO_ADDRESS if at == 0 else "",
            "tariff": "day",
            "tenants": [{"name": firm} for firm in FIRMS[at::3]],
        }
        for at, (id_, name) in enumerate(names.items())
    ]
    meters = [
        {"id": m, "building": m.partition(".")[0], "utility": m.partition(".")[2], "unit": _unit(m)}
        for m in PORTFOLIO_METERS
    ]
    described = {
        "portfolio": "Harbour estate",
        "timezone": "Europe/Berlin",
        "buildings": buildings,
        "tariffs": [{"id": "day", "name": PORTFOLIO_TARIFF, "electricity_eur_per_kwh": 0.21}],
        "meters": meters,
    }
    (folder / "buildings.json").write_text(json.dumps(described))
    rng = random.Random(17)
    first = datetime(2025, 6, 1, tzinfo=UTC)
    hours = [f"{first + timedelta(hours=h):%Y-%m-%dT%H:%M:%SZ}" for h in range(24 * 56)]
    _write_table(folder / "readings.csv", PORTFOLIO_METERS, hours, lambda: f"{rng.uniform(20, 90):.2f}")
    _write_table(folder / "weather.csv", ("temperature_c",), hours, lambda: f"{rng.uniform(8, 26):.1f}")


def _unit(meter: str) -> str:
    return "m³" if meter.endswith("gas") else "kWh"


def _write_table(path: Path, columns: Sequence[str], hours: Sequence[str], value: object) -> None:
    assert callable(value)
    rows = [",".join((hour, *(str(value()) for _ in columns))) for hour in hours]
    path.write_text("\n".join([",".join(("timestamp", *columns)), *rows, ""]))
