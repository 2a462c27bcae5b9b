"""The console over HTTP, as a browser without scripts sees it: pages, the door, the stream of an answer, headers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from tests.console.conftest import Serve, Served, Visitor
from tests.console.scripted import ANSWER, FIRST_TOKEN_MS, PASSAGE, QUOTE
from tests.gateway.conftest import Reply
from vestibule.console.headers import POLICY
from vestibule.core.errors import Unavailable
from vestibule.storage.database import Database

PAGES = (
    "/console/",
    "/console/playground",
    "/console/privacy",
    "/console/routing",
    "/console/system",
    "/console/design",
)
CITATION = {"index": 2, "document_id": "log-1", "title": "Log", "locator": "§ July", "quote": QUOTE}


def question(text: str, **fields: object) -> dict[str, object]:
    return {"turns": [{"role": "user", "content": text}], **fields}


def events(reply: Reply) -> list[tuple[str, dict[str, object]]]:
    blocks = [block.split("\n") for block in reply.body.decode().strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


async def arrived(served: Served) -> Visitor:
    """A visitor who has a page open."""
    visitor = served.visitor()
    assert (await visitor.get("/console/playground")).status == 200
    return visitor


@pytest.mark.parametrize("path", PAGES)
async def test_in_the_demo_every_page_opens_without_a_key(demo: Served, path: str) -> None:
    reply = await demo.visitor().get(path)
    assert reply.status == 200
    assert b"Tenant <strong>demo</strong>" in reply.body


@pytest.mark.parametrize("path", PAGES)
async def test_elsewhere_a_page_leads_to_signing_in(keyed: Served, path: str) -> None:
    reply = await keyed.visitor().get(path)
    assert (reply.status, reply.headers["location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize("path", [*PAGES, "/console/sign-in", "/console/nowhere", "/console/static/console.css"])
async def test_everything_carries_the_security_headers(demo: Served, path: str) -> None:
    headers = (await demo.visitor().get(path)).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_has_script_style_or_handlers_in_it(demo: Served, path: str) -> None:
    html = (await demo.visitor().get(path)).body.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count("<script src=") + html.count('<script type="module" src=') + html.count(
        "<script defer src="
    )


async def test_pages_are_not_kept_and_files_named_by_hash_are(demo: Served) -> None:
    page = await demo.visitor().get("/console/")
    assert page.headers["cache-control"] == "no-store"
    address = page.body.decode().split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in (await demo.visitor().get(address)).headers["cache-control"]
    assert (await demo.visitor().get(address.partition("?")[0])).headers["cache-control"] == "no-cache"


async def test_a_page_that_is_not_there_says_so(demo: Served) -> None:
    reply = await demo.visitor().get("/console/nowhere")
    assert reply.status == 404
    assert b"There is no such page." in reply.body


async def test_signing_in_opens_the_pages_and_signing_out_closes_them(keyed: Served) -> None:
    token = (await keyed.keys.create(keyed.tenant, ["inference"])).token
    visitor = keyed.visitor()
    await visitor.get("/console/sign-in")
    reply = await visitor.post("/console/sign-in", {"key": f" {token} "})
    assert reply.status == 204
    assert "HttpOnly" in reply.headers["set-cookie"]
    assert "samesite=strict" in reply.headers["set-cookie"].lower()
    assert token not in str(visitor.cookies)
    page = await visitor.get("/console/")
    assert keyed.tenant.encode() in page.body
    assert token.encode() not in page.body
    assert (await visitor.get("/console/sign-in")).headers["location"] == "/console/"
    old = dict(visitor.cookies)
    assert (await visitor.post("/console/sign-out", {})).status == 204
    visitor.cookies = old
    assert (await visitor.get("/console/")).status == 303, "the session ended on the server too"


async def test_a_wrong_key_opens_nothing(keyed: Served) -> None:
    visitor = keyed.visitor()
    await visitor.get("/console/sign-in")
    reply = await visitor.post("/console/sign-in", {"key": "vst_wrong"})
    assert (reply.status, reply.code) == (401, "unauthorized")
    assert "vestibule_session" not in visitor.cookies


async def test_a_revoked_key_ends_its_session(keyed: Served) -> None:
    issued = await keyed.keys.create(keyed.tenant, ["inference"])
    visitor = keyed.visitor()
    await visitor.get("/console/sign-in")
    await visitor.post("/console/sign-in", {"key": issued.token})
    assert (await visitor.get("/console/")).status == 200
    await keyed.keys.revoke(issued.key.id)
    statuses = []
    for _ in range(100):
        statuses.append((await visitor.get("/console/")).status)
        if statuses[-1] != 200:
            break
        await asyncio.sleep(0.1)
    assert statuses[-1] == 303


@pytest.mark.parametrize("path", ["/console/playground/ask", "/console/playground/passage", "/console/sign-in"])
async def test_a_post_without_the_form_token_is_refused(demo: Served, path: str) -> None:
    visitor = await arrived(demo)
    stranger = demo.visitor()
    await stranger.get("/console/")
    for token in ("", "0" * 64, stranger.form_token):
        reply = await visitor.post(path, question("hello"), **{"x-form-token": token})
        assert (reply.status, reply.code) == (403, "forbidden")
    assert demo.pipeline.requests == []


async def test_a_post_from_another_origin_is_refused(demo: Served) -> None:
    visitor = await arrived(demo)
    reply = await visitor.post("/console/playground/ask", question("hello"), origin="http://evil.example")
    assert reply.status == 403
    assert demo.pipeline.requests == []


async def test_an_answer_streams_and_ends_with_its_report(demo: Served) -> None:
    visitor = await arrived(demo)
    reply = await visitor.post("/console/playground/ask", question("why"))
    assert reply.headers["content-type"].startswith("text/event-stream")
    told = events(reply)
    assert [name for name, _ in told][:2] == ["opened", "delta"]
    assert "".join(str(data["text"]) for name, data in told if name == "delta") == ANSWER
    name, report = told[-1]
    assert name == "done"
    assert f'data-first-token="{FIRST_TOKEN_MS}"' in str(report["steps"])
    assert "the only one at home" in str(report["steps"])
    assert "Maintenance log" in str(report["sources"])
    assert await demo.pipeline.ended.get() == "ended", "the pipeline was left to finish"


async def test_the_controls_reach_the_pipeline(demo: Served) -> None:
    visitor = await arrived(demo)
    controls = {"model": "qwen", "citations": False, "knowledge": False, "cache": False, "level": "confidential"}
    await visitor.post("/console/playground/ask", question("why", **controls))
    request = demo.pipeline.requests[0]
    assert request.model == "qwen"
    assert request.options.controls.citations is False
    assert request.options.knowledge is False
    assert request.options.cache == "bypass"
    assert request.options.privacy.level == "confidential"


@pytest.mark.parametrize(
    ("asked", "told"),
    [("refuse", "No model may answer"), ("break", "went away"), ("cut", "ended before it was complete")],
)
async def test_what_goes_wrong_is_told_in_the_stream(demo: Served, asked: str, told: str) -> None:
    visitor = await arrived(demo)
    name, data = events(await visitor.post("/console/playground/ask", question(asked)))[-1]
    assert name == "failed"
    assert told in str(data["message"])


@pytest.mark.parametrize("body", [{}, {"turns": "x"}, question("hello", surprise=1), question("x", level="secret")])
async def test_a_body_that_is_no_question_is_refused(demo: Served, body: object) -> None:
    visitor = await arrived(demo)
    reply = await visitor.post("/console/playground/ask", body)
    assert (reply.status, reply.code) == (400, "invalid_request")


@pytest.mark.parametrize("asked", ["silence", "stall"])
async def test_a_browser_that_leaves_cancels_the_answer(demo: Served, asked: str) -> None:
    visitor = await arrived(demo)
    headers = {"content-type": "application/json", "x-form-token": visitor.form_token}
    body = json.dumps(question(asked)).encode()
    async with visitor.gateway().connection() as (reader, writer):
        writer.write(visitor.encode("POST", "/console/playground/ask", headers, body))
        await reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(10):
        assert await demo.pipeline.ended.get() == "left"


async def test_a_citation_opens_its_passage_with_the_quote_marked(demo: Served) -> None:
    visitor = await arrived(demo)
    html = (await visitor.post("/console/playground/passage", CITATION)).body.decode()
    assert f"<mark>{QUOTE}</mark>" in html
    assert "replaced &amp; tested &lt;ok&gt;" in html
    assert "<ok>" not in html
    assert PASSAGE.split(":")[0] in html


@pytest.mark.parametrize(
    ("document", "said"), [("data/explain/x", "Computed from meter data"), ("log-2", "has changed since")]
)
async def test_a_citation_without_a_live_passage_shows_what_was_quoted(demo: Served, document: str, said: str) -> None:
    visitor = await arrived(demo)
    citation = CITATION | {"document_id": document, "quote": "<b>38,240 kWh</b>"}
    html = (await visitor.post("/console/playground/passage", citation)).body.decode()
    assert "&lt;b&gt;38,240 kWh&lt;/b&gt;" in html
    assert said in html
    assert "<mark>" not in html


async def test_the_model_chooser_lists_the_catalogue(demo: Served) -> None:
    html = (await demo.visitor().get("/console/playground")).body.decode()
    assert '<option value="auto">' in html
    assert '<option value="qwen">qwen · at home</option>' in html


async def test_an_unknown_window_is_the_hour(demo: Served) -> None:
    html = (await demo.visitor().get("/console/?window=<script>")).body.decode()
    assert '<a href="/console/?window=hour" aria-current="true">' in html
    assert "<script>" not in html


async def test_the_live_stream_lets_go_when_the_server_stops(demo: Served) -> None:
    visitor = await arrived(demo)
    async with visitor.gateway().connection() as (reader, writer):
        writer.write(visitor.encode("GET", "/console/overview/stream?window=day", {}))
        await reader.readuntil(b": still here")
        demo.stopping = True
        async with asyncio.timeout(10):
            await reader.read()


class Absent(Database):
    """The real database but for tenants' reads, which fail as they do while it is away."""

    @asynccontextmanager
    async def tenant(self, tenant: str) -> AsyncIterator[AsyncConnection[TupleRow]]:
        raise Unavailable("The database does not answer.", next_step="Run `vestibule doctor`.")
        yield


async def test_a_page_says_that_the_database_is_away_and_its_stream_ends(serve: Serve) -> None:
    away = Absent.__new__(Absent)
    away.__dict__.update(serve.database.__dict__)
    serve.database = away
    visitor = (await serve(demo=True)).visitor()
    page = await visitor.get("/console/")
    assert page.status == 503
    assert b"The database does not answer." in page.body
    assert b"vestibule doctor" in page.body
    assert (await visitor.get("/console/overview/stream")).body == b""


async def test_the_live_stream_wants_a_session(keyed: Served) -> None:
    assert (await keyed.visitor().get("/console/overview/stream")).status == 401
