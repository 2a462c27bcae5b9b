"""The OpenAPI document describes every route there is, wholly, by examples that are true."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsonschema_rs
import pytest

from tests.gateway.conftest import Server
from tests.gateway.house import routes_of
from tests.gateway.openapi import PUBLISHED, departures
from vestibule.gateway.docs import Document
from vestibule.gateway.errors import ErrorBody
from vestibule.gateway.reference import offline
from vestibule.gateway.reference.fields import FIELDS
from vestibule.gateway.reference.operations import OPEN, PARAMETERS, TOLD, UNTOLD

NO_PART_OF_IT = {"/", "/docs", "/openapi.json", "/metrics"}
PUBLISHED_AS = {
    "ChatBody": "CreateChatCompletionRequest",
    "ChatCompletion": "CreateChatCompletionResponse",
    "EmbeddingBody": "CreateEmbeddingRequest",
    "EmbeddingList": "CreateEmbeddingResponse",
    "ModerationBody": "CreateModerationRequest",
    "ModelList": "ListModelsResponse",
    "WireModel": "Model",
    "WireFile": "OpenAIFile",
    "FileList": "ListFilesResponse",
    "DeletedFile": "DeleteFileResponse",
    "WireBatch": "Batch",
    "BatchList": "ListBatchesResponse",
    "ResponseBody": "CreateResponse",
    "Response": "Response",
    "ItemList": "ResponseItemList",
    "ModerationReply": "CreateModerationResponse",
    "ErrorBody": "ErrorResponse",
}


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, found in document["paths"].items():
        for method, operation in found.items():
            yield method, path, operation


def test_every_route_is_described_and_nothing_else(document: Document) -> None:
    there = {(m, re.sub(r":path\}", "}", path)) for m, path in routes_of(offline.application())}
    described = {(method.upper(), path) for method, path, _ in operations(document)}
    assert {route for route in there if route[1] not in NO_PART_OF_IT} == described


def test_every_operation_says_what_it_is_and_what_may_go_wrong(document: Document) -> None:
    identifiers = set()
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        identifiers.add(operation["operationId"])
        assert operation["summary"], where
        assert operation["tags"] != [UNTOLD], f"{where}: name it in gateway/reference/operations.py"
        named = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
        assert named == re.findall(r"\{(\w+)\}", path), where
        assert all(p["description"] for p in operation.get("parameters", [])), where
        assert {"default", "500"} <= set(operation["responses"]), where
        assert ("401" in operation["responses"]) == (path not in OPEN), where
        assert ("security" in operation) == (path in OPEN), where
        assert any(status.startswith("2") for status in operation["responses"]), where
        if method in ("post", "put", "patch") and not path.endswith("/cancel"):
            assert operation["requestBody"]["required"], where
    assert len(identifiers) == sum(1 for _ in operations(document))
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    assert document["security"] == [{"ApiKey": []}]


def test_what_is_told_of_operations_is_of_those_there_are(document: Document) -> None:
    assert set(TOLD) <= {(method, path) for method, path, _ in operations(document)}
    assert set(PARAMETERS) == {name for _, path, _ in operations(document) for name in re.findall(r"\{(\w+)\}", path)}


def media(document: Document) -> Iterator[tuple[str, str, Document]]:
    for method, path, operation in operations(document):
        described = [operation.get("requestBody", {}), *operation["responses"].values()]
        described += document["components"]["responses"].values()
        for one in described:
            for kind, found in one.get("content", {}).items():
                yield f"{method} {path}", kind, found


def test_every_body_and_answer_has_an_example_that_its_schema_takes(document: Document) -> None:
    for where, kind, found in media(document):
        if kind == "application/octet-stream":
            continue
        assert "example" in found, f"{where}: give one of {found['schema']} in gateway/reference/examples.py"
        if kind == "application/json":
            root = {"$ref": found["schema"]["$ref"], "components": document["components"]}
            errors = [str(error) for error in jsonschema_rs.Draft202012Validator(root).iter_errors(found["example"])]
            assert errors == [], where


@pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")
def test_examples_are_what_openai_publishes(document: Document) -> None:
    compared = set()
    for where, kind, found in media(document):
        name = found["schema"].get("$ref", "").rpartition("/")[2]
        if kind == "application/json" and name in PUBLISHED_AS:
            plain = {key: value for key, value in found["example"].items() if key != "vestibule"}
            assert departures(plain, PUBLISHED_AS[name]) == [], where
            compared.add(name)
    assert compared == set(PUBLISHED_AS)


def test_our_part_of_requests_and_answers_is_described(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["ChatBody"]["properties"]["vestibule"]["anyOf"][0]["$ref"].endswith("/Options")
    assert set(schemas["Options"]["properties"]) >= {"controls", "knowledge", "buildings", "privacy", "cache", "route"}
    assert schemas["ChatCompletion"]["properties"]["vestibule"]["$ref"].endswith("/Report")
    assert set(schemas["Report"]["required"]) == set(schemas["Report"]["properties"]) - {"logprobs"}
    assert schemas["ChatBody"]["properties"]["max_tokens"]["deprecated"]
    assert "tool_calls" not in schemas["ReplyMessage"]["required"]
    assert set(schemas["ErrorBody"]["required"]) == set(ErrorBody.__struct_fields__)


def test_every_field_of_ours_says_what_it_means(document: Document) -> None:
    schemas = document["components"]["schemas"]
    for name, said in FIELDS.items():
        assert set(said) == set(schemas[name]["properties"]), name
        assert all(field["description"] for field in schemas[name]["properties"].values())


async def test_the_page_shows_every_operation_without_a_script(server: Server) -> None:
    reply = await server.ask("GET", "/docs")
    described = (await server.ask("GET", "/openapi.json")).json
    page = reply.body.decode()
    assert reply.status == 200
    assert "<script" not in page
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    for _, path, operation in operations(described):
        assert f'id="{operation["operationId"]}"' in page
        assert f"<code>{path}</code>" in page
    assert "max_completion_tokens" in page
    assert "&quot;vestibule&quot;" in page
