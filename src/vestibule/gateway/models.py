"""`/v1/models`: what a caller may name; the others are not there for it."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.errors import NotFound
from vestibule.gateway.caller import admitted
from vestibule.gateway.ports import Access, ModelInfo, Models
from vestibule.gateway.reply import JSON


class WireModel(msgspec.Struct, frozen=True):
    id: str
    created: int
    owned_by: str
    object: Literal["model"] = "model"


class ModelList(msgspec.Struct, frozen=True):
    data: list[WireModel]
    object: Literal["list"] = "list"


class ModelRoutes:
    def __init__(self, access: Access, models: Models) -> None:
        self._access = access
        self._models = models

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        return _json(ModelList([_wire(model) for model in self._models() if caller.may_name(model.id)]))

    async def retrieve(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        name = request.path_params["model"]
        for model in self._models():
            if model.id == name and caller.may_name(name):
                return _json(_wire(model))
        raise NotFound(
            f"The model `{name[:80]}` does not exist here.", next_step="GET /v1/models lists them.", param="model"
        )


def _wire(model: ModelInfo) -> WireModel:
    return WireModel(model.id, model.created, model.owned_by)


def _json(value: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(value), media_type=JSON)
