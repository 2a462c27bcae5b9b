"""The ordinary paths, each with its handler. The chat route is in `chat.py`, outside of it."""

from __future__ import annotations

from vestibule.gateway.docs import DocsRoutes, Document, body, content
from vestibule.gateway.embeddings import EmbeddingRoutes
from vestibule.gateway.health import HealthRoutes
from vestibule.gateway.models import ModelRoutes
from vestibule.gateway.ordinary import Ordinary


def add_routes(
    app: Ordinary, *, models: ModelRoutes, embeddings: EmbeddingRoutes, health: HealthRoutes, docs: DocsRoutes
) -> None:
    app.add_api_route("/v1/models", models.list, summary="List the models", responses=_replies("ModelList"))
    app.add_api_route(
        "/v1/models/{model:path}", models.retrieve, summary="Describe a model", responses=_replies("WireModel")
    )
    app.add_api_route(
        "/v1/embeddings",
        embeddings.create,
        methods=["POST"],
        summary="Embed texts",
        responses=_replies("EmbeddingList"),
        openapi_extra=body("EmbeddingBody"),
    )
    app.add_api_route("/healthz", health.alive, summary="Tell that the process is alive", responses=_replies("Health"))
    app.add_api_route(
        "/readyz",
        health.ready,
        summary="Tell whether every component is there",
        responses=_replies("Health") | {503: {"description": "Something is missing", "content": content("Health")}},
    )
    app.add_api_route("/metrics", health.metrics, summary="Counters in Prometheus' format", include_in_schema=False)
    app.add_api_route("/docs", docs.page, include_in_schema=False)
    app.add_api_route("/openapi.json", docs.document, include_in_schema=False)


def _replies(name: str) -> dict[int | str, Document]:
    refusal: Document = {"description": "A refusal or a failure", "content": content("ErrorBody")}
    return {200: {"description": "Done", "content": content(name)}, "default": refusal}
