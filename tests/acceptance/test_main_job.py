"""The main job, through the doors a user takes: the command line and the official SDK on a running demo."""

import http.client
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.acceptance.product import Product, command, environment

QUESTION = "Why was the electricity use of the Harbour Office high in the second week of July?"

pytestmark = pytest.mark.slow


@pytest.fixture
def client(demo: Product) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{demo.url}/v1", api_key="any", max_retries=0) as made:
        yield made


def run(demo: Product, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment(demo.home, VESTIBULE_PORT=str(demo.port))
    return subprocess.run(command(*arguments), env=variables, capture_output=True, text=True, timeout=120)


def test_the_first_question_on_the_command_line(demo: Product) -> None:
    asked = run(demo, "ask", QUESTION)
    assert asked.returncode == 0, asked.stderr
    assert "damper" in asked.stdout
    assert "kWh" in asked.stdout
    assert "July 2025" in asked.stdout
    assert "[1]" in asked.stdout
    assert "No language model was used" in asked.stdout


def test_the_same_as_json(demo: Product) -> None:
    asked = run(demo, "ask", "--json", QUESTION)
    answer = json.loads(asked.stdout)
    report = answer["vestibule"]
    assert "damper" in answer["choices"][0]["message"]["content"]
    assert report["route"]["location"] == "home"
    assert report["privacy"]["class"] == "restricted"
    assert report["privacy"]["left"] is False
    assert any("maintenance" in c["document_id"] + c["title"].lower() for c in report["citations"])
    assert report["quality"]["checks"] == {"citations": 1.0, "numbers": 1.0}


def test_the_same_through_the_sdk_streaming(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(
        model="auto",
        messages=[{"role": "user", "content": QUESTION}],
        extra_body={"vestibule": {"cache": "bypass"}},
    )
    stream = client.chat.completions.create(
        model="auto",
        messages=[{"role": "user", "content": QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"vestibule": {"cache": "bypass"}},
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens > 0


def test_a_second_time_comes_from_the_cache_and_says_so(client: openai.OpenAI) -> None:
    question = "How much electricity did the Harbour Office use in March?"
    first, second = (
        client.chat.completions.create(model="auto", messages=[{"role": "user", "content": question}]) for _ in "12"
    )
    assert first.choices[0].message.content == second.choices[0].message.content
    assert first.id != second.id
    reports = [r.model_extra["vestibule"] for r in (first, second) if r.model_extra]
    assert [r["cache"]["status"] for r in reports] == ["miss", "hit"]
    assert reports[1]["cache"]["level"] == "exact"
    assert [r["privacy"]["class"] for r in reports] == ["restricted", "restricted"]
    assert all(r["timings_ms"]["first_token"] > 0 for r in reports)


def test_what_is_not_known_is_said(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="auto", messages=[{"role": "user", "content": "Who won the football world cup in 1954?"}]
    )
    assert "not in what I know" in (answer.choices[0].message.content or "")
    assert answer.model_extra is not None
    assert answer.model_extra["vestibule"]["citations"] == []


def say(client: openai.OpenAI, question: str, **options: object) -> tuple[str, dict[str, Any]]:
    answer = client.chat.completions.create(
        model="auto", messages=[{"role": "user", "content": question}], extra_body={"vestibule": options}
    )
    assert answer.model_extra is not None
    return answer.choices[0].message.content or "", answer.model_extra["vestibule"]


def test_answers_can_be_kept_to_named_buildings(client: openai.OpenAI) -> None:
    everyone, _ = say(client, "Which building used the most gas in March?")
    assert "followed by" in everyone
    only, _ = say(client, "Which building used the most gas in March?", buildings=["harbour-office"])
    assert only.startswith("Harbour Office used the most gas")
    with pytest.raises(openai.BadRequestError, match="nowhere-hall"):
        say(client, "How much gas in March?", buildings=["nowhere-hall"])


def test_documents_can_be_left_out(client: openai.OpenAI) -> None:
    text, report = say(client, QUESTION, knowledge=False)
    assert "damper" in text
    assert {c["document_id"].partition("/")[0] for c in report["citations"]} == {"data"}


def test_a_meter_that_is_not_there_is_said(client: openai.OpenAI) -> None:
    text, report = say(client, "How much gas did the data centre use in March?")
    assert "no gas meter" in text
    assert report["citations"] == []


def test_words_no_meter_knows_are_looked_up_in_the_documents(client: openai.OpenAI) -> None:
    _, report = say(client, "To which temperature is the heating at Harbour Office set back at night?")
    assert any("setback" in c["title"].lower() for c in report["citations"])


def test_models_embeddings_and_errors(client: openai.OpenAI) -> None:
    assert {m.id for m in client.models.list()} >= {"auto", "extractive", "all-MiniLM-L6-v2"}
    vectors = client.embeddings.create(model="all-MiniLM-L6-v2", input=["chiller", "boiler"])
    assert [len(v.embedding) for v in vectors.data] == [384, 384]
    with pytest.raises(openai.NotFoundError, match="extractive"):
        client.chat.completions.create(model="extractve", messages=[{"role": "user", "content": "x"}])
    with pytest.raises(openai.BadRequestError, match="messages"):
        client.chat.completions.create(model="auto", messages=[])


def test_readiness_names_every_part(demo: Product) -> None:
    with urllib.request.urlopen(f"{demo.url}/readyz") as answer:
        ready = json.load(answer)
    assert ready["status"] == "ready"
    assert set(ready["components"]) == {
        *(
            "access",
            "configuration",
            "database",
            "embedder",
            "keys",
            "knowledge",
            "limits",
            "models",
            "ollama",
            "privacy",
            "records",
            "routes",
        )
    }
    assert all(component["ok"] for component in ready["components"].values())


def test_a_browser_is_led_to_the_console(demo: Product) -> None:
    for path in ("/", "/console"):
        connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["location"]) == (307, "/console/")
        connection.close()
    with urllib.request.urlopen(f"{demo.url}/console/") as page:
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert b"Overview" in page.read()


def test_doctor_finds_everything(demo: Product) -> None:
    found = run(demo, "doctor", "--json")
    checks = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 0, found.stdout
    assert {"python", "home", "port"} <= {c["name"] for c in checks}


def test_a_used_port_is_said_with_the_next_step(demo: Product) -> None:
    started = run(demo, "serve", "--port", str(demo.port))
    assert started.returncode == 1
    assert "--port" in started.stderr
    assert "Traceback" not in started.stderr


def test_ask_without_a_server(demo: Product) -> None:
    asked = subprocess.run(
        command("ask", "hello"), env=environment(demo.home, VESTIBULE_PORT="9"), capture_output=True, text=True
    )
    assert asked.returncode == 1
    assert "vestibule demo" in asked.stderr


def test_a_bad_file_is_named_and_the_others_go_on(demo: Product, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_bytes(b"")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "good.md").write_text("# Pump P-7\n\nClose valves V-3 and V-4 first.\n")
    done = run(demo, "ingest", str(tmp_path))
    assert done.returncode == 1
    assert "1 of 3 taken in." in done.stdout
    assert "empty.md: The file is empty" in done.stderr
    assert "broken.pdf: The PDF is broken" in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_are_shown_once_and_can_be_revoked(demo: Product) -> None:
    made = json.loads(run(demo, "keys", "create", "--tenant", "acme", "--scope", "inference", "--json").stdout)
    assert made["scopes"] == ["inference"]
    listed = run(demo, "keys", "list", "--json").stdout
    assert made["id"] in listed
    assert made["key"] not in listed
    assert run(demo, "keys", "revoke", made["id"]).returncode == 0
    assert "revoked" in run(demo, "keys", "list").stdout


def test_models_are_listed_and_a_file_that_is_none_is_refused(demo: Product, tmp_path: Path) -> None:
    assert "extractive" in run(demo, "models", "list").stdout
    (tmp_path / "x.gguf").write_text("no model")
    refused = run(demo, "models", "add", str(tmp_path / "x.gguf"))
    assert refused.returncode == 1
    assert "is not a GGUF file" in refused.stderr
    assert run(demo, "models", "remove", "nothing").returncode == 1


def test_wrong_usage_is_exit_2(demo: Product) -> None:
    assert run(demo, "frobnicate").returncode == 2
    assert run(demo, "ask").returncode == 2
