"""`vestibule eval tune` against a running product: as an operator runs it, over HTTP alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Fault, Received, RecordingServer
from tests.egress.servers.speech import Asked, Reply, Speech
from tests.laboratory.product import Running, Site, product
from vestibule.cli.config import config
from vestibule.cli.eval import eval as command
from vestibule.cli.eval import laid_over
from vestibule.configuration.reading import read
from vestibule.core.configuration import Routes, SamplingPreset
from vestibule.core.errors import InvalidRequest, NotFound, Unavailable

GRID = ("--temperature", "0", "--temperature", "0.6", "--top-p", "1", "--at-once", "1")


@dataclass
class Warm(Speech):
    """Knows the answer where it is asked at a temperature of 0.5 or more."""

    temperature: float | None = None

    def _reply(self, asked: Asked) -> Reply:
        self.said.append("It is the valve." if (self.temperature or 0.0) >= 0.5 else "not known")
        return Reply(self.said[-1])

    def witness(self, request: Received) -> None:
        self.temperature = json.loads(request.body).get("temperature")


@pytest.fixture(scope="module")
def warm() -> Iterator[RecordingServer]:
    speech = Warm()
    with RecordingServer(OpenAIChat(), speech=speech) as server:
        server.witness = speech.witness
        yield server


@pytest.fixture(scope="module")
def house(warm: RecordingServer) -> Iterator[Running]:
    provider = {"id": "first", "kind": "openai", "url": warm.base_url, "keys": ["env:LABORATORY_KEY"]}
    models = [{"id": "warm", "provider": "first", "name": "model-1"}]
    with product(Site([provider], models, backups=(), variables={"LABORATORY_KEY": "sk-" + "l" * 40})) as running:
        yield running


@pytest.fixture
def surroundings(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESTIBULE_HOME", str(house.home))
    monkeypatch.setenv("VESTIBULE_PORT", str(house.process.port))
    monkeypatch.setenv("VESTIBULE_KEY", house.key)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    asked = [
        {"id": f"case {n}", "question": f"Which part of pump {n} is loud?", "expect": {"contains": "valve"}}
        for n in range(20)
    ]
    path.write_text("".join(json.dumps({**case, "task": "lookup"}) + "\n" for case in asked))
    return path


def tune(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, ["tune", *map(str, arguments)], catch_exceptions=False)


@pytest.mark.usefixtures("surroundings")
def test_the_better_sampling_is_proposed_as_a_version(
    cases: Path, tmp_path: Path, warm: RecordingServer, house: Running
) -> None:
    out, results = tmp_path / "version.yaml", tmp_path / "results.jsonl"
    told = tune("--model", "warm", "--set", cases, *GRID, "--seeds", "1", "--out", out, "--results", results)
    assert told.exit_code == 0
    assert "Proposed: temperature 0.6, top_p 1." in told.stdout
    assert f"vestibule config apply {out}" in told.stdout
    document = read(out.read_bytes()).document
    assert document.presets.models == {"warm": {"lookup": SamplingPreset(0.6, 1.0)}}
    settings = str(house.home.parent / "vestibule.yaml")
    taken = CliRunner().invoke(config, ["validate", str(out), "--config", settings], catch_exceptions=False)
    assert taken.exit_code == 0, taken.output
    body = json.loads(warm.requests[-1].body)
    assert (body["messages"][-1]["role"], "seed" in body) == ("user", True)

    before = len(warm.requests)
    again = tune("--model", "warm", "--set", cases, *GRID, "--seeds", "1", "--results", results, "--json")
    said: dict[str, Any] = json.loads(again.stdout)
    assert len(warm.requests) == before
    assert said["is_sure"] is True
    assert said["proposal"] == {"presets": {"models": {"warm": {"lookup": {"temperature": 0.6, "top_p": 1.0}}}}}
    assert (said["best"]["share"], said["present"]["share"], said["difference"]) == (1.0, 0.0, 1.0)


@pytest.mark.usefixtures("surroundings")
def test_where_none_is_surely_better_nothing_is_proposed(cases: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "version.yaml", tmp_path / "kept.jsonl"
    cold = ("--temperature", "0", "--temperature", "0.2", "--top-p", "1")
    told = tune("--model", "warm", "--set", cases, *cold, "--budget", "60", "--out", out, "--save-set", kept)
    assert told.exit_code == 0
    assert "No preset is surely better than what is in force. Nothing is proposed." in told.stdout
    assert "difference +0.0% (95 %: +0.0% to +0.0%; p = 1.000)" in told.stdout
    assert not out.exists()
    assert len(kept.read_text().splitlines()) == 20
    assert json.loads(tune("--model", "warm", "--set", cases, *cold, "--json").stdout)["proposal"] is None


@pytest.mark.usefixtures("surroundings")
def test_what_cannot_be_asked_ends_the_run(cases: Path, tmp_path: Path, warm: RecordingServer) -> None:
    warm.broken = Fault("content_filter")
    try:
        with pytest.raises(Unavailable, match=r"The case `case \d+` could not be asked") as ended:
            tune("--model", "warm", "--set", cases, *GRID)
        assert "--results" in str(ended.value)
    finally:
        warm.broken = None
    with pytest.raises(NotFound, match=r"no model `nope`.*warm"):
        tune("--model", "nope", "--set", cases)
    with pytest.raises(InvalidRequest, match="do not pay for"):
        tune("--model", "warm", "--set", cases, "--budget", "5")
    with pytest.raises(NotFound, match="no demo portfolio"):
        tune("--model", "warm")
    unnamed = tmp_path / "unnamed.jsonl"
    unnamed.write_text(cases.read_text().replace(', "task": "lookup"', ""))
    with pytest.raises(InvalidRequest, match="--task"):
        tune("--model", "warm", "--set", unnamed)
    named = tune("--model", "auto", "--set", unnamed, "--task", "report", *GRID, "--seeds", "1", "--json")
    assert json.loads(named.stdout)["tasks"] == ["report"]


class Troubled(BaseHTTPRequestHandler):
    """A server that is busy at first, then fails whatever is asked at a temperature, and is right otherwise."""

    busy = 2

    def do_GET(self) -> None:
        self._send(200, {"data": [{"id": "m"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if Troubled.busy:
            Troubled.busy -= 1
            self._send(429, {"error": {"message": "Too many requests."}})
        elif "temperature" in asked:
            self._send(502, {"error": {"message": "The model broke off."}})
        else:
            self._send(200, {"choices": [{"message": {"content": "It is the valve."}}]})

    def _send(self, status: int, body: object) -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def test_an_answer_that_a_model_failed_to_give_is_wrong_and_a_busy_server_is_asked_again(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vestibule.cli.eval.PAUSES_S", (0.0, 0.0))
    with ThreadingHTTPServer(("127.0.0.1", 0), Troubled) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
        monkeypatch.setenv("VESTIBULE_PORT", str(server.server_address[1]))
        told = tune("--model", "m", "--set", cases, *GRID, "--seeds", "1")
        server.shutdown()
    assert "10 of 10 failed" in told.stdout
    assert "what is in force                 100.0% right" in told.stdout
    assert "difference -100.0%" in told.stdout
    assert "No preset is surely better" in told.stdout
    assert Troubled.busy == 0


def test_a_proposal_is_laid_over_a_version_and_leaves_the_rest() -> None:
    version = (
        b"routes:\n  cloud_share: 0.02\npresets:\n  tasks:\n    report: {temperature: 0.9}\n    code: {top_p: 0.5}\n"
    )
    proposed: dict[str, object] = {"presets": {"tasks": {"report": {"temperature": 0.3, "top_p": 0.9}}}}
    document = read(laid_over(proposed, version)).document
    assert document.routes == Routes(cloud_share=0.02)
    assert document.presets.tasks == {"report": SamplingPreset(0.3, 0.9), "code": SamplingPreset(top_p=0.5)}
    assert read(laid_over(proposed, b"")).document.presets.tasks == {"report": SamplingPreset(0.3, 0.9)}
    for wrong in (b"- a list\n", b"presets: {colour: red}\n", b"presets: [\n", b"\x80"):
        with pytest.raises(InvalidRequest, match="--over names no version"):
            laid_over(proposed, wrong)
