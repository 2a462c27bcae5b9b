"""The cloud door over real sockets: what it lets through, to whom, and that nothing of it is told in an error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.providers.cloud.conftest import Certificate, Cloud, cloud, reply, sends
from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.refusals import UpstreamRefused

PATH = "/v1/chat/completions"
SECRET = "sk-the-key-itself-1234567890"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Door:
    """A sealer and the transports that know it, closed at the end."""

    def __init__(self) -> None:
        self.sealer = Sealer()
        self.clock = Clock()
        self.transport = CloudTransport(self.sealer, self.clock, first_byte_s=0.3, silence_s=0.3)
        self.opened = [self.transport]
        self.records = 0

    def using(self, keys: ApiKeys | None = None, ca_file: Path | None = None) -> CloudTransport:
        way = self.transport.using(keys or ApiKeys(), ca_file)
        self.opened.append(way)
        return way

    def cleared(self, destination: Destination, body: bytes = b'{"a": 1}') -> ClearedRequest:
        self.records += 1
        audit_id = f"audit-{self.records}"
        return self.sealer.seal(ClearedRequest(body, destination, "m", 1, audit_id, self.clock.now + 30))

    async def ask(self, to: Destination, transport: CloudTransport | None = None) -> bytes:
        pieces = (transport or self.transport).stream(self.cleared(to), to, PATH)
        return b"".join([piece async for piece in pieces])


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    yield made
    for transport in made.opened:
        await transport.close()


def at(server: Cloud, scheme: str = "http") -> Destination:
    return Destination.parse(f"{scheme}://127.0.0.1:{server.port}/v1", cloud=True)


async def test_the_cleared_bytes_arrive_as_they_are_and_the_answer_streams_back(door: Door) -> None:
    async with cloud(sends(reply(b"data: one\n\ndata: two\n\n"))) as server:
        assert await door.ask(at(server)) == b"data: one\n\ndata: two\n\n"
    head, body = server.requests[0]
    assert head.startswith(f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n")
    assert body == b'{"a": 1}'
    assert "authorization" not in head.lower()


async def test_the_seal_is_checked_before_a_connection_is_opened(door: Door) -> None:
    async with cloud(sends(reply(b"ok"))) as server:
        to = at(server)
        good = door.cleared(to)
        for bad, says in (
            (msgspec.structs.replace(good, body=b"more"), "no valid clearance"),
            (msgspec.structs.replace(good, seal=b""), "no valid clearance"),
            (Sealer().seal(good), "no valid clearance"),
            (door.cleared(Destination.parse("https://other.example.com")), "another destination"),
            (door.cleared(Destination("http", "127.0.0.1", server.port)), "another destination"),
        ):
            with pytest.raises(EgressRefused, match=says):
                await anext(door.transport.stream(bad, to, PATH))
        door.clock.now += 30
        with pytest.raises(EgressRefused, match="expired"):
            await anext(door.transport.stream(good, to, PATH))
    assert (server.connections, server.requests) == (0, [])


async def test_a_clearance_is_spent_once_whichever_way_it_goes(door: Door) -> None:
    async with cloud(sends(reply(b"ok"))) as server:
        to = at(server)
        cleared = door.cleared(to)
        assert [piece async for piece in door.using().stream(cleared, to, PATH)] == [b"ok"]
        for way in (door.transport, door.using()):
            with pytest.raises(EgressRefused, match="twice"):
                await anext(way.stream(cleared, to, PATH))
    assert len(server.requests) == 1


async def test_many_requests_share_connections(door: Door) -> None:
    async with cloud(sends(reply(b"ok"))) as server:
        for _ in range(5):
            assert await door.ask(at(server)) == b"ok"
    assert (len(server.requests), server.connections) == (5, 1)


async def test_a_certificate_nobody_vouches_for_gets_no_byte(door: Door, certificate: Certificate) -> None:
    async with cloud(sends(reply(b"ok")), certificate.context) as server:
        with pytest.raises(UpstreamFailed, match=r"certificate is not trusted.*ca_file"):
            await door.ask(at(server, "https"))
        assert server.requests == []
        assert await door.ask(at(server, "https"), door.using(ca_file=certificate.ca_file)) == b"ok"
        other_name = Destination("https", "localhost", server.port, cloud=True)
        with pytest.raises(UpstreamFailed, match="certificate is not trusted"):
            await door.ask(other_name, door.using(ca_file=certificate.ca_file))


async def test_a_ca_file_that_is_none_is_named(door: Door, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(UpstreamFailed, match=rf"{path.name} cannot be used .*ca_file"):
            await door.ask(Destination("https", "127.0.0.1", 9, cloud=True), door.using(ca_file=path))


async def test_a_redirect_is_not_followed(door: Door) -> None:
    async with cloud(sends(reply(b"elsewhere"))) as elsewhere:
        location = f"Location: http://127.0.0.1:{elsewhere.port}/"
        async with cloud(sends(reply(b"", 307, location))) as server:
            with pytest.raises(UpstreamFailed, match="not followed"):
                await door.ask(at(server))
    assert elsewhere.requests == []


async def test_the_key_goes_along_and_is_read_anew_after_a_401(
    door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "key"
    path.write_text("sk-old\n")
    way = door.using(ApiKeys([f"file:{path}"]))
    async with cloud(sends(reply(b"bad key sk-old", 401))) as server:
        with pytest.raises(UpstreamRefused) as refused:
            await door.ask(at(server), way)
        path.write_text(SECRET)
        with pytest.raises(UpstreamRefused):
            await door.ask(at(server), way)
    sent = [line for head, _ in server.requests for line in head.split("\r\n") if line.startswith("Authorization")]
    assert sent == ["Authorization: Bearer sk-old", f"Authorization: Bearer {SECRET}"]
    assert refused.value.status == 401
    assert "sk-old" not in str(refused.value)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("status", [400, 429, 500, 503])
async def test_an_error_status_is_a_failure_that_quotes_nothing(door: Door, status: int) -> None:
    async with cloud(sends(reply(b"you said 902144", status))) as server:
        with pytest.raises(UpstreamRefused, match=f"status {status}") as refused:
            await door.ask(at(server))
    assert refused.value.body == b"you said 902144"
    assert "902144" not in str(refused.value)


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "stays", "says"),
    [
        ((HEAD, b"4\r\nhalf\r\n"), False, "failed .*ClientPayloadError"),
        ((HEAD, b"4\r\nhalf\r\n"), True, "silent for 0.3 s"),
        ((), True, "failed .*TimeoutError"),
        ((), False, "failed .*ServerDisconnectedError"),
        ((b"<html>secret</html>\r\n\r\n",), False, "failed"),
        ((reply(b"x", 200, "Content-Encoding: gzip"),), True, "compressed"),
    ],
)
async def test_faults_are_failures(door: Door, pieces: tuple[bytes, ...], stays: bool, says: str) -> None:
    async with cloud(sends(*pieces, stays=stays)) as server:
        with pytest.raises(UpstreamFailed, match=says) as failed:
            await door.ask(at(server))
    assert "secret" not in str(failed.value)


async def test_long_answers_of_short_lines_are_taken(door: Door) -> None:
    body = (b"data: " + b"x" * 1000 + b"\n") * 2000
    async with cloud(sends(reply(body))) as server:
        assert await door.ask(at(server)) == body


async def test_nobody_there(door: Door) -> None:
    async with cloud(sends()) as server:
        to = at(server)
    with pytest.raises(UpstreamFailed, match="ClientConnectorError"):
        await door.ask(to)


async def test_the_proxy_of_the_environment_is_not_used(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async with cloud(sends(reply(b"proxied"))) as proxy, cloud(sends(reply(b"direct"))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert await door.ask(at(server)) == b"direct"
    assert proxy.requests == []


async def test_a_forwarder_on_a_unix_socket(door: Door, tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(b"ok", 200, "Connection: close"))
        await writer.drain()
        writer.close()

    path = str(tmp_path / "s")
    async with await asyncio.start_unix_server(answer, path):
        to = Destination.parse(f"unix:{path}", cloud=True)
        assert not to.is_home(())
        assert await door.ask(to) == b"ok"


async def test_an_answer_that_is_not_read_to_its_end_lets_go(door: Door) -> None:
    async with cloud(sends(HEAD, b"4\r\nhalf\r\n")) as server:
        pieces = door.transport.stream(door.cleared(at(server)), at(server), PATH)
        assert await anext(pieces) == b"half"
        await pieces.aclose()
        await asyncio.wait_for(server.left.wait(), 5)
