"""Every error leaves in OpenAI's shape, and the official SDK raises the class it should."""

from __future__ import annotations

import io
import json
import logging

import openai
import pytest
import structlog
from starlette.types import Receive, Scope, Send

from tests.gateway.conftest import Serve, Server
from tests.gateway.scripted import SECRET
from vestibule.core.settings import Limits
from vestibule.telemetry.logs import configure


async def ask(client: openai.AsyncOpenAI, question: str = "Why?", model: str = "auto") -> None:
    await client.chat.completions.create(model=model, messages=[{"role": "user", "content": question}])


class TestTheSdk:
    @pytest.mark.parametrize("stream", [True, False])
    async def test_no_such_key(self, server: Server, stream: bool) -> None:
        async with server.sdk("sk-unknown") as client:
            with pytest.raises(openai.AuthenticationError) as failure:
                await client.chat.completions.create(
                    model="auto", messages=[{"role": "user", "content": "Why?"}], stream=stream
                )
        assert failure.value.code == "unauthorized"
        assert failure.value.type == "authentication_error"

    async def test_a_key_that_may_not(self, serve: Serve, server: Server) -> None:
        feedback = await serve.key("feedback")
        async with server.sdk(feedback) as client:
            with pytest.raises(openai.PermissionDeniedError, match="inference"):
                await ask(client)
            with pytest.raises(openai.PermissionDeniedError):
                await client.models.list()
            with pytest.raises(openai.PermissionDeniedError):
                await client.embeddings.create(model="auto", input="x")

    async def test_no_such_model(self, server: Server) -> None:
        async with server.sdk() as client:
            with pytest.raises(openai.NotFoundError) as failure:
                await ask(client, model="gpt-none")
        assert failure.value.param == "model"

    async def test_a_bad_request(self, server: Server) -> None:
        async with server.sdk() as client:
            with pytest.raises(openai.BadRequestError) as failure:
                await client.chat.completions.create(
                    model="auto", messages=[{"role": "user", "content": "Why?"}], temperature=9
                )
        assert failure.value.param == "temperature"
        assert failure.value.code == "invalid_request"

    async def test_too_many_requests(self, serve: Serve) -> None:
        server = await serve(limits=Limits(requests_per_minute=2))
        async with server.sdk() as client:
            await ask(client)
            await client.models.list()
            with pytest.raises(openai.RateLimitError) as failure:
                await ask(client)
        assert 1 <= int(failure.value.response.headers["retry-after"]) <= 65

    async def test_a_fault_of_ours(self, server: Server) -> None:
        async with server.sdk() as client:
            with pytest.raises(openai.InternalServerError) as failure:
                await ask(client, "crash")
        assert failure.value.code == "internal"
        assert failure.value.request_id is not None
        assert failure.value.request_id in failure.value.message
        assert SECRET not in failure.value.message


STATUSES = [
    ("invalid_request", 400, "invalid_request_error"),
    ("budget_exceeded", 402, "insufficient_quota"),
    ("egress_refused", 403, "permission_error"),
    ("too_large", 413, "invalid_request_error"),
    ("rate_limited", 429, "rate_limit_error"),
    ("upstream_failed", 502, "server_error"),
    ("queue_full", 503, "server_error"),
    ("no_candidate", 503, "server_error"),
    ("deadline", 504, "server_error"),
    ("unavailable", 503, "server_error"),
]


async def test_each_refusal_has_its_status(server: Server) -> None:
    for code, status, kind in STATUSES:
        for stream in (False, True):
            reply = await server.chat(code, stream=stream)
            assert (reply.status, reply.code) == (status, code)
            assert set(reply.json["error"]) == {"message", "type", "param", "code"}
            assert reply.json["error"]["type"] == kind
            assert ("retry-after" in reply.headers) is (code == "rate_limited")


async def test_unknown_paths_and_methods(server: Server) -> None:
    for path in ("/", "/v1", "/v1/chat", "/v1/chat/completions/", "/admin", "/v1/models/nothing", "/%00", "/docs/"):
        reply = await server.ask("GET", path)
        assert (reply.status, reply.code) == (404, "not_found"), path
    for method, path, allowed in (
        ("GET", "/v1/chat/completions", "POST"),
        ("DELETE", "/v1/models", "GET"),
        ("GET", "/v1/embeddings", "POST"),
        ("POST", "/healthz", "GET"),
    ):
        reply = await server.ask(method, path)
        assert (reply.status, reply.code, reply.headers["allow"]) == (405, "invalid_request", allowed)


async def test_without_a_key_a_challenge(server: Server) -> None:
    for method, path in (("GET", "/v1/models"), ("POST", "/v1/embeddings"), ("POST", "/v1/chat/completions")):
        for authorization in ("", "Bearer", "Bearer ", "Basic dXNlcg==", "Bearer ключ".encode().decode("latin-1")):
            reply = await server.ask(method, path, authorization=authorization)
            assert (reply.status, reply.code) == (401, "unauthorized")
            assert reply.headers["www-authenticate"] == "Bearer"


async def test_every_reply_has_an_id_of_its_own(server: Server) -> None:
    ids = {(await server.ask("GET", path)).headers["x-request-id"] for path in ("/healthz", "/nowhere", "/v1/models")}
    assert len(ids) == 3


class TestFaults:
    """A fault is logged with its place and id; neither the log nor the caller sees what was asked."""

    @pytest.fixture
    def log(self) -> io.StringIO:
        return io.StringIO()

    @pytest.fixture(autouse=True)
    def _logged(self, log: io.StringIO) -> object:
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        configure("info", log)
        yield
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()

    @pytest.mark.parametrize("question", ["crash", "crash midway"])
    async def test_in_a_chat(self, server: Server, log: io.StringIO, question: str) -> None:
        reply = await server.chat(question, stream=True)
        (line,) = [json.loads(line) for line in log.getvalue().splitlines() if "request_failed" in line]
        assert line["request_id"] == reply.headers["x-request-id"]
        assert line["exceptions"][0]["type"] == "builtins.RuntimeError"
        assert any("in _fail" in place for place in line["exceptions"][0]["at"])
        assert SECRET not in log.getvalue()
        assert SECRET.encode() not in reply.body
        assert line["request_id"].encode() in reply.body

    async def test_in_another_route(self, serve: Serve, log: io.StringIO) -> None:
        async def broken(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"].endswith("midway"):
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise RuntimeError(SECRET)

        server = await serve(mounts=[("/broken", broken)])
        reply = await server.ask("GET", "/broken/x")
        assert (reply.status, reply.code) == (500, "internal")
        assert reply.headers["x-request-id"] in reply.json["error"]["message"]
        cut = await server.ask("GET", "/broken/midway")
        assert cut.body == b"4\r\nhalf\r\n" or cut.body == b"half"
        assert (await server.ask("GET", "/healthz")).status == 200
        assert log.getvalue().count('"request_failed"') == 2
        assert SECRET not in log.getvalue()
