"""`/admin/v1/experiments`: how experiments stand, stopping them, and making an arm's choice the rule.

For administrators of the whole house: an experiment is made with the requests of every tenant. Knows how versions of
the configuration are made only as `Versions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.reach import runs_house
from vestibule.core.caller import Caller
from vestibule.core.configuration import Configuration, Document
from vestibule.core.errors import Forbidden
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.docs import body as reads
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode
from vestibule.routing.experiments import ExperimentReport, Experiments, promoted

EXPERIMENTS = "/admin/v1/experiments"

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class StopBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `arm` the whole experiment is stopped."""

    reason: Reason
    arm: str = ""


class PromoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    arm: str
    reason: Reason


class ExperimentList(msgspec.Struct, frozen=True):
    data: Sequence[ExperimentReport]
    object: Literal["list"] = "list"


class Promotion(msgspec.Struct, frozen=True):
    """The version in which the arm's choice is the rule."""

    experiment: str
    arm: str
    config_version: int


class Made(Protocol):
    @property
    def number(self) -> int: ...


class Applied(Protocol):
    @property
    def version(self) -> Made: ...


class Versions(Protocol):
    """Where versions of the configuration are made."""

    async def live(self) -> tuple[int, Document]: ...

    async def adopt(self, document: Document, *, author: str, reason: str, seen: int) -> Applied:
        """Make a document live that was made from version `seen`."""
        ...


@dataclass(frozen=True)
class Experimenting:
    """What these routes work on; `current` is the version in force."""

    experiments: Experiments
    current: Callable[[], Configuration]
    versions: Versions


class ExperimentRoutes:
    def __init__(self, access: Access, experimenting: Experimenting) -> None:
        self._access = access
        self._experiments = experimenting.experiments
        self._current = experimenting.current
        self._versions = experimenting.versions

    async def list(self, request: Request) -> Response:
        await self._operator(request)
        return json_reply(ExperimentList(await self._experiments.reports(self._current())))

    async def retrieve(self, request: Request) -> Response:
        await self._operator(request)
        return json_reply(await self._experiments.report(self._current(), request.path_params["experiment"]))

    async def stop(self, request: Request) -> Response:
        caller, id = await self._operator(request), request.path_params["experiment"]
        body = decode(await read_body(request.receive), _STOP)
        await self._experiments.stop(self._current(), id, body.arm, caller.key_id, body.reason)
        return json_reply(await self._experiments.report(self._current(), id))

    async def promote(self, request: Request) -> Response:
        caller, id = await self._operator(request), request.path_params["experiment"]
        body = decode(await read_body(request.receive), _PROMOTE)
        return json_reply(await promote(self._versions, id, body.arm, author=caller.key_id, reason=body.reason))

    async def _operator(self, request: Request) -> Caller:
        caller = await admitted(self._access, request.scope, "admin")
        if not runs_house(caller):
            raise Forbidden(
                "Only administrators of the whole house see and end experiments.",
                next_step="Use an admin key of the tenant `default`.",
            )
        return caller


async def promote(versions: Versions, id: str, arm: str, *, author: str, reason: str) -> Promotion:
    """Make a version in which the arm's choice is the rule. Raise what `promoted` and the making of a version do."""
    seen, document = await versions.live()
    made = await versions.adopt(
        promoted(document, id, arm), author=author, reason=f"{arm} of {id} promoted: {reason}", seen=seen
    )
    return Promotion(id, arm, made.version.number)


def add_experiment_routes(app: Ordinary, routes: ExperimentRoutes) -> None:
    one, report = f"{EXPERIMENTS}/{{experiment}}", answers("ExperimentReport")
    app.add_api_route(
        EXPERIMENTS, routes.list, summary="List experiments and how they stand", responses=answers("ExperimentList")
    )
    app.add_api_route(one, routes.retrieve, summary="Show how an experiment stands", responses=report)
    app.add_api_route(
        f"{one}/stop",
        routes.stop,
        methods=["POST"],
        summary="Stop an experiment or an arm of it",
        responses=report,
        openapi_extra=reads("StopBody"),
    )
    app.add_api_route(
        f"{one}/promote",
        routes.promote,
        methods=["POST"],
        summary="Make an arm's choice the rule, as a new version",
        responses=answers("Promotion"),
        openapi_extra=reads("PromoteBody"),
    )


_STOP = msgspec.json.Decoder(StopBody)
_PROMOTE = msgspec.json.Decoder(PromoteBody)
