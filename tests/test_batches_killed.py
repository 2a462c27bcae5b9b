"""kill -9 of a server while it and another work on a batch: each line is in the output once, in order."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from openai import OpenAI
from openai.types import Batch

from tests.acceptance.product import Product, temporary_home
from tests.egress.house import HomeChat
from tests.egress.servers.server import Received, RecordingServer
from vestibule.batches.runner import AT_ONCE

ADMIN_KEY = "vst_batches_" + "k" * 40
LINES = 120
ANSWER_S = 0.2


@contextmanager
def slow_model() -> Iterator[RecordingServer]:
    def wait(_: Received) -> None:
        time.sleep(ANSWER_S)

    with RecordingServer(HomeChat()) as server:
        server.witness = wait
        yield server


def started(home: Path, config: Path) -> Product:
    product = Product(home, "serve", "--config", str(config), "--port", "0", VESTIBULE_ADMIN_KEY=ADMIN_KEY)
    product.wait_until_serving()
    return product


def client_of(product: Product) -> OpenAI:
    return OpenAI(base_url=f"{product.url}/v1", api_key=ADMIN_KEY)


def wait_for(client: OpenAI, batch: Batch, done: int) -> Batch:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        batch = client.batches.retrieve(batch.id)
        if batch.status == "completed" or (batch.request_counts and batch.request_counts.completed >= done):
            return batch
        time.sleep(0.05)
    raise AssertionError(batch)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_killed_server_loses_no_line_and_doubles_none(tmp_path: Path) -> None:
    with temporary_home() as home, slow_model() as model:
        config = tmp_path / "vestibule.yaml"
        config.write_text(
            yaml.safe_dump(
                {
                    "providers": [{"id": "box", "kind": "openai", "url": model.base_url}],
                    "models": [{"id": "house-model", "provider": "box", "name": "house"}],
                    "limits": {"requests_per_minute": 1_000_000},
                }
            )
        )
        lines = [
            {
                "custom_id": f"line-{n}",
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": {"model": "house-model", "messages": [{"role": "user", "content": f"What is pump P{n}x?"}]},
            }
            for n in range(LINES)
        ]
        dying, living = started(home, config), started(home, config)
        try:
            with client_of(dying) as client:
                file = client.files.create(
                    file=("in.jsonl", "\n".join(map(json.dumps, lines)).encode()), purpose="batch"
                )
                batch = client.batches.create(
                    input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
                )
                wait_for(client, batch, LINES // 4)
            dying.kill()
            with client_of(living) as client:
                done = wait_for(client, batch, LINES + 1)
                assert done.output_file_id
                output = [json.loads(line) for line in client.files.content(done.output_file_id).text.splitlines()]
                files = client.files.list(purpose="batch_output").data
        finally:
            living.stop()
    assert done.error_file_id is None
    assert done.request_counts is not None
    assert done.request_counts.to_dict() == {"total": LINES, "completed": LINES, "failed": 0}
    assert [line["custom_id"] for line in output] == [f"line-{n}" for n in range(LINES)]
    assert len(files) == 1
    asked = Counter(request.body[request.body.index(b"pump P") :].split(b"x?")[0] for request in model.requests)
    twice = [line for line, times in asked.items() if times > 1]
    assert len(asked) == LINES
    # only those that were under way when it died had to be asked again
    assert len(twice) <= AT_ONCE
    assert max(asked.values()) <= 2
