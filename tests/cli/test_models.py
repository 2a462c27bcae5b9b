"""`vestibule models list`: where each configured model is, as the gate will see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vestibule.cli.commands import commands

CONFIG = """
providers:
  - {id: near, kind: openai, url: "http://127.0.0.1:9/v1"}
  - {id: forwarder, kind: openai, url: "http://127.0.0.1:9/v1", cloud: true}
  - {id: far, kind: openai, url: "https://api.example.com/v1"}
models:
  - {id: a, provider: near, name: m}
  - {id: b, provider: forwarder, name: m}
  - {id: c, provider: far, name: m}
"""


def test_a_forwarder_that_is_declared_cloud_is_listed_as_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    config = tmp_path / "vestibule.yaml"
    config.write_text(CONFIG)
    listed = CliRunner().invoke(commands, ["models", "list", "--config", str(config), "--json"])
    assert listed.exit_code == 0, listed.output
    rows = [json.loads(line) for line in listed.output.splitlines()]
    where = {row["id"]: row["location"] for row in rows}
    assert {name: where[name] for name in "abc"} == {"a": "home", "b": "cloud", "c": "cloud"}
