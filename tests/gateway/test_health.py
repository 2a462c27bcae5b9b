"""What a supervisor, a scraper and a reader of the documentation get."""

from __future__ import annotations

import base64
import hashlib
import re

from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.conftest import Server
from vestibule.gateway.ports import Component


async def test_alive(server: Server) -> None:
    server.key = None
    reply = await server.ask("GET", "/healthz")
    assert reply.status == 200
    assert reply.json["status"] == "ok"


async def test_ready_says_what_is_missing(server: Server) -> None:
    server.key = None
    server.components["database"] = Component(True)
    reply = await server.ask("GET", "/readyz")
    assert reply.status == 200
    assert reply.json == {"status": "ready", "components": {"database": {"ok": True, "reason": ""}}}
    server.components["embedder"] = Component(False, "the model is still loading")
    reply = await server.ask("GET", "/readyz")
    assert reply.status == 503
    assert reply.json["status"] == "not_ready"
    assert reply.json["components"]["embedder"] == {"ok": False, "reason": "the model is still loading"}


async def test_metrics_can_be_scraped(server: Server) -> None:
    server.metrics.cache("exact", "hit")
    reply = await server.ask("GET", "/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=")
    families = {family.name for family in text_string_to_metric_families(reply.body.decode())}
    assert families >= {
        "vestibule_requests",
        "vestibule_request_duration_seconds",
        "vestibule_time_to_first_token_seconds",
        "vestibule_egress",
        "vestibule_cache_lookups",
        "vestibule_local_share_ratio",
    }


async def test_the_documentation_needs_nobody_else(server: Server) -> None:
    server.key = None
    reply = await server.ask("GET", "/docs")
    page = reply.body.decode()
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/v1/chat/completions", "/v1/embeddings", "/v1/models", "/readyz"):
        assert f"<code>{path}</code>" in page
    assert "<code>temperature</code>" in page
    assert "<script" not in page
    assert not re.search(r"https?://", page)
    style = re.search(r"<style>(.*?)</style>", page)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert f"'sha256-{digest}'" in policy


async def test_the_document_is_whole(server: Server) -> None:
    document = (await server.ask("GET", "/openapi.json")).json
    again = (await server.ask("GET", "/openapi.json")).body
    assert set(document["paths"]) >= {"/v1/chat/completions", "/v1/embeddings", "/v1/models", "/healthz", "/readyz"}
    assert "/metrics" not in document["paths"]
    components = document["components"]["schemas"]
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', again.decode()))
    assert wanted <= set(components)
