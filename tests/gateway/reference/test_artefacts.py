"""What clients are given: made of the document, the same as what is committed, and taken by TypeScript's compiler."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from vestibule.core.answer import Report
from vestibule.core.chat import Options
from vestibule.gateway.docs import Document
from vestibule.gateway.reference.__main__ import RELEASED, artefacts, main
from vestibule.gateway.reference.changes import broken
from vestibule.gateway.reference.examples import EXAMPLES
from vestibule.gateway.reference.typescript import expression, typescript

CLIENTS = Path(__file__).parents[3] / "clients"


def test_what_is_committed_is_what_is_made(document: Document) -> None:
    for name, text in artefacts(document).items():
        assert (CLIENTS / name).read_text("utf-8") == text, (
            f"clients/{name} is behind: run `python -m vestibule.gateway.reference`"
        )


def test_nothing_that_was_released_is_taken_away(document: Document) -> None:
    assert broken(json.loads((CLIENTS / RELEASED).read_text("utf-8")), document) == []


def test_the_schemas_validate_by_themselves(document: Document) -> None:
    for name in ("ChatBody", "ChatCompletion", "ResponseBody", "Response", "BatchList"):
        bundle = json.loads(artefacts(document)["schemas/openai.json"])
        assert bundle["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        validator = jsonschema_rs.Draft202012Validator({**bundle, "$ref": f"#/$defs/{name}"})
        assert validator.is_valid(EXAMPLES[name])
        assert not validator.is_valid({"model": 1})


def test_each_surface_has_its_own_types(document: Document) -> None:
    made = {name: json.loads(text) for name, text in artefacts(document).items() if name.endswith(".json")}
    assert "ControlList" in made["schemas/vestibule.json"]["$defs"]
    assert "KeyBody" in made["schemas/admin.json"]["$defs"]
    assert "KeyBody" not in made["schemas/openai.json"]["$defs"]
    for bundle in made.values():
        assert "ErrorBody" in bundle["$defs"]
        assert "#/components" not in json.dumps(bundle)


def test_types_say_what_schemas_say() -> None:
    assert expression({"type": ["string", "null"]}) == "string | null"
    assert expression({"enum": ["a", 1, None]}) == '"a" | 1 | null'
    assert expression({"const": True}) == "true"
    assert expression({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"$ref": "#/x/Y"}]}}) == (
        "Array<number | Y>"
    )
    assert expression({"type": "object", "additionalProperties": {"type": "number"}}) == "Record<string, number>"
    assert expression({"type": "object"}) == "Record<string, unknown>"
    assert expression({}) == "unknown"
    assert expression({"properties": {}, "type": "object"}) == "{}"
    field = {"type": "object", "properties": {"a-b": {"type": "string", "description": "it */ is"}}, "required": []}
    assert expression(field) == '{\n  /** it * / is */\n  "a-b"?: string;\n}'


def test_the_types_name_every_field(document: Document) -> None:
    text = typescript(document)
    for name in (*Options.__struct_fields__, *Report.__struct_fields__):
        assert f"  {name}" in text
    assert '"GET /v1/models/{model}": { path: { model: string }; reply: WireModel };' in text
    assert "@deprecated use max_completion_tokens" in text


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str], document: Document) -> None:
    main([str(tmp_path)])
    assert not (tmp_path / RELEASED).exists()
    main([str(tmp_path), "--release"])
    assert json.loads((tmp_path / RELEASED).read_text("utf-8")) == document
    for name, text in artefacts(document).items():
        assert (tmp_path / name).read_text("utf-8") == text
    assert "vestibule.ts" in capsys.readouterr().out
