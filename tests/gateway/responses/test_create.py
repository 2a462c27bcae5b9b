"""Responses as the official SDK sees them, whole and streamed."""

from __future__ import annotations

import openai
import pytest
from openai.types.responses import FunctionToolParam, ResponseInputParam

from tests.gateway.conftest import Server
from tests.gateway.responses.conformance import check, events
from tests.gateway.scripted import ANSWER, CALLS, PIECES, SECRET
from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall, ToolChoice

PEAK: FunctionToolParam = {
    "type": "function",
    "name": "get_peak",
    "description": "Peak demand",
    "parameters": {"type": "object", "properties": {"building": {"type": "string"}}},
    "strict": True,
}
SEARCH = {"type": "file_search", "vector_store_ids": ["vs_knowledge"]}


async def test_the_sdk_gets_a_response(server: Server) -> None:
    async with server.sdk() as client:
        response = await client.responses.create(model="auto", input="Why?", metadata={"app": "console"})
    assert response.output_text == ANSWER
    assert response.status == "completed"
    assert response.id.startswith("resp_")
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (11, 7, 18)
    assert (response.model, response.metadata) == ("extractive", {"app": "console"})
    assert response.model_extra is not None
    assert response.model_extra["vestibule"]["privacy"]["class"] == "restricted"
    (request,) = server.pipeline.requests
    assert request.messages == (Message("user", "Why?"),)
    assert request.metadata == {"app": "console"}


async def test_citations_are_annotations_where_they_stand(server: Server) -> None:
    reply = (await server.ask("POST", "/v1/responses", {"model": "auto", "input": "Why?"})).json
    check(reply, "Response")
    ((part,),) = [item["content"] for item in reply["output"]]
    (cited,) = part["annotations"]
    assert (cited["type"], cited["file_id"], cited["filename"]) == ("file_citation", "doc-1", "Maintenance log")
    assert part["text"][cited["index"] :].startswith("[1]")


async def test_what_is_asked_reaches_the_pipeline(server: Server) -> None:
    conversation: ResponseInputParam = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "Peak"}, {"type": "input_text", "text": "of A?"}]},
        {"role": "assistant", "content": "Let me see."},
        {"type": "function_call", "call_id": "c1", "name": "get_peak", "arguments": '{"building": "A"}'},
        {"type": "function_call", "call_id": "c2", "name": "get_peak", "arguments": '{"building": "B"}'},
        {"type": "function_call_output", "call_id": "c1", "output": "81 kW"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "7 kW"}]},
    ]
    async with server.sdk() as client:
        response = await client.responses.create(
            model="auto",
            instructions="You are an engineer.",
            input=conversation,
            tools=[PEAK],
            tool_choice={"type": "function", "name": "get_peak"},
            temperature=0.5,
            top_p=0.9,
            max_output_tokens=64,
            text={"format": {"type": "json_schema", "name": "peak", "schema": {"type": "object"}, "strict": True}},
            extra_body={"vestibule": {"cache": "bypass"}},
        )
    (request,) = server.pipeline.requests
    assert request.messages == (
        Message("system", "You are an engineer."),
        Message("developer", "Be brief."),
        Message("user", "Peak\nof A?"),
        Message(
            "assistant",
            "Let me see.",
            tool_calls=(
                ToolCall("c1", "get_peak", '{"building": "A"}'),
                ToolCall("c2", "get_peak", '{"building": "B"}'),
            ),
        ),
        Message("tool", "81 kW", tool_call_id="c1"),
        Message("tool", "7 kW", tool_call_id="c2"),
    )
    assert request.tools == (Tool("get_peak", "Peak demand", PEAK["parameters"] or {}),)
    assert request.tool_choice == ToolChoice("required", "get_peak")
    assert request.response_format == ResponseFormat("json_schema", "peak", {"type": "object"}, strict=True)
    assert (request.sampling.temperature, request.sampling.top_p, request.sampling.max_tokens) == (0.5, 0.9, 64)
    assert request.options.cache == "bypass"
    assert (response.temperature, response.top_p, response.max_output_tokens) == (0.5, 0.9, 64)
    assert response.instructions == "You are an engineer."
    assert response.text is not None
    assert response.text.format is not None
    assert response.text.format.type == "json_schema"


async def test_a_response_can_be_sent_back_as_input(server: Server) -> None:
    async with server.sdk() as client:
        first = await client.responses.create(model="auto", input="call it", tools=[PEAK])
        again: ResponseInputParam = [
            {"role": "user", "content": "call it"},
            *first.output,  # type: ignore[list-item]  # the SDK serialises its own reply objects
            {"type": "function_call_output", "call_id": CALLS[0].id, "output": "81 kW"},
            {"type": "function_call_output", "call_id": CALLS[1].id, "output": "none"},
        ]
        await client.responses.create(model="auto", input=again, tools=[PEAK])
    told = server.pipeline.requests[-1].messages
    assert [message.role for message in told] == ["user", "assistant", "tool", "tool"]
    assert (told[1].content, told[1].tool_calls) == (ANSWER, CALLS)


async def test_the_sdk_streams_every_event_in_its_place(server: Server) -> None:
    async with server.sdk() as client:
        stream = await client.responses.create(model="auto", input="Why?", stream=True)
        told = [event async for event in stream]
    kinds = [event.type.removeprefix("response.") for event in told]
    assert kinds == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        *["output_text.delta"] * len(PIECES),
        "output_text.annotation.added",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event.delta for event in told if event.type == "response.output_text.delta"] == list(PIECES)
    first, last = told[0], told[-1]
    assert first.type == "response.created"
    assert last.type == "response.completed"
    assert (first.response.id, first.response.status) == (last.response.id, "in_progress")
    assert (last.response.output_text, last.response.status) == (ANSWER, "completed")


async def test_the_sdks_own_stream_helper_agrees(server: Server) -> None:
    async with (
        server.sdk() as client,
        client.responses.stream(model="auto", input="call it", tools=[PEAK]) as stream,
    ):
        async for _ in stream:
            pass
        final = await stream.get_final_response()
    assert final.output_text == ANSWER
    assert [item.type for item in final.output] == ["message", "function_call", "function_call"]


async def test_calls_of_functions_whole_and_streamed(server: Server) -> None:
    asked = {"model": "auto", "input": "call it", "tools": [PEAK]}
    whole = (await server.ask("POST", "/v1/responses", asked)).json
    check(whole, "Response")
    told = events(await server.ask("POST", "/v1/responses", asked | {"stream": True}))
    streamed = told[-1]["response"]
    for response in (whole, streamed):
        calls = [item for item in response["output"] if item["type"] == "function_call"]
        assert [(c["call_id"], c["name"], c["arguments"]) for c in calls] == [
            (c.id, c.name, c.arguments) for c in CALLS
        ]
    done = [event for event in told if event["type"] == "response.function_call_arguments.done"]
    assert [event["arguments"] for event in done] == [call.arguments for call in CALLS]


async def test_one_call_at_a_time_if_that_is_asked(server: Server) -> None:
    asked = {"model": "auto", "input": "call it", "tools": [PEAK], "parallel_tool_calls": False}
    whole = (await server.ask("POST", "/v1/responses", asked)).json
    told = events(await server.ask("POST", "/v1/responses", asked | {"stream": True}))
    for response in (whole, told[-1]["response"]):
        assert [item["call_id"] for item in response["output"] if item["type"] == "function_call"] == [CALLS[0].id]
        assert response["parallel_tool_calls"] is False


class TestFileSearch:
    async def test_is_told_as_a_call(self, server: Server) -> None:
        async with server.sdk() as client:
            response = await client.responses.create(model="auto", input="Why?", tools=[SEARCH])  # type: ignore[list-item]
        search = response.output[0]
        assert search.type == "file_search_call"
        assert (search.queries, search.status, search.results) == (["Why?"], "completed", None)
        assert server.pipeline.requests[0].options.knowledge
        assert server.pipeline.requests[0].tools == ()

    async def test_tells_what_it_found_to_who_asks(self, server: Server) -> None:
        asked = {"model": "auto", "input": "Why?", "tools": [SEARCH], "include": ["file_search_call.results"]}
        whole = (await server.ask("POST", "/v1/responses", asked)).json
        check(whole, "Response")
        told = events(await server.ask("POST", "/v1/responses", asked | {"stream": True}))
        done = next(
            event["item"]
            for event in told
            if event["type"] == "response.output_item.done" and event["item"]["type"] == "file_search_call"
        )
        for search in (whole["output"][0], told[-1]["response"]["output"][0], done):
            assert search["results"] == [
                {"file_id": "doc-1", "filename": "Maintenance log", "text": "the damper was stuck"}
            ]

    async def test_is_announced_in_a_stream(self, server: Server) -> None:
        asked = {"model": "auto", "input": "Why?", "tools": [SEARCH], "stream": True}
        told = events(await server.ask("POST", "/v1/responses", asked))
        kinds = [event["type"].removeprefix("response.") for event in told]
        assert kinds[2:7] == [
            "output_item.added",
            "file_search_call.in_progress",
            "file_search_call.searching",
            "file_search_call.completed",
            "output_item.done",
        ]
        assert told[-1]["response"]["output"][0]["results"] is None

    @pytest.mark.parametrize("choice", ["auto", "required", {"type": "file_search"}])
    async def test_is_what_may_be_required(self, server: Server, choice: object) -> None:
        reply = await server.ask(
            "POST", "/v1/responses", {"model": "auto", "input": "Why?", "tools": [SEARCH], "tool_choice": choice}
        )
        check(reply.json, "Response")
        assert server.pipeline.requests[0].tool_choice == ToolChoice()

    async def test_is_not_made_where_tools_are_forbidden(self, server: Server) -> None:
        reply = await server.ask(
            "POST", "/v1/responses", {"model": "auto", "input": "Why?", "tools": [SEARCH], "tool_choice": "none"}
        )
        assert [item["type"] for item in reply.json["output"]] == ["message"]
        assert not server.pipeline.requests[0].options.knowledge


async def test_an_answer_that_is_cut_off_is_incomplete(server: Server) -> None:
    whole = (await server.ask("POST", "/v1/responses", {"model": "auto", "input": "long"})).json
    told = events(await server.ask("POST", "/v1/responses", {"model": "auto", "input": "long", "stream": True}))
    assert told[-1]["type"] == "response.incomplete"
    for response in (whole, told[-1]["response"]):
        check(response, "Response")
        assert (response["status"], response["completed_at"]) == ("incomplete", None)
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}
        assert response["output"][0]["status"] == "incomplete"


@pytest.mark.parametrize("what", ["upstream_failed midway", "rate_limited midway", "cut"])
async def test_a_failure_midway_is_the_last_event(server: Server, what: str) -> None:
    reply = await server.ask("POST", "/v1/responses", {"model": "auto", "input": what, "stream": True})
    last = events(reply)[-1]
    assert (last["type"], last["response"]["status"]) == ("response.failed", "failed")
    error = last["response"]["error"]
    assert error["code"] == ("rate_limit_exceeded" if what.startswith("rate") else "server_error")
    assert error["message"].startswith(("upstream_failed: ", "rate_limited: "))
    assert (await server.ask("GET", f"/v1/responses/{last['response']['id']}")).status == 404


async def test_an_answer_that_breaks_off_is_no_response(server: Server) -> None:
    reply = await server.ask("POST", "/v1/responses", {"model": "auto", "input": "cut"})
    assert (reply.status, reply.code) == (502, "upstream_failed")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"metadata": {"k" * 65: "v"}}, "metadata"),
        ({"vestibule": {"route": {"deadline_s": -1}}}, "vestibule.route.deadline_s"),
        ({"tools": [PEAK | {"description": "a\0b"}]}, None),
    ],
)
async def test_what_is_over_its_bounds_is_refused(server: Server, fields: dict[str, object], param: str | None) -> None:
    reply = await server.ask("POST", "/v1/responses", {"model": "auto", "input": "Why?", **fields})
    assert (reply.status, reply.json["error"]["param"]) == (400, param)


async def test_a_fault_of_ours_is_told_without_what_it_says(server: Server) -> None:
    async with server.sdk() as client:
        with pytest.raises(openai.APIError) as failure:
            async for _ in await client.responses.create(model="auto", input="crash midway", stream=True):
                pass
    assert failure.value.code == "internal"
    reply = await server.ask("POST", "/v1/responses", {"model": "auto", "input": "crash midway", "stream": True})
    assert SECRET.encode() not in reply.body
    assert b"response.completed" not in reply.body


async def test_what_is_refused_before_the_first_byte_has_a_status(server: Server) -> None:
    for stream in (True, False):
        for what, status in (("egress_refused", 403), ("upstream_failed", 502), ("no_candidate", 503)):
            reply = await server.ask("POST", "/v1/responses", {"model": "auto", "input": what, "stream": stream})
            assert (reply.status, reply.code) == (status, what)
    assert (await server.ask("POST", "/v1/responses", {"model": "nobody", "input": "Why?"})).status == 404
    assert (await server.ask("GET", "/v1/responses")).status == 405
    assert (await server.ask("POST", "/v1/responses", {"model": "auto", "input": "x"}, key="vst_no")).status == 401


@pytest.mark.parametrize("question", ["endless", "stall"])
async def test_who_leaves_a_stream_ends_the_answer(server: Server, question: str) -> None:
    async with server.sdk() as client:
        stream = await client.responses.create(model="auto", input=question, stream=True)
        async for event in stream:
            if event.type == "response.output_text.delta" and event.delta == PIECES[-1]:
                break
        await stream.close()
    assert await server.pipeline.ended.get() == "cancelled"
