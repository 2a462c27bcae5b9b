"""Stored responses through the official SDK: shown, listed, gone on from, forgotten; and nobody else's."""

from __future__ import annotations

import openai
import pytest

from tests.gateway.conftest import Serve, Server
from tests.gateway.responses.conformance import check, events
from tests.gateway.scripted import ANSWER, CALLS
from vestibule.access.terms import Terms
from vestibule.core.chat import Message
from vestibule.core.sensitivity import PrivacyClass
from vestibule.gateway.responses.items import FileSearchCall
from vestibule.gateway.responses.reply import Response

PEAK = {"type": "function", "name": "get_peak", "parameters": {"type": "object"}, "strict": False}


async def create(server: Server, question: str = "Why?", **fields: object) -> str:
    reply = await server.ask("POST", "/v1/responses", {"model": "auto", "input": question, **fields})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


@pytest.mark.parametrize("stream", [True, False])
async def test_a_response_is_shown_again_as_it_was(server: Server, stream: bool) -> None:
    asked = {"model": "auto", "input": "Why?", "stream": stream}
    reply = await server.ask("POST", "/v1/responses", asked)
    response = events(reply)[-1]["response"] if stream else reply.json
    shown = (await server.ask("GET", f"/v1/responses/{response['id']}")).json
    assert shown == response
    check(shown, "Response")
    async with server.sdk() as client:
        assert (await client.responses.retrieve(response["id"])).output_text == ANSWER


async def test_what_a_search_found_is_shown_to_who_asks(server: Server) -> None:
    tools = [{"type": "file_search", "vector_store_ids": ["vs_knowledge"], "max_num_results": 20}]
    for stream in (True, False):
        reply = await server.ask(
            "POST", "/v1/responses", {"model": "auto", "input": "Why?", "tools": tools, "stream": stream}
        )
        id_ = events(reply)[-1]["response"]["id"] if stream else reply.json["id"]
        async with server.sdk() as client:
            plain = await client.responses.retrieve(id_)
            whole = await client.responses.retrieve(id_, include=["file_search_call.results"])
        assert plain.output[0].type == whole.output[0].type == "file_search_call"
        assert plain.output[0].results is None
        assert [found.file_id for found in whole.output[0].results or ()] == ["doc-1"]


async def test_what_is_not_to_be_stored_is_not(server: Server) -> None:
    async with server.sdk() as client:
        response = await client.responses.create(model="auto", input="Why?", store=False)
        with pytest.raises(openai.NotFoundError):
            await client.responses.retrieve(response.id)


async def test_it_is_forgotten(server: Server) -> None:
    async with server.sdk() as client:
        response = await client.responses.create(model="auto", input="Why?")
        await client.responses.delete(response.id)
        with pytest.raises(openai.NotFoundError):
            await client.responses.retrieve(response.id)
        with pytest.raises(openai.NotFoundError):
            await client.responses.delete(response.id)
    again = await create(server)
    assert (await server.ask("DELETE", f"/v1/responses/{again}")).json == {
        "id": again,
        "object": "response",
        "deleted": True,
    }


async def test_a_conversation_goes_on(server: Server) -> None:
    async with server.sdk() as client:
        first = await client.responses.create(model="auto", input="call it", instructions="Be brief.", tools=[PEAK])  # type: ignore[list-item]
        second = await client.responses.create(
            model="auto",
            previous_response_id=first.id,
            instructions="Be long.",
            input=[{"type": "function_call_output", "call_id": call.id, "output": "81 kW"} for call in CALLS],
        )
        await client.responses.create(model="auto", previous_response_id=second.id, input="And August?")
    assert second.previous_response_id == first.id
    _, told, last = (request.messages for request in server.pipeline.requests)
    begun = (
        Message("user", "call it"),
        Message("assistant", ANSWER, tool_calls=CALLS),
        *(Message("tool", "81 kW", tool_call_id=call.id) for call in CALLS),
    )
    assert told == (Message("system", "Be long."), *begun)
    assert last[: len(begun)] == begun
    assert last[-1] == Message("user", "And August?")


async def test_what_goes_on_is_as_private_as_what_was_before(server: Server) -> None:
    """The answer was restricted, whatever the words of it would be taken for."""
    first = await create(server)
    for asked in ({}, {"vestibule": {"privacy": {"class": "internal"}}}):
        await create(server, "And August?", previous_response_id=first, **asked)
        assert server.pipeline.requests[-1].options.privacy.level == "restricted"
    assert server.pipeline.requests[0].options.privacy.level is None


async def test_what_it_was_made_of_is_listed(server: Server) -> None:
    first = await create(server, "Why?")
    second = await create(server, "And August?", previous_response_id=first)
    path = f"/v1/responses/{second}/input_items"
    newest = (await server.ask("GET", path)).json
    check(newest, "ResponseItemList")
    texts = [item["content"][0]["text"] for item in newest["data"]]
    assert texts == ["And August?", ANSWER, "Why?"]
    assert (newest["first_id"], newest["last_id"]) == (newest["data"][0]["id"], newest["data"][-1]["id"])
    async with server.sdk() as client:
        page = await client.responses.input_items.list(second, order="asc", limit=2)
        assert [item.id async for item in page] == [item["id"] for item in reversed(newest["data"])]
    part = (await server.ask("GET", f"{path}?limit=1&after={newest['first_id']}")).json
    assert ([item["id"] for item in part["data"]], part["has_more"]) == ([newest["data"][1]["id"]], True)
    end = (await server.ask("GET", f"{path}?after={newest['last_id']}")).json
    assert (end["data"], end["has_more"]) == ([], False)


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ("limit=0", 400, "limit"),
        ("limit=101", 400, "limit"),
        ("limit=x", 400, "limit"),
        ("order=up", 400, "order"),
        ("after=msg_no", 404, "after"),
        ("include=web_search_call.results", 400, "include: web_search_call.results"),
    ],
)
async def test_lists_that_cannot_be_had(server: Server, query: str, status: int, param: str) -> None:
    reply = await server.ask("GET", f"/v1/responses/{await create(server)}/input_items?{query}")
    assert (reply.status, reply.json["error"]["param"]) == (status, param)


async def test_only_what_is_made_in_the_background_can_be_cancelled(server: Server) -> None:
    id_ = await create(server)
    async with server.sdk() as client:
        with pytest.raises(openai.BadRequestError, match="background"):
            await client.responses.cancel(id_)
        with pytest.raises(openai.NotFoundError):
            await client.responses.cancel("resp_no")
        with pytest.raises(openai.BadRequestError, match="`stream`"):
            async for _ in await client.responses.retrieve(id_, stream=True):
                pass


class TestNobodyElse:
    async def is_told_nothing(self, server: Server, id_: str, key: str) -> None:
        unknown = "resp_" + "0" * (len(id_) - 5)
        for method, path in (
            ("GET", "/v1/responses/{}"),
            ("DELETE", "/v1/responses/{}"),
            ("POST", "/v1/responses/{}/cancel"),
            ("GET", "/v1/responses/{}/input_items"),
        ):
            foreign = await server.ask(method, path.format(id_), key=key)
            nobodys = await server.ask(method, path.format(unknown), key=key)
            assert foreign.status == nobodys.status == 404
            assert foreign.body.replace(id_.encode(), b"ID") == nobodys.body.replace(unknown.encode(), b"ID")
        asked = {"model": "auto", "input": "And August?", "previous_response_id": id_}
        reply = await server.ask("POST", "/v1/responses", asked, key=key)
        assert (reply.status, reply.json["error"]["param"]) == (404, "previous_response_id")

    async def test_another_tenant(self, serve: Serve, tenant: str) -> None:
        server = await serve()
        id_ = await create(server)
        await self.is_told_nothing(server, id_, await serve.key("inference", tenant=f"{tenant}-2"))
        assert (await server.ask("GET", f"/v1/responses/{id_}")).status == 200

    async def test_a_key_that_is_not_cleared_for_it(self, serve: Serve) -> None:
        server = await serve()
        id_ = await create(server)
        key = await serve.key("inference", terms=Terms(clearance=PrivacyClass.INTERNAL))
        await self.is_told_nothing(server, id_, key)

    async def test_a_key_without_the_scope(self, serve: Serve) -> None:
        server = await serve()
        id_ = await create(server)
        reply = await server.ask("GET", f"/v1/responses/{id_}", key=await serve.key("feedback"))
        assert reply.status == 403


def test_a_search_that_found_nothing_tells_no_results_unasked() -> None:
    searched = FileSearchCall("fs_1", ("Why?",), results=())
    assert Response("resp_1", 0, "auto", output=(searched,)).without_results().output == (
        FileSearchCall("fs_1", ("Why?",)),
    )
