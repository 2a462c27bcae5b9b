"""Chat requests to the product as one batch over plain HTTP, and what came back for each."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.egress.asking import TIMEOUT_S, Answer, read_whole

CHAT = "/v1/chat/completions"
BATCH_S = 240.0


def ask_in_batch(port: int, key: str, bodies: Sequence[Mapping[str, object]]) -> list[Answer]:
    """Send them all, wait until they are answered or refused, and return what became of each, in their order. A batch
    cannot stream: what asked for that is asked without."""
    lines = [
        json.dumps({"custom_id": str(number), "method": "POST", "url": CHAT, "body": _whole(body)})
        for number, body in enumerate(bodies)
    ]
    form = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("purpose", "batch"), ('file"; filename="in.jsonl', "\n".join(lines)))
    )
    sent = _ask(port, key, "POST", "/v1/files", f"{form}--b--\r\n".encode(), "multipart/form-data; boundary=b")
    wanted = {"input_file_id": json.loads(sent)["id"], "endpoint": CHAT, "completion_window": "24h"}
    batch = json.loads(_ask(port, key, "POST", "/v1/batches", json.dumps(wanted).encode()))
    until = time.monotonic() + BATCH_S
    while batch["status"] != "completed":
        if time.monotonic() > until or batch["status"] == "failed":
            raise RuntimeError(f"a batch was not answered: {batch}")
        time.sleep(0.2)
        batch = json.loads(_ask(port, key, "GET", f"/v1/batches/{batch['id']}"))
    answers: dict[int, Answer] = {}
    for kind in ("output_file_id", "error_file_id"):
        content = _ask(port, key, "GET", f"/v1/files/{batch[kind]}/content") if kind in batch else b""
        answers |= {int(line["custom_id"]): _answer(line["response"]) for line in map(json.loads, content.splitlines())}
    return [answers[number] for number in range(len(bodies))]


def _whole(body: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in ("stream", "stream_options")}


def _answer(response: Mapping[str, Any]) -> Answer:
    answer = Answer(status=response["status_code"])
    if answer.status >= 400:
        answer.code = response["body"]["error"]["code"]
    else:
        read_whole(response["body"], answer)
    return answer


def _ask(
    port: int, key: str, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body, {"Authorization": f"Bearer {key}", "Content-Type": kind})
        response = connection.getresponse()
        said = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {said!r}")
        return said
    finally:
        connection.close()
