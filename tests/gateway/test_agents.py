"""`/v1/agents/templates`: what is told there can be sent with the official SDK as it stands."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.gateway.conftest import Server
from vestibule.generation.agents import agent_templates

TEMPLATES = {template.name: template for template in agent_templates()}


async def test_they_are_listed_and_described_for_the_sdk(server: Server) -> None:
    listed = (await server.ask("GET", "/v1/agents/templates")).json
    assert (listed["object"], [t["name"] for t in listed["data"]]) == ("list", list(TEMPLATES))
    for told in listed["data"]:
        one = (await server.ask("GET", f"/v1/agents/templates/{told['name']}")).json
        assert one == told
        assert [place["name"] for place in told["inputs"]] == list(TEMPLATES[told["name"]].inputs)
        assert told["object"] == "agent_template"


async def test_what_is_told_can_be_sent_with_the_sdk_and_is_heard(server: Server) -> None:
    async with server.sdk() as client:
        for name, template in TEMPLATES.items():
            told: Any = await client.get(f"/agents/templates/{name}", cast_to=object)
            messages = told["messages"]
            messages[-1]["content"] = messages[-1]["content"].format(**dict.fromkeys(template.inputs, "something"))
            await client.chat.completions.create(
                model="auto",
                messages=messages,
                response_format=told["response_format"],
                max_tokens=told["max_tokens"],
                extra_body={"vestibule": told["vestibule"]},
            )
            heard = server.pipeline.requests[-1]
            assert heard.options.route.task == "coordination"
            assert (heard.options.knowledge, heard.options.buildings) == (False, [])
            assert (heard.response_format.name, heard.response_format.schema) == (name, template.schema)
            assert heard.sampling.max_tokens == template.max_tokens
            assert heard.messages[-1].content.count("something") == len(template.inputs)


async def test_an_unknown_one_is_not_found_and_nobody_comes_in_without_a_key(server: Server) -> None:
    async with server.sdk() as client:
        with pytest.raises(openai.NotFoundError, match="There are: plan, delegate, merge, resolve"):
            await client.get("/agents/templates/invent", cast_to=object)
    for path in ("/v1/agents/templates", "/v1/agents/templates/plan"):
        refused = await server.ask("GET", path, key="sk-unknown")
        assert (refused.status, refused.json["error"]["code"]) == (401, "unauthorized")
