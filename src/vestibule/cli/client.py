"""The command line as a client of a running server: plain HTTP, nothing of the server's inside."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

from vestibule.core.errors import Unavailable, VestibuleError
from vestibule.core.settings import Settings


class ServerError(VestibuleError):
    """What the server said, as it said it; `status` of HTTP where it came with one."""

    code = "server"

    def __init__(self, message: str, *, next_step: str = "", status: int | None = None) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status


class Client:
    def __init__(self, settings: Settings, key: str | None) -> None:
        self._host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        self._port = settings.port
        self._headers = {"Content-Type": "application/json", "Connection": "close"} | (
            {"Authorization": f"Bearer {key}"} if key else {}
        )

    def post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """Send JSON, return JSON. Raise `ServerError` with the server's message."""
        with self._open("POST", path, body) as response:
            answer: dict[str, Any] = json.loads(response.read())
        return answer

    def get(self, path: str) -> dict[str, Any]:
        with self._open("GET", path, None) as response:
            answer: dict[str, Any] = json.loads(response.read())
        return answer

    def stream(self, path: str, body: dict[str, object]) -> Iterator[dict[str, Any]]:
        """Send JSON, yield the data of each server-sent event until `[DONE]`."""
        with self._open("POST", path, body | {"stream": True}) as response:
            for line in response:
                if not line.startswith(b"data: "):
                    continue
                data = line[6:].strip()
                if data == b"[DONE]":
                    return
                event: dict[str, Any] = json.loads(data)
                if "error" in event:
                    raise ServerError(str(event["error"]["message"]))
                yield event
        raise ServerError("The answer broke off before its end.", next_step="Ask again; see the server's log.")

    def _open(self, method: str, path: str, body: dict[str, object] | None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=120)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, self._headers)
            response = connection.getresponse()
        except OSError as error:
            raise Unavailable(
                f"No Vestibule answers at {self._host}:{self._port} ({error.strerror or error}).",
                next_step="Start one with `vestibule demo` or `vestibule serve`, or set VESTIBULE_PORT.",
            ) from None
        if response.status >= 400:
            raise ServerError(_message(response), status=response.status)
        return response


def _message(response: http.client.HTTPResponse) -> str:
    try:
        return str(json.loads(response.read())["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {response.status} {response.reason}."
