"""`/v1/responses/{id}`: what was stored, its input, and forgetting it.

A response of another tenant, or above the class that a key may be shown, is answered as one that never was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response as Reply

from vestibule.conversations import ResponseStore, StoredResponse
from vestibule.core.caller import Caller
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.paging import newest_first, page_limit
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.responses.items import Item
from vestibule.gateway.responses.kept import Kept, read
from vestibule.gateway.responses.reply import DeletedResponse, ItemList
from vestibule.gateway.responses.request import INCLUDED
from vestibule.gateway.wire.refusals import not_served

MOST_LISTED = 100


class ResponseRoutes:
    def __init__(self, access: Access, store: ResponseStore) -> None:
        self._access = access
        self._store = store

    async def retrieve(self, request: Request) -> Reply:
        caller = await admitted(self._access, request.scope, "inference")
        if request.query_params.get("stream", "false").lower() not in ("false", ""):
            raise not_served("stream", "Leave it out: a stored response is told whole.")
        included = _included(request)
        response = (await self._kept(caller, request)).response
        return json_reply(response if "file_search_call.results" in included else response.without_results())

    async def delete(self, request: Request) -> Reply:
        caller = await admitted(self._access, request.scope, "inference")
        id_ = request.path_params["response_id"]
        await self._store.delete(caller.tenant, id_, caller.clearance)
        return json_reply(DeletedResponse(id_))

    async def cancel(self, request: Request) -> Reply:
        caller = await admitted(self._access, request.scope, "inference")
        await self._kept(caller, request)
        raise InvalidRequest(
            "Only a response that is made in the background can be cancelled, and this one is done.",
            next_step="Close the connection to stop one that is being streamed; DELETE forgets one that is stored.",
        )

    async def input_items(self, request: Request) -> Reply:
        """All that the response was made of: the conversation before it as well."""
        caller = await admitted(self._access, request.scope, "inference")
        _included(request)
        limit, backwards = page_limit(request, 20, MOST_LISTED), newest_first(request)
        id_ = request.path_params["response_id"]
        chain = await self._store.conversation(caller.tenant, id_, caller.clearance)
        items = await asyncio.to_thread(_items, chain)
        return json_reply(_page(items[::-1] if backwards else items, request.query_params.get("after"), limit))

    async def _kept(self, caller: Caller, request: Request) -> Kept:
        id_ = request.path_params["response_id"]
        return read(await self._store.take(caller.tenant, id_, caller.clearance))


def _items(chain: Sequence[StoredResponse]) -> list[Item]:
    *before, last = map(read, chain)
    told = [item for kept in before for item in (*kept.input, *kept.response.without_results().output)]
    return [*told, *last.input]


def _page(items: Sequence[Item], after: str | None, limit: int) -> ItemList:
    start = 0
    if after is not None:
        start = next((at for at, item in enumerate(items, 1) if item.id == after), -1)
        if start < 0:
            raise NotFound("`after` is no item of this response.", next_step="Use `last_id`.", param="after")
    page = items[start : start + limit]
    ends = (page[0].id, page[-1].id) if page else ("", "")
    return ItemList(page, *ends, has_more=start + limit < len(items))


def _included(request: Request) -> list[str]:
    included = [*request.query_params.getlist("include"), *request.query_params.getlist("include[]")]
    for name in included:
        if name not in INCLUDED:
            raise not_served(f"include: {name[:60]}")
    return included


def add_response_routes(app: Ordinary, routes: ResponseRoutes) -> None:
    one = "/v1/responses/{response_id}"
    app.add_api_route(one, routes.retrieve, summary="Show a stored response", responses=answers("Response"))
    app.add_api_route(
        one, routes.delete, methods=["DELETE"], summary="Forget a response", responses=answers("DeletedResponse")
    )
    app.add_api_route(
        f"{one}/cancel", routes.cancel, methods=["POST"], summary="Refuse to cancel what is done", responses=answers()
    )
    app.add_api_route(
        f"{one}/input_items",
        routes.input_items,
        summary="List what a response was made of",
        responses=answers("ItemList"),
    )
