"""`vestibule privacy`, as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vestibule.cli.privacy import privacy

MAIL = "write to m.berg@example.org today"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
    monkeypatch.delenv("VESTIBULE_KEY", raising=False)
    return tmp_path


def run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(privacy, arguments, input=said)


def test_check_prints_the_contract() -> None:
    result = run("check", MAIL, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["class"] == "confidential"
    assert [(s["type"], MAIL[s["start"] : s["end"]], s["rule"]) for s in report["spans"]] == [
        ("EMAIL", "m.berg@example.org", "pseudonymise")
    ]
    assert report["leaves"] == "write to ⟦EMAIL_1⟧ today"


def test_check_reads_stdin_and_explains_in_words(home: Path) -> None:
    (home / "vestibule.yaml").write_text(
        "providers:\n- {id: far, kind: openai, url: 'https://api.example.com/v1', region: eu}\n"
        "- {id: near, kind: openai, url: 'http://127.0.0.1:1/v1'}\n"
        "- {id: forwarder, kind: openai, url: 'http://127.0.0.1:2/v1', cloud: true}\n"
    )
    said = run("check", "-", "--config", str(home / "vestibule.yaml"), said=f"{MAIL}\n").stdout
    assert "confidential  (policy 1:" in said
    assert "'m.berg@example.org': EMAIL, confidential, pseudonymise" in said
    assert "What would leave, if it may: write to ⟦EMAIL_1⟧ today" in said
    assert "far (eu): no, no cloud rule allows confidential" in said
    assert "forwarder: no" in said
    assert "near" not in said
    blocked = run("check", "the alarm code is 902144").stdout
    assert "restricted" in blocked
    assert "Nothing of it would leave." in blocked
    assert "No provider outside the house" in blocked


def test_check_by_another_policy_or_the_one_at_home(home: Path) -> None:
    policy = home / "policy.yaml"
    policy.write_text("version: 9\ntypes: {EMAIL: {class: restricted, rule: block}}\n")
    for arguments in (("--json",), ("--json", "--policy", str(policy))):
        report = json.loads(run("check", MAIL, *arguments).stdout)
        assert (report["class"], report["leaves"], report["policy"][:2]) == ("restricted", None, "9:")
    missing = run("check", MAIL, "--policy", str(home / "none.yaml"))
    assert missing.exit_code == 1
    assert "none.yaml cannot be read" in str(missing.exception)


def test_lint_tells_errors_from_warnings(home: Path) -> None:
    policy = home / "p.yaml"
    policy.write_text("version: 1\ntypes: {EMAIL: {rule: keep}}\n")
    warned = run("lint", str(policy))
    assert warned.exit_code == 0
    assert f"{policy}:2: warning: EMAIL is confidential and ruled `pseudonymise` by default" in warned.stdout
    assert "0 errors, 2 warnings." in warned.stdout
    policy.write_text("version: 1\ntypes: {API_KEY: {rule: keep}}\n")
    refused = run("lint", str(policy), "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["severity"] == "error"
    policy.write_text("version: 1\nclowd: []\n")
    assert "p.yaml:2: `clowd`" in str(run("lint", str(policy)).exception)


def test_lint_knows_the_providers_of_a_configuration(home: Path) -> None:
    config, policy = home / "vestibule.yaml", home / "p.yaml"
    config.write_text("providers: [{id: far, kind: openai, url: 'https://a.example/v1', region: eu}]\n")
    policy.write_text("version: 1\ncloud: [{allow: [internal], providers: [fra], regions: [eu]}]\n")
    assert (
        "`fra` is not among the providers of vestibule.yaml. Known: far."
        in run("lint", str(policy), "--config", str(config)).stdout
    )


def test_erase_asks_first_and_tells_what_went(storage_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESTIBULE_HOME", str(storage_home))
    unsure = run("erase", "--tenant", "t-nobody", said="n\n")
    assert unsure.exit_code == 1
    assert "erased" not in unsure.stdout
    done = run("erase", "--tenant", "t-nobody", "--person", "Anna Berg", said="y\n")
    assert done.exit_code == 0, done.output
    assert "erased        0  documents" in done.stdout
    assert "Never kept: questions and conversations" in done.stdout
    assert "running server" in done.stderr
    report = json.loads(run("erase", "--tenant", "t-nobody", "--yes", "--json").stdout)
    assert {part["erased"] for part in report["parts"]} == {0}
    assert report["audit_id"]
    assert run("erase", "--tenant", "t-nobody", "--person", "A", "--yes").exit_code == 1
