"""The ASGI application: guards, the fast path for chat, ordinary routes for the rest. Built once, by `app.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vestibule.access.keys import Keys
from vestibule.access.tenants import Tenants
from vestibule.access.users import Users
from vestibule.configuration.office import Office
from vestibule.core.errors import InvalidRequest, NotFound, VestibuleError
from vestibule.core.ports import Embedder
from vestibule.core.settings import Settings
from vestibule.gateway.agents import AgentRoutes, add_agent_routes
from vestibule.gateway.audit import AuditRoutes, AuditTrail, add_audit_routes
from vestibule.gateway.batches.routes import Batching, BatchRoutes, add_batch_routes
from vestibule.gateway.chat import PATH, ChatCompletions
from vestibule.gateway.configuration import ConfigurationRoutes, add_configuration_routes
from vestibule.gateway.controls import ControlRoutes, add_control_routes
from vestibule.gateway.cors import Cors
from vestibule.gateway.deprecations import announced
from vestibule.gateway.docs import DocsRoutes
from vestibule.gateway.edge import REQUEST_ID, Edge
from vestibule.gateway.embeddings import EmbeddingRoutes
from vestibule.gateway.errors import MethodNotAllowed, body_of, headers_of, internal, status_of
from vestibule.gateway.experiments import Experimenting, ExperimentRoutes, add_experiment_routes
from vestibule.gateway.feedback import FeedbackRoutes, Ratings, add_feedback_routes
from vestibule.gateway.files.routes import FileRoutes, add_file_routes
from vestibule.gateway.guards import Guards
from vestibule.gateway.health import HealthRoutes
from vestibule.gateway.keys import KeyRoutes, add_key_routes
from vestibule.gateway.limits import LimitRoutes, Metering, add_limit_routes
from vestibule.gateway.models import ModelRoutes
from vestibule.gateway.moderations import ModerationRoutes, add_moderation_routes
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access, EmbeddingModels, Models, Pipeline, Readiness
from vestibule.gateway.privacy import Erasure, PrivacyRoutes, add_privacy_routes
from vestibule.gateway.reference.document import openapi
from vestibule.gateway.reference.page import POLICY, page
from vestibule.gateway.reply import JSON
from vestibule.gateway.responses.create import PATH as RESPONSES
from vestibule.gateway.responses.create import Responses
from vestibule.gateway.responses.kept import Keeping
from vestibule.gateway.responses.routes import ResponseRoutes, add_response_routes
from vestibule.gateway.routes import add_routes
from vestibule.gateway.routing import Explaining, RoutingRoutes, add_routing_routes
from vestibule.gateway.savings import SavingsRoutes, add_savings_routes
from vestibule.gateway.tenants import TenantRoutes, UserRoutes, add_tenant_routes
from vestibule.monitoring.savings import SavingsLog
from vestibule.privacy.check import PrivacyCheck
from vestibule.telemetry.metrics import Metrics

BODY_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Directory:
    """Whose house it is, and who may come in."""

    keys: Keys
    tenants: Tenants
    users: Users


@dataclass(frozen=True)
class Operator:
    """What `/admin/v1` works on."""

    check: PrivacyCheck
    erasure: Erasure
    trail: AuditTrail
    directory: Directory | None = None
    metering: Metering | None = None
    configuration: Office | None = None
    explaining: Explaining | None = None
    experimenting: Experimenting | None = None
    feedback: Ratings | None = None
    savings: SavingsLog | None = None


def build(
    pipeline: Pipeline,
    access: Access,
    embedder: Embedder,
    models: Models,
    readiness: Readiness,
    metrics: Metrics,
    settings: Settings,
    mounts: Sequence[tuple[str, ASGIApp]] = (),
    *,
    embedding_models: EmbeddingModels = dict,
    operator: Operator | None = None,
    responses: Keeping | None = None,
    batching: Batching | None = None,
    body_timeout_s: float = BODY_TIMEOUT_S,
    stopping: Callable[[], bool] = lambda: False,
) -> ASGIApp:
    """Join the routes to what answers them; `operator` is what the operator's surface works on; `mounts` are further
    applications by prefix, behind the same guards; `/` leads to the first of them. `embedding_models` may be named for
    vectors beside `embedder`; `responses` is where those are stored that are to be, `batching` where files and batches
    are."""
    app = ordinary()
    add_routes(
        app,
        models=ModelRoutes(access, models),
        embeddings=EmbeddingRoutes(access, embedder, embedding_models),
        health=HealthRoutes(readiness, metrics),
        docs=DocsRoutes(app, openapi, page, POLICY),
    )
    add_control_routes(app, ControlRoutes(access))
    add_agent_routes(app, AgentRoutes(access))
    if operator:
        add_privacy_routes(app, PrivacyRoutes(access, operator.check, operator.erasure))
        add_audit_routes(app, AuditRoutes(access, operator.trail))
        add_moderation_routes(app, ModerationRoutes(access, operator.check))
    if operator and operator.directory:
        directory = operator.directory
        add_key_routes(app, KeyRoutes(access, directory.keys))
        add_tenant_routes(app, TenantRoutes(access, directory.tenants), UserRoutes(access, directory.users))
    if operator and operator.metering:
        add_limit_routes(app, LimitRoutes(access, operator.metering))
    if operator and operator.explaining:
        add_routing_routes(app, RoutingRoutes(access, operator.explaining))
    if operator and operator.savings:
        add_savings_routes(app, SavingsRoutes(access, operator.savings))
    if operator and operator.configuration:
        add_configuration_routes(app, ConfigurationRoutes(access, operator.configuration))
    if operator and operator.experimenting:
        add_experiment_routes(app, ExperimentRoutes(access, operator.experimenting))
    if operator and operator.feedback:
        add_feedback_routes(app, FeedbackRoutes(access, operator.feedback))
    fast: dict[str, ASGIApp] = {PATH: ChatCompletions(pipeline, access)}
    if responses:
        add_response_routes(app, ResponseRoutes(access, responses.store))
        fast[RESPONSES] = Responses(pipeline, access, responses)
    if batching:
        add_file_routes(app, FileRoutes(access, batching.files))
        add_batch_routes(app, BatchRoutes(access, batching))
    for prefix, mounted in mounts:
        app.mount(prefix, mounted)
        app.add_route(prefix, _redirect_to(f"{prefix}/"))
    if mounts:
        app.add_route("/", _redirect_to(f"{mounts[0][0]}/"))
    guarded = Guards(announced(_Dispatch(fast, app)), settings, body_timeout_s)
    return Cors(Edge(guarded, stopping), access)


def _redirect_to(path: str) -> Callable[[Request], Response]:
    def redirect(_: Request) -> Response:
        return RedirectResponse(path)

    return redirect


class _Dispatch:
    """Fast routes by exact path; everything else is ordinary."""

    def __init__(self, fast: dict[str, ASGIApp], rest: ASGIApp) -> None:
        self._fast = fast
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fast = self._fast.get(scope["path"]) if scope["type"] == "http" else None
        await (fast or self._rest)(scope, receive, send)


def ordinary() -> Ordinary:
    """No route yet, and what goes wrong in one told as everywhere."""
    app = Ordinary()
    app.add_exception_handler(VestibuleError, _refuse)
    app.add_exception_handler(HTTPException, _refuse_by_router)
    app.add_exception_handler(Exception, _fail)
    return app


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, VestibuleError)
    return Response(body_of(error), status_of(error), headers_of(error), media_type=JSON)


async def _refuse_by_router(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await _refuse(request, _translate(error))


async def _fail(request: Request, _: Exception) -> Response:
    """Answer for a fault of ours; Starlette raises it on to the edge, which logs it under the same id."""
    return await _refuse(request, internal(request.scope[REQUEST_ID]))


def _translate(error: HTTPException) -> VestibuleError:
    """Say what Starlette's router found in our own words."""
    if error.status_code == 404:
        return NotFound("There is nothing at this path.", next_step="GET /docs lists what there is.")
    if error.status_code == 405:
        return MethodNotAllowed((error.headers or {}).get("Allow", "GET"))
    return InvalidRequest(error.detail)
