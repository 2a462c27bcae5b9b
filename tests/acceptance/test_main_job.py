"""The main job, through the doors a user takes: the command line and the official SDK on a running demo."""

import json
import subprocess
from collections.abc import Iterator

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


def test_what_is_not_known_is_said(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="auto", messages=[{"role": "user", "content": "Who won the football world cup in 1954?"}]
    )
    assert "not in what I know" in (answer.choices[0].message.content or "")
    assert answer.model_extra is not None
    assert answer.model_extra["vestibule"]["citations"] == []


def test_models_embeddings_and_errors(client: openai.OpenAI) -> None:
    assert {m.id for m in client.models.list()} == {"auto", "extractive", "all-MiniLM-L6-v2"}
    vectors = client.embeddings.create(model="all-MiniLM-L6-v2", input=["chiller", "boiler"])
    assert [len(v.embedding) for v in vectors.data] == [384, 384]
    with pytest.raises(openai.NotFoundError, match="extractive"):
        client.chat.completions.create(model="extractve", messages=[{"role": "user", "content": "x"}])
    with pytest.raises(openai.BadRequestError, match="messages"):
        client.chat.completions.create(model="auto", messages=[])


def test_readiness_names_every_part(demo: Product) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{demo.url}/readyz") as answer:
        ready = json.load(answer)
    assert ready["status"] == "ready"
    assert set(ready["components"]) == {"database", "embedder", "knowledge", "models"}
    assert all(component["ok"] for component in ready["components"].values())


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
