"""`/admin/v1/tenants` and `/admin/v1/users`: whose house it is, and who in it may do what.

Administrators of the tenant `default` see every tenant; those of another see that one, and the rest as not there.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.reach import reach, runs_house, within_reach
from vestibule.access.tenants import Tenants
from vestibule.access.users import Users
from vestibule.core.errors import Forbidden
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.docs import body as reads
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode
from vestibule.gateway.wire.tenant import TenantBody, TenantChange, TenantList, UserBody, UserChange, UserList

TENANTS = "/admin/v1/tenants"
USERS = "/admin/v1/users"


_TENANT = msgspec.json.Decoder(TenantBody)
_TENANT_CHANGE = msgspec.json.Decoder(TenantChange)
_USER = msgspec.json.Decoder(UserBody)
_USER_CHANGE = msgspec.json.Decoder(UserChange)


class TenantRoutes:
    def __init__(self, access: Access, tenants: Tenants) -> None:
        self._access = access
        self._tenants = tenants

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        if runs_house(caller):
            return json_reply(TenantList(await self._tenants.list()))
        return json_reply(TenantList([await self._tenants.get(caller.tenant)]))

    async def create(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        if not runs_house(caller):
            raise Forbidden(
                "Only administrators of the whole house make tenants.",
                next_step="Use an admin key of the tenant `default`.",
            )
        body = decode(await read_body(request.receive), _TENANT)
        return json_reply(await self._tenants.create(body.id, body.name))

    async def retrieve(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        return json_reply(await self._tenants.get(within_reach(caller, request.path_params["tenant"])))

    async def change(self, request: Request) -> Response:
        """An administrator does not shut the door behind itself."""
        caller = await admitted(self._access, request.scope, "admin")
        tenant = within_reach(caller, request.path_params["tenant"])
        body = decode(await read_body(request.receive), _TENANT_CHANGE)
        if body.disabled and tenant == caller.tenant:
            raise Forbidden(
                "This would shut you out yourself.", next_step="Use an admin key of another tenant, `default` or so."
            )
        return json_reply(await self._tenants.change(tenant, name=body.name, disabled=body.disabled))


class UserRoutes:
    def __init__(self, access: Access, users: Users) -> None:
        self._access = access
        self._users = users

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        asked = request.query_params.get("tenant")
        tenant = reach(caller) if asked is None else within_reach(caller, asked)
        return json_reply(UserList(await self._users.list(tenant)))

    async def create(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        body = decode(await read_body(request.receive), _USER)
        tenant = within_reach(caller, body.tenant or caller.tenant)
        made = await self._users.create(tenant, body.name, body.role, issuer=body.issuer, subject=body.subject)
        return json_reply(made)

    async def retrieve(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        return json_reply(await self._users.get(request.path_params["user"], reach(caller)))

    async def change(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        user = request.path_params["user"]
        await self._users.get(user, reach(caller))
        body = decode(await read_body(request.receive), _USER_CHANGE)
        changed = await self._users.change(user, reach(caller), name=body.name, role=body.role, disabled=body.disabled)
        return json_reply(changed)

    async def remove(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        await self._users.remove(request.path_params["user"], reach(caller))
        return Response(status_code=204)


def add_tenant_routes(app: Ordinary, tenants: TenantRoutes, users: UserRoutes) -> None:
    one, tenant = f"{TENANTS}/{{tenant}}", answers("Tenant")
    app.add_api_route(TENANTS, tenants.list, summary="List tenants", responses=answers("TenantList"))
    app.add_api_route(
        TENANTS,
        tenants.create,
        methods=["POST"],
        summary="Make a tenant",
        responses=tenant,
        openapi_extra=reads("TenantBody"),
    )
    app.add_api_route(one, tenants.retrieve, summary="Describe a tenant", responses=tenant)
    app.add_api_route(
        one,
        tenants.change,
        methods=["PATCH"],
        summary="Rename, disable or enable a tenant",
        responses=tenant,
        openapi_extra=reads("TenantChange"),
    )
    _add_user_routes(app, users)


def _add_user_routes(app: Ordinary, users: UserRoutes) -> None:
    one, user = f"{USERS}/{{user}}", answers("User")
    app.add_api_route(USERS, users.list, summary="List users and their roles", responses=answers("UserList"))
    app.add_api_route(
        USERS, users.create, methods=["POST"], summary="Add a user", responses=user, openapi_extra=reads("UserBody")
    )
    app.add_api_route(one, users.retrieve, summary="Describe a user", responses=user)
    app.add_api_route(
        one,
        users.change,
        methods=["PATCH"],
        summary="Rename a user, change the role, disable, enable",
        responses=user,
        openapi_extra=reads("UserChange"),
    )
    app.add_api_route(
        one,
        users.remove,
        methods=["DELETE"],
        status_code=204,
        summary="Remove a user with all keys and sessions",
        responses=answers(),
    )
