"""`/admin/v1/keys`: API keys made, listed, rotated and revoked by administrators, each within its reach.

A key of another tenant is answered as one there is not. A secret is in the reply that makes it and nowhere else.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.keys import IssuedKey, Key, Keys
from vestibule.access.reach import reach, within_reach
from vestibule.access.terms import Terms
from vestibule.core.caller import Caller
from vestibule.core.errors import Forbidden, InvalidRequest
from vestibule.core.sensitivity import PrivacyClass
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.docs import body as reads
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode
from vestibule.gateway.wire.key import KeyBody, KeyList, RotateBody, WireKey

PATH = "/admin/v1/keys"

_KEY = msgspec.json.Decoder(KeyBody)
_ROTATE = msgspec.json.Decoder(RotateBody)


class KeyRoutes:
    def __init__(self, access: Access, keys: Keys) -> None:
        self._access = access
        self._keys = keys

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        asked = request.query_params.get("tenant")
        tenant = reach(caller) if asked is None else within_reach(caller, asked)
        return json_reply(KeyList([_wire(key) for key in await self._keys.list(tenant)]))

    async def create(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        body = decode(await read_body(request.receive), _KEY)
        tenant = within_reach(caller, body.tenant or caller.tenant)
        return _issued(await self._keys.create(tenant, body.scopes, body.name, _terms(body, caller)))

    async def retrieve(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        return json_reply(_wire(await self._keys.get(request.path_params["key_id"], reach(caller))))

    async def rotate(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        body = decode(await read_body(request.receive) or b"{}", _ROTATE)
        key_id = request.path_params["key_id"]
        key = await self._keys.get(key_id, reach(caller))
        _check_clearance(caller, key.terms.clearance)
        return _issued(await self._keys.rotate(key_id, _overlap(body.overlap_s), reach(caller)))

    async def revoke(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        return json_reply(_wire(await self._keys.revoke(request.path_params["key_id"], reach(caller))))


def add_key_routes(app: Ordinary, routes: KeyRoutes) -> None:
    one, key = f"{PATH}/{{key_id}}", answers("WireKey")
    app.add_api_route(PATH, routes.list, summary="List API keys, without their secrets", responses=answers("KeyList"))
    app.add_api_route(
        PATH,
        routes.create,
        methods=["POST"],
        summary="Make an API key, shown once",
        responses=key,
        openapi_extra=reads("KeyBody"),
    )
    app.add_api_route(one, routes.retrieve, summary="Describe an API key", responses=key)
    app.add_api_route(one, routes.revoke, methods=["DELETE"], summary="Revoke an API key", responses=key)
    app.add_api_route(
        f"{one}/rotate",
        routes.rotate,
        methods=["POST"],
        summary="Give an API key a new secret",
        responses=key,
        openapi_extra=reads("RotateBody"),
    )


def _terms(body: KeyBody, caller: Caller) -> Terms:
    clearance = caller.clearance if body.level is None else PrivacyClass.parse(body.level)
    _check_clearance(caller, clearance)
    return Terms(body.expires_at, body.models, clearance, body.origins, body.networks, body.user)


def _check_clearance(caller: Caller, clearance: PrivacyClass) -> None:
    """Nobody gives more than they have."""
    if clearance > caller.clearance:
        raise Forbidden(
            f"A key for {clearance.label} is above your own clearance, {caller.clearance.label}.",
            next_step="Ask an administrator who has it.",
        )


def _overlap(seconds: int) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise InvalidRequest("That overlap never ends.", next_step="Shorten it.", param="overlap_s") from None


def _issued(issued: IssuedKey) -> Response:
    return json_reply(msgspec.structs.replace(_wire(issued.key), key=issued.token))


def _wire(key: Key) -> WireKey:
    terms = key.terms
    return WireKey(
        key.id,
        key.prefix,
        key.name,
        key.tenant,
        key.scopes,
        key.state,
        key.created_at,
        key.revoked_at,
        key.last_used_at,
        terms.expires_at,
        key.previous_until,
        terms.models,
        terms.clearance.label,
        terms.origins,
        terms.networks,
        terms.user,
    )
