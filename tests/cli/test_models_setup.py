"""`vestibule models setup`: the steps that are missing, and descriptions that the system can read."""

from __future__ import annotations

import asyncio
import configparser
import json
import plistlib
import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.providers.ollama.daemon import LLAMA, Daemon
from tests.providers.ollama.program import install
from vestibule.cli.models import models
from vestibule.cli.setup import command
from vestibule.cli.setup.units import Service, file_of

TOLD = {"OLLAMA_HOST": "127.0.0.1:11434", "OLLAMA_NO_CLOUD": "1", "OLLAMA_NUM_PARALLEL": "2"}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(command, "SYSTEM_UNIT", tmp_path / "none.service")
    return tmp_path


def run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(models, ["setup", *arguments], said)


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]  # names of keys are read as they stand
    parsed.read(path)
    return parsed


def environ_of(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line.startswith("Environment=")]
    pairs = (shlex.split(line.removeprefix("Environment="))[0].partition("=") for line in lines)
    return {name: value for name, _, value in pairs}


def test_without_ollama_the_steps_begin_with_installing_it() -> None:
    said = run().stdout
    assert "ollama on PATH:  no" in said
    assert said.index("install.sh") < said.index("setup --write") < said.index("enable --now ollama vestibule")
    assert "vestibule models pull qwen2.5:7b" in said
    assert "ExecStart=" in said  # printed, not written


def test_nothing_is_written_without_consent(home: Path) -> None:
    assert run("--write", said="n\n").exit_code == 0
    assert not (home / ".config").exists()


def test_units_of_systemd_restart_both_and_keep_ollama_at_home(home: Path) -> None:
    config = home / "vestibule 100%.yaml"
    config.write_text("local: {slots: 2}\n")
    result = run("--write", "--yes", "--config", str(config))
    assert result.exit_code == 0, result.output
    folder = home / ".config" / "systemd" / "user"
    ollama, vestibule = unit(folder / "ollama.service"), unit(folder / "vestibule.service")
    assert ollama["Service"]["ExecStart"] == "/usr/local/bin/ollama serve"
    assert {name: environ_of(folder / "ollama.service").get(name) for name in TOLD} == TOLD
    words = shlex.split(vestibule["Service"]["ExecStart"].replace("%%", "%"))
    assert words == [sys.executable, "-m", "vestibule", "serve", "--config", str(config)]
    assert environ_of(folder / "vestibule.service") == {"VESTIBULE_HOME": str(home / "home")}
    assert "ollama.service" in vestibule["Unit"]["After"]
    for parsed in (ollama, vestibule):
        assert parsed["Service"]["Restart"] == "always"
        assert parsed["Install"]["WantedBy"] == "default.target"
    assert "setup --write" not in result.stdout


def test_agents_of_launchd_restart_both(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    result = run("--write", "--yes")
    assert "brew install ollama" in result.stdout
    folder = home / "Library" / "LaunchAgents"
    agents = {path.name: plistlib.loads(path.read_bytes()) for path in folder.iterdir()}
    assert sorted(agents) == ["local.vestibule.ollama.plist", "local.vestibule.vestibule.plist"]
    ollama = agents["local.vestibule.ollama.plist"]
    assert ollama["ProgramArguments"][-1] == "serve"
    assert {name: ollama["EnvironmentVariables"].get(name) for name in TOLD} == TOLD
    assert all(agent["KeepAlive"] and agent["RunAtLoad"] for agent in agents.values())
    assert all(f"launchctl bootstrap gui/$(id -u) {folder / name}" in result.stdout for name in agents)


def test_a_service_of_the_installer_is_told_and_not_doubled(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = home / "ollama.service"
    installed.touch()
    monkeypatch.setattr(command, "SYSTEM_UNIT", installed)
    said = json.loads(run("--json").stdout)
    assert [Path(file["path"]).name for file in said["files"]] == ["vestibule.service"]
    (told,) = [step for step in said["steps"] if "installer" in step["why"]]
    assert "OLLAMA_NO_CLOUD=1" in told["commands"][1]


async def test_what_is_there_is_not_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = install(home / "bin")
    monkeypatch.setenv("PATH", str(program.parent))
    async with Daemon(models=[LLAMA]).running() as daemon:
        monkeypatch.setenv("OLLAMA_HOST", daemon.url)
        said = (await asyncio.to_thread(run)).stdout
        daemon.version = "0.3.14"
        old = (await asyncio.to_thread(run)).stdout
    assert f"ollama on PATH:  {program}" in said
    assert "version 0.12.6" in said
    assert "Install Ollama" not in said
    assert "models pull" not in said
    assert "Ollama 0.3.14 is too old" in old
    assert "install.sh" in old


def test_elsewhere_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert "Install Ollama from its own page" in str(run().exception)


def test_odd_paths_are_quoted_for_systemd(tmp_path: Path) -> None:
    odd = Service("x", "X", ('/a b/"c"', "$d"), {"E": "f g%"}, tmp_path)
    text = file_of(odd, "systemd", tmp_path)[1].decode()
    assert 'ExecStart="/a b/\\"c\\"" $$d' in text
    assert 'Environment="E=f g%%"' in text
