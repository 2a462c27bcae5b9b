"""`/admin/v1/configuration`: the version in force, those before it, and making the next one, for administrators of the
house. What a version may say is in `configuration/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.reach import runs_house
from vestibule.configuration.difference import Change
from vestibule.configuration.mistakes import ConfigurationError, Mistake
from vestibule.configuration.office import Applied, Office
from vestibule.configuration.version import Version, values
from vestibule.core.caller import Caller
from vestibule.core.errors import Forbidden, InvalidRequest, NotFound
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode

PATH = "/admin/v1/configuration"
LISTED = 100


class ConfigurationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: the text of a version, in YAML or JSON, or what it says as an object."""

    text: str | None = None
    document: dict[str, Any] | None = None


class ApplyBody(ConfigurationBody, frozen=True, forbid_unknown_fields=True):
    """`if` is the version its author began with; `merge`: with what was changed in other sections since then."""

    reason: str = ""
    seen: int | None = msgspec.field(default=None, name="if")
    merge: bool = False


class RollbackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    reason: str = ""


class WireVersion(msgspec.Struct, frozen=True):
    """`live_at` null: it was proposed and never went live."""

    number: int
    base: int
    author: str
    reason: str
    made_at: datetime
    live_at: datetime | None
    digest: str
    object: Literal["configuration.version"] = "configuration.version"


class VersionList(msgspec.Struct, frozen=True):
    """The newest first."""

    data: Sequence[WireVersion]
    live: int
    object: Literal["list"] = "list"


class WireConfiguration(msgspec.Struct, frozen=True):
    """`version` 0 is what is shipped, and has no history."""

    version: int
    document: dict[str, Any]
    made: WireVersion | None
    object: Literal["configuration"] = "configuration"


class Validation(msgspec.Struct, frozen=True):
    """`changes` are against the version in force."""

    valid: bool
    mistakes: Sequence[Mistake]
    changes: Sequence[Change]
    object: Literal["configuration.validation"] = "configuration.validation"


class AppliedReply(msgspec.Struct, frozen=True):
    version: WireVersion
    changes: Sequence[Change]
    warnings: Sequence[Mistake]
    merged: bool
    object: Literal["configuration.applied"] = "configuration.applied"


_VALIDATE = msgspec.json.Decoder(ConfigurationBody)
_APPLY = msgspec.json.Decoder(ApplyBody)
_ROLLBACK = msgspec.json.Decoder(RollbackBody)


class ConfigurationRoutes:
    def __init__(self, access: Access, office: Office) -> None:
        self._access = access
        self._office = office

    async def current(self, request: Request) -> Response:
        await self._administrator(request)
        number, document = await self._office.live()
        made = told(await self._office.versions.get(number)) if number else None
        return json_reply(WireConfiguration(number, values(document), made))

    async def versions(self, request: Request) -> Response:
        await self._administrator(request)
        found = await self._office.versions.newest(LISTED)
        return json_reply(VersionList([told(version) for version in found], await self._office.versions.live()))

    async def version(self, request: Request) -> Response:
        await self._administrator(request)
        number = _number(request.path_params["number"])
        if number is None:
            raise NotFound("There is no such version of the configuration.", next_step=f"See {PATH}/versions.")
        document = await self._office.document(number)
        made = told(await self._office.versions.get(number)) if number else None
        return json_reply(WireConfiguration(number, values(document), made))

    async def validate(self, request: Request) -> Response:
        await self._administrator(request)
        body = decode(await read_body(request.receive), _VALIDATE)
        try:
            warnings, changes = await self._office.validate(_content(body))
        except ConfigurationError as error:
            return json_reply(Validation(False, error.mistakes, ()))
        return json_reply(Validation(True, warnings, changes))

    async def apply(self, request: Request) -> Response:
        caller = await self._administrator(request)
        body = decode(await read_body(request.receive), _APPLY)
        return json_reply(
            _reply(
                await self._office.apply(
                    _content(body), author=caller.key_id, reason=body.reason, seen=body.seen, merge=body.merge
                )
            )
        )

    async def rollback(self, request: Request) -> Response:
        caller = await self._administrator(request)
        body = decode(await read_body(request.receive), _ROLLBACK)
        return json_reply(_reply(await self._office.rollback(body.version, author=caller.key_id, reason=body.reason)))

    async def _administrator(self, request: Request) -> Caller:
        caller = await admitted(self._access, request.scope, "admin")
        if not runs_house(caller):
            raise Forbidden(
                "The configuration is that of the whole house.", next_step="Ask with a key of its administrator."
            )
        return caller


def add_configuration_routes(app: Ordinary, routes: ConfigurationRoutes) -> None:
    post = ["POST"]
    app.add_api_route(PATH, routes.current, summary="Show the configuration in force")
    app.add_api_route(f"{PATH}/versions", routes.versions, summary="List the versions of the configuration")
    app.add_api_route(f"{PATH}/versions/{{number}}", routes.version, summary="Show a version of the configuration")
    app.add_api_route(
        f"{PATH}/validate", routes.validate, methods=post, summary="Say what is wrong with a configuration, by line"
    )
    app.add_api_route(
        f"{PATH}/apply", routes.apply, methods=post, summary="Make a configuration live, once every worker has it"
    )
    app.add_api_route(
        f"{PATH}/rollback", routes.rollback, methods=post, summary="Make what an older version says the next one"
    )


def told(version: Version) -> WireVersion:
    return WireVersion(
        number=version.number,
        base=version.base,
        author=version.author,
        reason=version.reason,
        made_at=version.made_at,
        live_at=version.live_at,
        digest=version.digest,
    )


def _reply(applied: Applied) -> AppliedReply:
    return AppliedReply(told(applied.version), applied.changes, applied.warnings, applied.merged)


def _content(body: ConfigurationBody) -> bytes:
    if (body.text is None) == (body.document is None):
        raise InvalidRequest(
            "Send `text` or `document`, one of the two.", next_step="See docs/configuration.md.", param="text"
        )
    if body.text is not None:
        return body.text.encode()
    return msgspec.json.format(msgspec.json.encode(body.document))


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else None
