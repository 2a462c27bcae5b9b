"""`vestibule config` on a real database, as an operator types it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.conftest import home_with_database
from vestibule.cli.commands import commands
from vestibule.core.errors import Conflict, InvalidRequest

SETTINGS = """
providers: [{id: out, kind: openai, url: "https://api.example.com/v1"}]
models: [{id: far, provider: out, name: far}]
"""


@pytest.fixture(scope="module")
def versions_home() -> Iterator[Path]:
    with home_with_database() as home:
        yield home


@pytest.fixture(autouse=True)
def home(versions_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VESTIBULE_HOME", str(versions_home))
    return versions_home


async def run(*words: str, given: str | None = None) -> Result:
    """Raise our own errors as `main` would print them."""
    result = await asyncio.to_thread(CliRunner().invoke, commands, ["config", *words], given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


async def told(*words: str, given: str | None = None) -> Any:
    return json.loads((await run(*words, "--json", given=given)).stdout)


async def applied(text: str, *more: str) -> int:
    said = await told("apply", "-", "--reason", "a test", *more, given=text)
    return int(said["version"]["number"])


async def test_a_version_is_applied_shown_compared_and_rolled_back() -> None:
    first = await applied("cache: {seconds: 10}\n")
    second = await applied("cache: {seconds: 20}\nprompts: {system: Be brief.}\n")
    assert (await told("show"))["document"] == {"cache": {"seconds": 20.0}, "prompts": {"system": "Be brief."}}
    shown = (await run("show", str(first))).output
    assert shown.startswith(f"# version {first}: a test (cli:")
    assert "seconds: 10.0" in shown
    assert (await run("diff", str(first), str(second))).output.splitlines() == [
        "~ cache.seconds: 10.0 -> 20.0",
        '+ prompts.system: "Be brief."',
    ]
    assert [change["path"] for change in await told("diff", "0", str(first))] == ["cache.seconds"]
    back = (await run("rollback", str(first), "--reason", "too stale")).output
    assert '- prompts.system: "Be brief."' in back
    assert f"Version {second + 1} is in force." in back
    listed = [json.loads(line) for line in (await run("history", "--json")).stdout.splitlines()]
    assert [(one["number"], one["live"]) for one in listed[:3]] == [
        (second + 1, True),
        (second, False),
        (first, False),
    ]
    assert f"Version {second + 1} is in force (*)" in (await run("history", "--limit", "2")).output
    assert (await run("show", "0")).output == "# version 0, as shipped\n{}\n"


async def test_a_wrong_file_is_told_by_line_and_exits_1(tmp_path: Path) -> None:
    file = tmp_path / "tuned.yaml"
    file.write_text("cache:\n  second: 1\n")
    result = await run("validate", str(file))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"error: {file}:2: `cache.second` is not known. Did you mean `seconds`?",
        "It cannot be applied.",
    ]
    assert (await told("validate", str(file)))["mistakes"][0]["line"] == 2
    with pytest.raises(InvalidRequest, match="Check its name"):
        await run("validate", str(tmp_path / "none.yaml"))


async def test_models_of_the_settings_may_be_named_though_nothing_runs(tmp_path: Path) -> None:
    settings, file = tmp_path / "vestibule.yaml", tmp_path / "tuned.yaml"
    settings.write_text(SETTINGS)
    file.write_text("routes: {tasks: {lookup: {prefer: [far]}}}\n")
    assert (await run("validate", str(file))).exit_code == 1
    said = await run("validate", str(file), "--config", str(settings))
    assert said.exit_code == 0
    assert said.output.splitlines()[-2:] == ['+ routes.tasks.lookup.prefer: ["far"]', "It can be applied."]


async def test_who_began_with_an_older_version_is_told_and_may_merge() -> None:
    seen = await applied("cache: {seconds: 30}\n")
    await applied("cache: {seconds: 31}\n")
    mine = "cache: {seconds: 30}\nenergy: {watts_otherwise: 40}\n"
    with pytest.raises(Conflict, match=r"30.0 -> 31.0"):
        await run("apply", "-", "--reason", "r", "--if", str(seen), given=mine)
    said = (await run("apply", "-", "--reason", "r", "--if", str(seen), "--merge", given=mine)).output
    assert "with what was changed meanwhile" in said
    assert (await told("show"))["document"]["cache"] == {"seconds": 31.0}


async def test_a_warning_is_told_with_what_was_applied(tmp_path: Path) -> None:
    file = tmp_path / "tuned.yaml"
    file.write_text("policy:\n  version: 1\n  images: stripped\n")
    said = (await run("apply", str(file), "--reason", "r")).output
    assert said.startswith(f"warning: {file}:3: `policy` images leave")


async def test_a_reason_is_asked_for() -> None:
    assert (await run("apply", "-", given="{}")).exit_code == 2
