"""The cutting proxy before a real llama.cpp server: what passes is untouched, and what is cut is cut as said."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openai
import pytest

from tests.laboratory.llama import llama_server
from tests.laboratory.proxy import Cut, CuttingProxy

ASKED = {
    "model": "tiny",
    "messages": [{"role": "user", "content": "What was the peak of Granite Tower on 3 March 2024?"}],
    "temperature": 0,
    "max_tokens": 40,
    "stream": True,
}


@pytest.fixture(scope="module")
def llama() -> Iterator[Path]:
    with llama_server() as path:
        yield path


@pytest.fixture
def proxy(llama: Path) -> Iterator[CuttingProxy]:
    with CuttingProxy(llama) as running:
        yield running


def ask(proxy: CuttingProxy, timeout_s: float = 20) -> Iterator[str]:
    with openai.OpenAI(base_url=f"{proxy.url}/v1", api_key="any", max_retries=0, timeout=timeout_s) as client:
        stream = client.chat.completions.create(**ASKED)  # type: ignore[call-overload]  # of the literal's types
        for chunk in stream:
            if chunk.choices:
                yield chunk.choices[0].delta.content or ""


def request(connection: str) -> bytes:
    body = json.dumps(ASKED).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def raw(proxy: CuttingProxy) -> bytes:
    """The answer's bytes, head and framing included, until the connection ends."""
    assert not isinstance(proxy.address, Path)
    with socket.create_connection(proxy.address, 20) as line:
        line.sendall(request("close"))
        received = b""
        while piece := line.recv(65_536):
            received += piece
    return received


def test_what_is_not_cut_passes_as_it_is(proxy: CuttingProxy) -> None:
    text = "".join(ask(proxy))
    assert text
    assert "".join(ask(proxy)) == text
    assert [p.events > 5 for p in proxy.passages] == [True, True]
    assert b"Granite Tower" in proxy.passages[0].request


def test_it_is_cut_at_the_byte(proxy: CuttingProxy) -> None:
    whole = raw(proxy)
    assert whole.endswith(b"0\r\n\r\n")
    for at in (0, 1, 100, 700):
        proxy.cuts.append(Cut("cut", after_bytes=at))
        assert len(raw(proxy)) == at
    proxy.cuts.append(Cut("refuse"))
    with pytest.raises(ConnectionError):
        raw(proxy)


def test_it_is_cut_after_an_event(proxy: CuttingProxy) -> None:
    for events in (1, 4):
        proxy.cuts.append(Cut("cut", after_events=events))
        assert raw(proxy).count(b"data: ") == events
    proxy.cuts.append(Cut("reset", after_events=3))
    with pytest.raises(ConnectionError):
        raw(proxy)
    assert proxy.passages[-1].events == 3


def test_the_sdk_sees_a_stall_and_a_corrupted_event(proxy: CuttingProxy) -> None:
    proxy.cuts.append(Cut("stall", after_events=3))
    with pytest.raises(openai.APITimeoutError):
        "".join(ask(proxy, timeout_s=1))
    proxy.cuts.append(Cut("corrupt", after_events=3))
    with pytest.raises(json.JSONDecodeError):
        "".join(ask(proxy))
    proxy.cuts.append(Cut("delay", after_events=3, seconds=0.1))
    assert "".join(ask(proxy)) == "".join(ask(proxy))


def test_it_listens_on_a_unix_socket_too(llama: Path, tmp_path: Path) -> None:
    with CuttingProxy(llama, tmp_path / "cut.sock") as proxy:
        assert proxy.url == f"unix:{tmp_path}/cut.sock"
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(proxy.address))
            line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = http.client.HTTPResponse(line)
            reply.begin()
            assert json.loads(reply.read()) == {"status": "ok"}


def test_llama_cpp_ends_a_connection_after_a_stream_though_it_says_that_it_keeps_it(llama: Path) -> None:
    """Why a request may be sent twice within one attempt: the first found nobody."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(llama))
        line.sendall(request("keep-alive"))
        received = b""
        while not received.endswith(b"\r\n0\r\n\r\n"):
            received += line.recv(65_536)
        head = received.partition(b"\r\n\r\n")[0].lower()
        assert b"keep-alive: timeout=5" in head
        assert b"connection: close" not in head
        with suppress(ConnectionError):
            line.sendall(request("keep-alive"))
            assert line.recv(1) == b""


def test_a_request_that_found_nobody_is_not_taken_and_its_cut_is_for_the_next(tmp_path: Path) -> None:
    """On a connection that the server ends instead of reading on."""
    path, answer = tmp_path / "short.sock", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def serve(listening: socket.socket) -> None:
        for _ in range(2):
            line, _ = listening.accept()
            with line:
                line.recv(65_536)
                line.sendall(answer)
                line.recv(65_536)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        serving = threading.Thread(target=serve, args=(listening,))
        serving.start()
        with CuttingProxy(path, tmp_path / "cut.sock") as proxy:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(proxy.address))
                line.sendall(b"POST /a HTTP/1.1\r\n\r\n")
                assert line.recv(100) == answer
                proxy.cuts.append(Cut("cut", after_bytes=8))
                line.sendall(b"POST /b HTTP/1.1\r\n\r\n")
                assert line.recv(100) == b""
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(proxy.address))
                line.sendall(b"POST /b HTTP/1.1\r\n\r\n")
                assert line.recv(100) == answer[:8]
        serving.join()
    assert [(p.taken, p.down, bytes(p.request[:7])) for p in proxy.passages] == [
        (True, len(answer), b"POST /a"),
        (False, 0, b"POST /b"),
        (True, 8, b"POST /b"),
    ]
