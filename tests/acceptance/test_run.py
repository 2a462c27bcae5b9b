"""The runner, through the official SDK and a real socket, against a server that answers from a list."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.acceptance import run
from tests.acceptance.questions.case import Case, PassageCited
from tests.acceptance.questions.verdict import Verdict

from .test_judge import folder

__all__ = ["folder"]


@contextmanager
def serving(status: int, text: str) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A server that says the same to everyone; yields its address and what it was asked."""
    asked: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(completion(text) if status == 200 else {"error": {"message": text}}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def completion(text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    citations = [{"index": 1, "document_id": "1.pdf", "title": "t", "locator": "l", "quote": "pdf1"}]
    block = {"citations": citations}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, "vestibule": block}


def exit_status(monkeypatch: pytest.MonkeyPatch, url: str, demo: Path, *more: str) -> object:
    monkeypatch.setattr(sys, "argv", ["run", "--url", url, "--demo", str(demo), "--seed", "1", *more])
    with pytest.raises(SystemExit) as ended:
        run.main()
    return ended.value.code


def test_every_question_is_asked_judged_and_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results.json"
    with serving(200, "Nothing unusual [1].") as (url, asked):
        status = exit_status(monkeypatch, url, folder, "--count", "12", "--documents", "12", "--out", str(out))
    results = json.loads(out.read_text())
    passed = [r for r in results if r["ok"]]
    assert status == 1
    assert [a["messages"] for a in asked] == [[{"role": "user", "content": r["question"]}] for r in results]
    assert {a["model"] for a in asked} == {"auto"}
    assert [r["question"] for r in passed if r["kind"].startswith("document")] == ["pdf 1?"]
    assert {r["kind"] for r in passed} == {"quiet", "document pdf"}
    assert capsys.readouterr().out.endswith(f"{len(passed)} passed, {24 - len(passed)} failed\n")


def test_low_demands_are_met(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(200, "Nothing unusual [1].") as (url, _):
        least = ("--least", "0", "--least-documents", "0")
        assert exit_status(monkeypatch, url, folder, "--count", "4", "--documents", "2", *least) == 0


def test_a_refusal_is_a_wrong_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(400, "no such thing") as (url, _):
        assert exit_status(monkeypatch, url, folder, "--count", "2", "--documents", "1") == 1
    printed = capsys.readouterr().out
    assert "BadRequestError" in printed
    assert "no such thing" in printed
    assert printed.endswith("0 passed, 3 failed\n")


def outcome(**checks: float | None) -> run.Outcome:
    case = Case("1", "q?", "document", "p", (), (), None, PassageCited("1.pdf", "h", "q"))
    return run.Outcome(case, "a", {"quality": {"checks": checks}}, Verdict(True, ()), 0.1)


def test_what_the_products_own_checks_found_is_counted() -> None:
    outcomes = [outcome(citations=1.0, numbers=None), outcome(citations=0.5, numbers=1.0), outcome()]
    assert run.checks(outcomes).splitlines() == [
        "citations check: 1 of 2 answers passed throughout; 75.0% of its sentences on average",
        "numbers check: 1 of 1 answers passed throughout; 100.0% of its sentences on average",
    ]
