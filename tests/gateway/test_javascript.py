"""OpenAI's official JavaScript SDK, unmodified, against a running gateway."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gateway.conftest import Serve
from tests.gateway.operating import operator
from tests.gateway.scripted import ANSWER
from vestibule.privacy.audit.trail import Trail
from vestibule.storage.database import Database

SDK = "openai@7.57.0"
SCRIPT = Path(__file__).with_name("sdk.mjs")

pytestmark = pytest.mark.needs_node


@pytest.fixture(scope="session")
def script(pytestconfig: pytest.Config) -> Path:
    """The script beside an installed SDK, which is fetched once and kept with pytest's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js is not on this machine")
    folder = pytestconfig.cache.mkdir("javascript") if pytestconfig.cache else SCRIPT.parent
    if not (folder / "node_modules" / "openai").exists():
        installing = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), SDK]
        try:
            done = subprocess.run(installing, capture_output=True, timeout=120, check=False, cwd=folder)
        except subprocess.TimeoutExpired:
            pytest.skip("the JavaScript SDK did not come in time")
        if done.returncode:
            pytest.skip("the JavaScript SDK cannot be fetched here")
    return Path(shutil.copy(SCRIPT, folder / SCRIPT.name))


async def test_the_javascript_sdk_works_unmodified(
    serve: Serve, database: Database, storage_home: Path, script: Path
) -> None:
    server = await serve(operator=operator(Trail(database, storage_home)))
    environment = os.environ | {"BASE_URL": f"http://127.0.0.1:{server.port}/v1", "API_KEY": server.key or ""}
    running = await asyncio.create_subprocess_exec(
        "node", str(script), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await running.communicate()
    assert running.returncode == 0, complaint.decode()
    seen = json.loads(said)
    events = seen.pop("events")
    assert seen == {
        "models": ["auto", "extractive", "all-MiniLM-L6-v2"],
        "chat": [ANSWER, ANSWER],
        "report": "restricted",
        "chat_stream": ANSWER,
        "response": ANSWER,
        "annotation": "Maintenance log",
        "input_items": ["message", "message", "file_search_call", "message"],
        "retrieved": True,
        "gone": 404,
        "helped": ANSWER,
        "embeddings": [384, 384],
        "moderation": True,
        "error": ["NotFoundError", 404, "not_found"],
    }
    assert (events[0], events[-1]) == ("response.created", "response.completed")
    assert "response.file_search_call.searching" in events
