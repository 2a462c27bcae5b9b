"""`vestibule models plan` and `models add`, as an operator sees them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.ollama.daemon import LLAMA, RUNNING, Daemon
from vestibule.cli import memory_plan
from vestibule.cli.models import models
from vestibule.core.errors import NotFound, TooLarge
from vestibule.providers.llamacpp.model_file import examine
from vestibule.providers.llamacpp.registry import add_model
from vestibule.providers.memory.catalogue import read_catalogue
from vestibule.providers.memory.footprint import Serving


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(memory_plan, "TINY_MODEL", tmp_path / "none.gguf")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(models, arguments, catch_exceptions=False)


def test_the_table_shows_installed_and_known_models(home: Path) -> None:
    add_model(home, write_random_model(home / "random.gguf"), "mine")
    result = run("plan", "--memory-gib", "12")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].split("  ")[0] == "model"
    mine = next(line for line in lines if line.startswith("mine "))
    assert [*mine.split()] == ["mine", "0.42", "MiB", "0.25", "KiB", "4,096", "2", "f16", *mine.split()[8:10], "loaded"]
    qwen = next(line for line in lines if line.startswith("qwen2.5-7b-instruct Q4_K_M (not installed)"))
    assert "4.36 GiB" in qwen
    assert "56 KiB" in qwen
    assert qwen.endswith("yes")
    assert any("112 KiB" in line for line in lines if line.startswith("llama-3.2-3b-instruct"))
    assert "Budget: 12.0 GiB" in result.stdout


def test_what_would_be_unloaded_and_what_does_not_fit_is_said(home: Path) -> None:
    path = write_random_model(home / "random.gguf")
    one = examine(path, Serving(4096, 2)).footprint.total / 2**30
    add_model(home, path, "first")
    add_model(home, path, "second")
    said = run("plan", "--memory-gib", str(1.5 * one)).stdout
    lines = {line.split()[0]: line.split() for line in said.splitlines() if line}
    assert "loaded" in lines["first"]
    assert lines["second"][-2:] == ["yes", "first"]
    assert lines["qwen2.5-7b-instruct"][-1] == "no"
    assert "q8_0 cache type" in said


def test_json_adds_up(home: Path) -> None:
    add_model(home, write_random_model(home / "random.gguf"), "mine")
    add_model(home, home / "gone.gguf", "gone")
    plan = json.loads(run("plan", "--json", "--memory-gib", "3").stdout)
    rows = {row["model"]: row for row in plan["models"]}
    assert plan["budget_bytes"] == 3 * 2**30
    for row in rows.values():
        cache = row["kv_per_token"] * row["context"] * row["slots"]
        assert row["sum"] == row["weights"] + cache + row["compute"] + row["overhead"]
        assert row["fits"] == (row["sum"] <= plan["budget_bytes"])
    assert rows["mine"]["at_start"]
    assert rows["qwen2.5-7b-instruct Q8_0"]["unloads"] == []
    assert [(m["model"], "does not exist" in m["reason"]) for m in plan["unusable"]] == [("gone", True)]
    assert "gone cannot be run so" in run("plan").stdout


def test_a_profile_sets_slots_context_and_cache() -> None:
    plan = json.loads(run("plan", "--profile", "cpu-server", "--json").stdout)
    row = plan["models"][0]
    assert (row["slots"], row["context"], row["cache_type"]) == (4, 8192, "q8_0")
    assert plan["budget_bytes"] == 24 * 2**30
    assert "the profile gpu-server" in run("plan", "--profile", "gpu-server").stdout
    halved = json.loads(run("plan", "--profile", "cpu-server", "--memory-gib", "12", "--json").stdout)
    assert halved["budget_bytes"] == 12 * 2**30
    with pytest.raises(NotFound, match="no profile `toaster`"):
        run("plan", "--profile", "toaster")
    explained = "".join(run("plan", "--help").stdout.split())
    assert all(name in explained for name in read_catalogue(memory_plan.CATALOGUE).profiles)


def test_the_settings_of_a_file_are_planned_with(home: Path) -> None:
    config = home / "vestibule.yaml"
    config.write_text("local: {memory_gib: 2, slots: 3, context: 1024, cache_type: q4_0}\n")
    plan = json.loads(run("plan", "--config", str(config), "--json").stdout)
    assert plan["setting_bytes"] == 2 * 2**30
    assert (plan["models"][0]["slots"], plan["models"][0]["cache_type"]) == (3, "q4_0")


def test_a_machine_with_less_than_the_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_plan, "available_memory", lambda: 2**30)
    assert "12.0 GiB (local.memory_gib), of which 1.00 GiB are free on this machine" in run("plan").stdout


async def test_what_ollama_holds_is_shown_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_plan, "available_memory", lambda: 2**40)
    async with Daemon(models=[LLAMA], running_now=[RUNNING]).running() as daemon:
        monkeypatch.setenv("OLLAMA_HOST", daemon.url)
        said = (await asyncio.to_thread(run, "plan")).stdout
    assert "Ollama holds llama3.2:latest: 2.79 GiB, 953.7 MiB of it on a graphics card." in said


def test_adding_a_model_beyond_the_budget_is_refused(home: Path) -> None:
    path = write_random_model(home / "random.gguf")
    config = home / "vestibule.yaml"
    config.write_text("local: {memory_gib: 0.01}\n")
    with pytest.raises(TooLarge, match="KV cache"):
        run("add", str(path), "--config", str(config))
    added = run("add", str(path), "--name", "mine")
    assert "Added mine (0.42 MiB, " in added.stdout
    assert "in memory)" in added.stdout
