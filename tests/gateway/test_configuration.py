"""`/admin/v1/configuration` over a real socket: shown, validated, applied, refused, overtaken, rolled back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import home_with_database
from tests.gateway.conftest import Server, listening
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.keys import ADMIN_TENANT, Keys
from vestibule.access.limits import Limiter
from vestibule.core.settings import Limits, ModelSettings, ProviderSettings, Settings
from vestibule.gateway.application import ordinary
from vestibule.gateway.configuration import PATH, ConfigurationRoutes, add_configuration_routes
from vestibule.gateway.edge import Edge
from vestibule.gateway.guards import Guards
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics
from vestibule.tuning import office


@dataclass
class Desk:
    server: Server
    author: str
    foreign: str
    asking: str


@pytest.fixture(scope="module")
def versions_home() -> Iterator[Path]:
    with home_with_database() as home:
        yield home


@pytest.fixture
async def desk(versions_home: Path) -> AsyncIterator[Desk]:
    """The routes on a database whose versions are nobody else's, and keys: of the house, of a tenant, of a user."""
    settings = Settings(
        home=versions_home,
        providers=(ProviderSettings("out", "openai", "https://api.example.com/v1"),),
        models=(ModelSettings("far", "out", "far"),),
    )
    database = await Database.open(settings)
    keys = Keys(database)
    access = Access.over(keys, Limiter(Limits()), open_to_loopback=False)
    app = ordinary()
    add_configuration_routes(app, ConfigurationRoutes(access, office(settings, database)))
    house = await keys.create(ADMIN_TENANT, ["admin"])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        port = await stack.enter_async_context(listening(Edge(Guards(app, Settings(), 5.0))))
        server = Server(port, ScriptedPipeline(access), Metrics(), house.token)
        foreign = (await keys.create("another", ["admin"])).token
        asking = (await keys.create(ADMIN_TENANT, ["inference"])).token
        yield Desk(server, house.key.id, foreign, asking)


async def apply(desk: Desk, text: str, **more: object) -> dict[str, object]:
    reply = await desk.server.ask("POST", f"{PATH}/apply", {"text": text, "reason": "a test"} | more)
    assert reply.status == 200, reply.json
    return dict(reply.json)


async def test_a_version_is_applied_shown_listed_and_rolled_back(desk: Desk) -> None:
    before = (await desk.server.ask("GET", PATH)).json["version"]
    first = (await apply(desk, "cache: {seconds: 10}\n"))["version"]
    assert isinstance(first, dict)
    assert (first["base"], first["author"], first["reason"]) == (before, desk.author, "a test")
    second = await desk.server.ask("POST", f"{PATH}/apply", {"document": {"cache": {"seconds": 20}}, "reason": "more"})
    assert second.json["changes"] == [{"path": "cache.seconds", "before": 10.0, "after": 20.0}]
    now = (await desk.server.ask("GET", PATH)).json
    assert (now["document"], now["made"]) == ({"cache": {"seconds": 20.0}}, second.json["version"])
    said = {"version": first["number"], "reason": "too stale"}
    back = (await desk.server.ask("POST", f"{PATH}/rollback", said)).json["version"]
    assert back["reason"] == f"rollback to {first['number']}: too stale"
    listed = (await desk.server.ask("GET", f"{PATH}/versions")).json
    assert listed["live"] == back["number"]
    assert [version["number"] for version in listed["data"]][:3] == [
        back["number"],
        back["number"] - 1,
        back["number"] - 2,
    ]
    old = (await desk.server.ask("GET", f"{PATH}/versions/{first['number']}")).json
    assert old["document"] == {"cache": {"seconds": 10.0}}
    assert (await desk.server.ask("GET", f"{PATH}/versions/0")).json["document"] == {}


async def test_mistakes_are_told_by_line_and_change_nothing(desk: Desk) -> None:
    before = (await desk.server.ask("GET", PATH)).json
    text = "routes:\n  tasks: {lookup: {prefer: [fat]}}\nhome_hosts: [10.0.0.1]\n"
    said = (await desk.server.ask("POST", f"{PATH}/validate", {"text": text})).json
    assert (said["valid"], [(m["line"], m["path"]) for m in said["mistakes"]]) == (False, [(3, "home_hosts")])
    text = text.replace("home_hosts: [10.0.0.1]", "policy:\n  version: 1\n  typess: {}")
    said = (await desk.server.ask("POST", f"{PATH}/validate", {"text": text})).json
    assert [(m["line"], m["mend"][:20]) for m in said["mistakes"]] == [
        (2, "Did you mean `far`?"),
        (5, "docs/privacy.md list"),
    ]
    refused = await desk.server.ask("POST", f"{PATH}/apply", {"text": text, "reason": "r"})
    assert (refused.status, refused.json["error"]["code"]) == (400, "invalid_request")
    assert "configuration.yaml:2:" in refused.json["error"]["message"]
    assert (await desk.server.ask("GET", PATH)).json == before


async def test_an_unwise_policy_is_warned_of_and_applied(desk: Desk) -> None:
    applied = await apply(desk, "policy:\n  version: 1\n  images: stripped\n")
    assert isinstance(applied["warnings"], list)
    assert [w["line"] for w in applied["warnings"]] == [3]


async def test_who_was_not_first_is_told_what_changed_and_may_merge(desk: Desk) -> None:
    await apply(desk, "cache: {seconds: 30}\n")
    seen = (await desk.server.ask("GET", PATH)).json["version"]
    await apply(desk, "cache: {seconds: 31}\n", **{"if": seen})
    body = {"text": "cache: {seconds: 30}\nenergy: {watts_otherwise: 40}\n", "reason": "r", "if": seen}
    late = await desk.server.ask("POST", f"{PATH}/apply", body)
    assert (late.status, late.json["error"]["code"]) == (409, "conflict")
    assert "cache.seconds: 30.0 -> 31.0" in late.json["error"]["message"]
    both = await apply(desk, str(body["text"]), **{"if": seen, "merge": True})
    assert both["merged"] is True
    now = (await desk.server.ask("GET", PATH)).json["document"]
    assert now == {"cache": {"seconds": 31.0}, "energy": {"watts_otherwise": 40.0}}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("apply", {"reason": "r"}, 400),
        ("apply", {"text": "", "document": {}, "reason": "r"}, 400),
        ("apply", {"text": "cache: {seconds: 99}\n"}, 400),
        ("apply", {"text": "cache: {seconds: 99}\n", "reason": "r", "force": True}, 400),
        ("rollback", {"version": 99999, "reason": "r"}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused(desk: Desk, path: str, body: dict[str, object], status: int) -> None:
    assert (await desk.server.ask("POST", f"{PATH}/{path}", body)).status == status


@pytest.mark.parametrize("number", ["99999", "-1", "1e3", "%D9%A3", "99999999999999999999"])
async def test_there_is_no_version_of_another_number(desk: Desk, number: str) -> None:
    assert (await desk.server.ask("GET", f"{PATH}/versions/{number}")).status == 404


async def test_it_is_for_administrators_of_the_whole_house(desk: Desk) -> None:
    for key in (desk.foreign, desk.asking):
        for method, path in (("GET", ""), ("GET", "/versions"), ("POST", "/apply"), ("POST", "/rollback")):
            assert (await desk.server.ask(method, PATH + path, key=key)).status == 403
