"""`/v1/batches`: made, looked at, listed, cancelled. A batch of another tenant is answered as one there is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from vestibule.batches import BatchStore
from vestibule.core.errors import InvalidRequest
from vestibule.files import LIFE, FileStore
from vestibule.gateway.batches.answering import ENDPOINTS
from vestibule.gateway.batches.wire import BatchBody, BatchList, wire
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers, body
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.paging import page_limit
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode

PATH = "/v1/batches"
MOST_LISTED = 100


@dataclass(frozen=True)
class Batching:
    """Where files and batches are; `wake` tells the runner that there is something to do."""

    files: FileStore
    batches: BatchStore
    wake: Callable[[], None]


_BODY = msgspec.json.Decoder(BatchBody)


class BatchRoutes:
    def __init__(self, access: Access, batching: Batching) -> None:
        self._access = access
        self._batches = batching.batches
        self._files = batching.files
        self._wake = batching.wake

    async def create(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        asked = decode(await read_body(request.receive), _BODY)
        if asked.endpoint not in ENDPOINTS:
            raise InvalidRequest(
                "This endpoint is not served in batches.", next_step=f"Use {', '.join(ENDPOINTS)}.", param="endpoint"
            )
        file = await self._files.get(caller.tenant, asked.input_file_id, caller.clearance)
        if file.purpose != "batch":
            raise InvalidRequest(
                f"The file `{file.id}` has the purpose `{file.purpose}`.",
                next_step="Send the input file with the purpose `batch`.",
                param="input_file_id",
            )
        life = asked.output_expires_after
        batch = await self._batches.create(
            caller, asked.endpoint, file.id, timedelta(seconds=life.seconds) if life else LIFE, asked.metadata
        )
        self._wake()
        return json_reply(wire(batch))

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        limit = page_limit(request, 20, MOST_LISTED)
        page = await self._batches.page(caller.tenant, caller.clearance, request.query_params.get("after"), limit)
        data = [wire(batch) for batch in page.batches]
        ends = (data[0].id, data[-1].id) if data else (UNSET, UNSET)
        return json_reply(BatchList(data, page.has_more, *ends))

    async def retrieve(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        return json_reply(wire(await self._batches.get(caller.tenant, _id(request), caller.clearance)))

    async def cancel(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        batch = await self._batches.cancel(caller.tenant, _id(request), caller.clearance)
        self._wake()
        return json_reply(wire(batch))


def add_batch_routes(app: Ordinary, routes: BatchRoutes) -> None:
    one = f"{PATH}/{{batch_id}}"
    app.add_api_route(PATH, routes.list, summary="List batches", responses=answers("BatchList"))
    app.add_api_route(
        PATH,
        routes.create,
        methods=["POST"],
        summary="Have the requests of a file answered within a day",
        responses=answers("WireBatch"),
        openapi_extra=body("BatchBody"),
    )
    app.add_api_route(one, routes.retrieve, summary="Describe a batch", responses=answers("WireBatch"))
    app.add_api_route(
        f"{one}/cancel", routes.cancel, methods=["POST"], summary="Cancel a batch", responses=answers("WireBatch")
    )


def _id(request: Request) -> str:
    return str(request.path_params["batch_id"])
