"""`GET /v1/controls`: every linguistic control that is honoured today, described so that a page can draw it.

What there is comes from `core.chat.Controls` itself: a control that is not described here does not start, and one that
is described and not there neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.chat import Controls
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import JSON


class Control(msgspec.Struct, frozen=True):
    """A `slider` goes from `minimum` to `maximum`; a `switch` is one of `values`. It is sent as
    `vestibule.controls.<id>`; left out it is `default`."""

    id: str
    kind: Literal["slider", "switch"]
    label: str
    help: str
    default: bool | float | str
    values: Sequence[bool | str] | UnsetType = UNSET
    minimum: float | UnsetType = UNSET
    maximum: float | UnsetType = UNSET
    object: Literal["control"] = "control"


class ControlList(msgspec.Struct, frozen=True):
    data: Sequence[Control]
    object: Literal["list"] = "list"


class _Words(msgspec.Struct, frozen=True):
    label: str
    help: str
    default: bool | float | str


_SAID = {
    "citations": _Words(
        "Citations",
        "Numbers such as [1] in the text lead to the exact passage or measurement each statement rests on.",
        True,
    )
}


def described(controls: type[msgspec.Struct] = Controls) -> list[Control]:
    """The controls of that type, in its order, by what its fields may be."""
    return [_control(field) for field in msgspec.structs.fields(controls)]


def _control(field: msgspec.structs.FieldInfo) -> Control:
    said = _SAID[field.name]
    schema: dict[str, Any] = msgspec.json.schema(field.type)
    (option,) = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    if option.get("type") == "boolean":
        return Control(field.name, "switch", said.label, said.help, said.default, values=(True, False))
    if "enum" in option:
        return Control(field.name, "switch", said.label, said.help, said.default, values=option["enum"])
    return Control(
        *(field.name, "slider", said.label, said.help, said.default),
        minimum=option["minimum"],
        maximum=option["maximum"],
    )


class ControlRoutes:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._body = msgspec.json.encode(ControlList(described()))

    async def list(self, request: Request) -> Response:
        await admitted(self._access, request.scope, "inference")
        return Response(self._body, media_type=JSON)


def add_control_routes(app: Ordinary, routes: ControlRoutes) -> None:
    app.add_api_route(
        "/v1/controls", routes.list, summary="List what an answer can be told to be", responses=answers("ControlList")
    )
