"""`GET /v1/agents/templates`: what to send for agents to plan, delegate, merge and resolve.

Each is ready for the official SDK: fill the places of `messages`, and send it with `response_format`, `max_tokens` and
`vestibule` as they stand. Runs no agent and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.chat import TaskKind
from vestibule.core.errors import NotFound
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import JSON
from vestibule.generation.agents import AgentTemplate, agent_templates

TASK: TaskKind = "coordination"


class TemplateInput(msgspec.Struct, frozen=True):
    """A place of the messages: `{name}` in their text stands for it."""

    name: str
    description: str


class TemplateMessage(msgspec.Struct, frozen=True):
    role: Literal["system", "user"]
    content: str


class AnswerSchema(msgspec.Struct, frozen=True):
    """A JSON schema, draft 2020-12."""

    name: str
    schema: dict[str, Any]
    strict: bool = False


class AnswerFormat(msgspec.Struct, frozen=True):
    json_schema: AnswerSchema
    type: Literal["json_schema"] = "json_schema"


class TemplateRoute(msgspec.Struct, frozen=True):
    task: TaskKind = TASK


class TemplateOptions(msgspec.Struct, frozen=True):
    """Everything the answer rests on is in the conversation: nothing is looked up for it."""

    route: TemplateRoute = TemplateRoute()
    knowledge: bool = False
    buildings: Sequence[str] = ()


class WireAgentTemplate(msgspec.Struct, frozen=True):
    name: str
    description: str
    inputs: Sequence[TemplateInput]
    messages: Sequence[TemplateMessage]
    response_format: AnswerFormat
    max_tokens: int
    vestibule: TemplateOptions = TemplateOptions()
    object: Literal["agent_template"] = "agent_template"


class AgentTemplateList(msgspec.Struct, frozen=True):
    data: Sequence[WireAgentTemplate]
    object: Literal["list"] = "list"


def on_the_wire(template: AgentTemplate) -> WireAgentTemplate:
    return WireAgentTemplate(
        name=template.name,
        description=template.description,
        inputs=[TemplateInput(name, help) for name, help in template.inputs.items()],
        messages=[TemplateMessage("system", template.system), TemplateMessage("user", template.user)],
        response_format=AnswerFormat(AnswerSchema(template.name, template.schema)),
        max_tokens=template.max_tokens,
    )


class AgentRoutes:
    def __init__(self, access: Access) -> None:
        self._access = access
        templates = [on_the_wire(template) for template in agent_templates()]
        self._all = msgspec.json.encode(AgentTemplateList(templates))
        self._each = {template.name: msgspec.json.encode(template) for template in templates}

    async def list(self, request: Request) -> Response:
        await admitted(self._access, request.scope, "inference")
        return Response(self._all, media_type=JSON)

    async def retrieve(self, request: Request) -> Response:
        await admitted(self._access, request.scope, "inference")
        name = str(request.path_params["name"])
        if name not in self._each:
            raise NotFound(f"There is no template `{name[:80]}`.", next_step=f"There are: {', '.join(self._each)}.")
        return Response(self._each[name], media_type=JSON)


def add_agent_routes(app: Ordinary, routes: AgentRoutes) -> None:
    app.add_api_route(
        "/v1/agents/templates",
        routes.list,
        summary="List the templates for agents that work together",
        responses=answers("AgentTemplateList"),
    )
    app.add_api_route(
        "/v1/agents/templates/{name}",
        routes.retrieve,
        summary="Describe a template for agents",
        responses=answers("WireAgentTemplate"),
    )
