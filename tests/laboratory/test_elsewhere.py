"""A base URL that resolves to a public address, and one that changes its address between two requests."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laboratory.elsewhere import COMMAND

ROOT = Path(__file__).parents[2]


def _has_networks() -> bool:
    """Whether a network of its own can be had here: Linux, and not forbidden."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run([*COMMAND, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0


@pytest.mark.skipif(not _has_networks(), reason="no network of its own can be had (unshare, ip)")
def test_a_name_that_leads_to_a_public_address_gets_no_byte() -> None:
    done = subprocess.run(
        [*COMMAND, sys.executable, "-m", "tests.laboratory.elsewhere"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"openai, not listed", "openai, listed", "ollama, not listed", "ollama, listed"}
    for case, seen in found.items():
        assert seen["endings"] == ["answered", "egress_refused", "answered"], case
        assert seen["bytes"]["127.0.0.1"] > 0, case
        assert seen["bytes"]["5.6.7.8"] == 0, case
