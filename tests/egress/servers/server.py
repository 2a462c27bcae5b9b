"""A provider's server over real sockets that keeps every byte it receives, answers, and fails when asked to.

It runs in a thread with an event loop of its own, so that any test can drive it, blocking or not. Knows no product.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType

import h11

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.dialects import Body, Dialect, Refusal, texts
from tests.egress.servers.faults import BEFORE_ANSWER, FLOOD, REFUSALS, Act, Fault, FaultKind, spoiled
from tests.egress.servers.line import READ, Connection, Given, Line, answer_nothing
from tests.egress.servers.speech import Asked, Speech
from tests.egress.servers.traces import traces

__all__ = ["Connection", "Fault", "FaultKind", "Received", "RecordingServer"]


@dataclass(frozen=True)
class Received:
    """One request as it came, `at` seconds of the monotonic clock. `fault` is what was done to it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    fault: Fault | None = None
    at: float = 0.0

    def texts(self) -> list[str]:
        """Every string of the JSON body with its escapes undone; none where the body is no JSON."""
        try:
            return list(texts(json.loads(self.body)))
        except ValueError:
            return []


class RecordingServer:
    """Use as a context manager. `faults` are dealt to the next conversations, one each; set `broken` to fail all of
    them, or `deal` to say for each. `witness` is called on a thread with each request before it is answered. `pace_s`
    is from one event of a stream to the next."""

    def __init__(
        self,
        dialect: Dialect,
        certificates: Certificates | None = None,
        speech: Speech | None = None,
        key: str = "",
        host: str = "127.0.0.1",
    ) -> None:
        self.dialect = dialect
        self.speech = speech or Speech()
        self.faults: deque[Fault] = deque()
        self.broken: Fault | None = None
        self.deal: Callable[[], Fault | None] | None = None
        self.pace_s = 0.0
        self.witness: Callable[[Received], None] | None = None
        self.requests: list[Received] = []
        self.given: list[Given] = []
        self.connections: list[Connection] = []
        self.port = 0
        self._certificates = certificates
        self._key = key
        self._host = host
        self._loop = asyncio.new_event_loop()
        self._handling: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    @property
    def origin(self) -> str:
        return f"{'https' if self._certificates else 'http'}://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What a client of this provider is configured with."""
        return self.origin + self.dialect.base_path

    @property
    def received(self) -> bytes:
        """Every byte that arrived, connection after connection, as decrypted."""
        return b"\n".join(bytes(connection.received) for connection in self.connections)

    def seen(self, values: Iterable[str]) -> list[str]:
        """Those of the values that arrived, in any form of `traces.py`; short ones may do so by chance."""
        whole = "\n".join([self.received.decode(errors="replace"), *(t for r in self.requests for t in r.texts())])
        return traces(values, whole)

    def __enter__(self) -> RecordingServer:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        context = self._certificates.server_context() if self._certificates else None
        server = await asyncio.start_server(self._connected, self._host, 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)
        await self._loop.shutdown_default_executor()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)
        connection = Connection(writer.get_extra_info("sockname")[0])
        self.connections.append(connection)
        try:
            await self._converse(connection, reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    async def _converse(
        self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        protocol = h11.Connection(h11.SERVER)
        while (request := await self._request(protocol, connection, reader)) is not None:
            if self.witness:
                await asyncio.to_thread(self.witness, request)
            given = Given()
            self.given.append(given)
            if not await self._answer(request, protocol, Line(given, reader, writer, self._stopped)):
                return
            if protocol.our_state is h11.MUST_CLOSE:
                return
            protocol.start_next_cycle()

    async def _request(
        self, protocol: h11.Connection, connection: Connection, reader: asyncio.StreamReader
    ) -> Received | None:
        """The next request of the connection, recorded; None when the client is done."""
        head: h11.Request | None = None
        body = b""
        while True:
            event = protocol.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(READ)
                connection.received += data
                protocol.receive_data(data)
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return self._recorded(head, body)
            else:
                return None

    def _recorded(self, head: h11.Request, body: bytes) -> Received:
        method, target = head.method.decode(), head.target.decode()
        fault = None if self.dialect.look(method, target, {}) is not None else self._dealt()
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        request = Received(method, target, headers, body, fault, time.monotonic())
        self.requests.append(request)
        return request

    def _dealt(self) -> Fault | None:
        if self.faults:
            return self.faults.popleft()
        return self.broken or (self.deal() if self.deal else None)

    async def _answer(self, request: Received, protocol: h11.Connection, line: Line) -> bool:
        """Answer one request; False where the connection is no longer of use."""
        fault, id = request.fault, f"{len(self.requests):024x}"
        if fault and fault.kind in BEFORE_ANSWER:
            return await answer_nothing(fault, protocol, line)
        try:
            if fault and fault.kind in REFUSALS and not (fault.kind == "content_filter" and self._blocks(request)):
                raise self.dialect.refusal(fault.kind)
            looked = self.dialect.look(request.method, request.target, {}) if request.method == "GET" else None
            if looked is not None:
                return await self._send(200, looked, [], None, protocol, line)
            body = self._read(request)
            other = self.dialect.look("POST", request.target, body) or self.dialect.other(request.target, body)
            if other is None:
                asked = self.dialect.read(request.target, body)
                if fault and fault.kind == "content_filter":
                    other = self.dialect.blocked(asked, id)
                elif fault and fault.kind == "prefill_rejected" and asked.prefill:
                    raise self.dialect.refusal(fault.kind)
                elif asked.stream:
                    return await self._stream(request, asked, id, protocol, line)
                else:
                    other = self.dialect.whole(asked, self.speech.reply(asked), id)
            fault = None if fault and fault.kind in ("content_filter", "prefill_rejected") else fault
            return await self._send(200, other or b"", [], fault, protocol, line)
        except Refusal as refusal:
            wait_s = fault.retry_after_s if fault and refusal.status == 429 else None
            more = [] if wait_s is None else [("Retry-After", str(wait_s))]
            return await self._send(refusal.status, self.dialect.error(refusal, wait_s), more, None, protocol, line)

    def _blocks(self, request: Received) -> bool:
        """Whether the provider tells under status 200 that it refuses a prompt."""
        return self.dialect.blocked(Asked(""), "") is not None

    def _read(self, request: Received) -> Body:
        key = self.dialect.key(request.headers, request.target)
        if not key or (self._key and key != self._key):
            raise Refusal(401, "invalid_api_key", "Incorrect API key provided.")
        if request.method != "POST":
            raise Refusal(404, "unknown_url", f"Unknown request URL: {request.method}.")
        try:
            body = json.loads(request.body)
        except ValueError:
            raise Refusal(400, "invalid_json", "We could not parse the JSON body of your request.") from None
        if not isinstance(body, dict):
            raise Refusal(400, "invalid_json", "The JSON body of your request is no object.")
        return body

    async def _send(
        self,
        status: int,
        body: bytes,
        more: list[tuple[str, str]],
        fault: Fault | None,
        protocol: h11.Connection,
        line: Line,
    ) -> bool:
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *more]
        sent = body if fault is None else body[: len(body) // 2]
        await line.write(protocol.send(h11.Response(status_code=status, headers=headers)))
        await line.write(protocol.send(h11.Data(data=sent)))
        if fault is not None:
            return await line.end_badly(stall=fault.kind == "stall")
        await line.write(protocol.send(h11.EndOfMessage()))
        return True

    async def _stream(self, request: Received, asked: Asked, id: str, protocol: h11.Connection, line: Line) -> bool:
        """The events, their bytes cut anywhere, also within a character."""
        headers = [("Content-Type", self.dialect.stream_type(request.target)), ("Transfer-Encoding", "chunked")]
        rng = random.Random(id)
        events = list(self.dialect.events(asked, self.speech.reply(asked), id))
        await line.write(protocol.send(h11.Response(status_code=200, headers=headers)))
        for event in spoiled(events, request.fault, self.dialect, asked):
            if isinstance(event, Act):
                if event.kind == "wait":
                    await line.wait(event.seconds)
                    continue
                if event.kind == "flood":
                    await line.flood(protocol, FLOOD)
                return await line.end_badly(stall=event.kind == "stall")
            at = rng.randrange(len(event))
            for part in (event[:at], event[at:]):
                if part:
                    await line.write(protocol.send(h11.Data(data=part)))
            if self.pace_s:
                await line.wait(self.pace_s)
        await line.write(protocol.send(h11.EndOfMessage()))
        return True
