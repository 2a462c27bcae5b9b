"""What an operator asks of a daemon: bring a model, make one, show, load or delete it. Blocking, for a command line.

Source: Ollama's API description, "Pull a Model", "Create a Model", "Push a Blob", "Show Model Information", "Load a
model", "Delete a Model". Nothing is sent to a peer that is not home.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from vestibule.core.clearance import Destination
from vestibule.core.errors import EgressRefused, InvalidRequest, NotFound, UpstreamFailed
from vestibule.providers.ollama.tags import is_remote

CONNECT_S = 5.0
SILENCE_S = 600.0  # between two lines: a large layer is verified without a word
LINE = 1_048_576
REPLY = 64 * 1_048_576
PIECE = 1_048_576

OnBytes = Callable[[int, int], None]


class Step(msgspec.Struct, frozen=True):
    """What the daemon is doing; bytes, where it counts them."""

    status: str = ""
    digest: str = ""
    total: int = 0
    completed: int = 0


class _Said(msgspec.Struct):
    status: str = ""
    digest: str = ""
    total: int = 0
    completed: int = 0
    error: str | None = None


class OllamaDaemon:
    """At `url`, which must be home."""

    def __init__(self, url: str, home_hosts: Collection[str] = ()) -> None:
        self._destination = Destination.parse(url)
        self._home_hosts = frozenset(home_hosts)

    def pull(self, model: str) -> Iterator[Step]:
        """Bring `model` from Ollama's library, step by step. One that was cancelled goes on where it was.

        Raises `InvalidRequest` for a model that somebody else would run, `UpstreamFailed` where it does not succeed.
        """
        if is_remote(model, None, None):
            raise InvalidRequest(
                f"{model} would be run by somebody else's servers: it is not home.",
                next_step="Pull one without a cloud tag; a provider outside is named in vestibule.yaml.",
            )
        yield from self._steps("/api/pull", {"model": model}, model)

    def create(
        self,
        model: str,
        *,
        files: Mapping[str, str] | None = None,
        base: str | None = None,
        adapters: Mapping[str, str] | None = None,
        quantize: str | None = None,
    ) -> Iterator[Step]:
        """Make `model` of `files` or of the model `base`; files and adapters are names with digests already pushed."""
        asked = {"model": model, "from": base, "files": files, "adapters": adapters, "quantize": quantize}
        yield from self._steps("/api/create", {name: value for name, value in asked.items() if value}, model)

    def push(self, path: Path, digest: str, on_bytes: OnBytes) -> None:
        """Hand over a file, unless the daemon has it."""
        with self._asked("HEAD", f"/api/blobs/{digest}") as reply:
            if reply.status == 200:
                return
        size = path.stat().st_size
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        with open(path, "rb") as stream:
            body = _counted(stream.read, size, on_bytes)
            with self._asked("POST", f"/api/blobs/{digest}", body, headers) as reply:
                if reply.status not in (200, 201):
                    raise UpstreamFailed(
                        f"Ollama did not take {path.name} (status {reply.status}).",
                        next_step="It may have changed meanwhile, or the daemon's disk is full: try again.",
                    )

    def show(self, model: str) -> dict[str, Any]:
        """What the daemon says of a model. Raise `NotFound`."""
        said = self._answer("POST", "/api/show", {"model": model}, model)
        try:
            return msgspec.json.decode(said, type=dict[str, Any])
        except msgspec.DecodeError:
            raise self._strange() from None

    def load(self, model: str, keep_alive: str) -> None:
        """Have it loaded, and kept so for `keep_alive`; return once it is. Raise `NotFound`."""
        self._answer("POST", "/api/generate", {"model": model, "keep_alive": keep_alive, "stream": False}, model)

    def delete(self, model: str) -> None:
        """Delete it and its data. Raise `NotFound`."""
        self._answer("DELETE", "/api/delete", {"model": model}, model)

    def _steps(self, path: str, asked: dict[str, Any], model: str) -> Iterator[Step]:
        """The steps of a stream, the last of which must be "success"."""
        succeeded = False
        with self._asked("POST", path, msgspec.json.encode(asked)) as reply:
            self._require_good(reply, model)
            while line := reply.readline(LINE):
                if not line.endswith(b"\n") and len(line) >= LINE:
                    raise self._strange()
                if line.strip():
                    step = self._step(line, model)
                    succeeded = step.status == "success"
                    yield step
        if not succeeded:
            raise UpstreamFailed(f"Ollama broke off before {model} was there.", next_step="Try again: it goes on.")

    def _step(self, line: bytes, model: str) -> Step:
        try:
            said = msgspec.json.decode(line, type=_Said)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._strange() from None
        if said.error is not None:
            raise UpstreamFailed(f"Ollama could not do that for {model}: {said.error[:300]}.", next_step="See its log.")
        return Step(said.status, said.digest, said.total, said.completed)

    def _answer(self, method: str, path: str, asked: dict[str, Any], model: str) -> bytes:
        with self._asked(method, path, msgspec.json.encode(asked)) as reply:
            self._require_good(reply, model)
            said = reply.read(REPLY + 1)
            if len(said) > REPLY:
                raise self._strange()
            return said

    def _require_good(self, reply: http.client.HTTPResponse, model: str) -> None:
        if reply.status == 404:
            raise NotFound(
                f"The Ollama at {self._destination} has no model `{model[:80]}`.",
                next_step=f"`vestibule models list` shows all; `vestibule models pull {model[:80]}` brings it.",
            )
        if reply.status >= 400:
            raise UpstreamFailed(
                f"Ollama answered with status {reply.status}: {_error(reply.read(PIECE))}.", next_step="See its log."
            )

    @contextmanager
    def _asked(
        self, method: str, path: str, body: bytes | Iterator[bytes] = b"", headers: Mapping[str, str] | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection(self._destination.host, self._destination.port, timeout=CONNECT_S)
        try:
            self._connect(connection)
            told = {"Content-Type": "application/json", "Connection": "close"} | dict(headers or {})
            connection.request(method, path, body, told)
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise UpstreamFailed(
                f"Ollama broke off ({type(error).__name__}).", next_step="Try again; see its log.", fault="cut"
            ) from None
        finally:
            connection.close()

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        try:
            connection.connect()
        except OSError as error:
            raise UpstreamFailed(
                f"No Ollama answers at {self._destination} ({error.strerror or type(error).__name__}).",
                next_step="Start it (`ollama serve`), or see `vestibule models setup`.",
                fault="unreachable",
            ) from None
        self._require_home(connection)
        connection.sock.settimeout(SILENCE_S)

    def _require_home(self, connection: http.client.HTTPConnection) -> None:
        """Before the first byte: a name may lead anywhere."""
        peer = ipaddress.ip_address(connection.sock.getpeername()[0])
        if self._destination.host not in self._home_hosts and not peer.is_loopback:
            raise EgressRefused(
                f"{self._destination} leads out of the house.", next_step="Name its address, or home_hosts."
            )

    def _strange(self) -> UpstreamFailed:
        return UpstreamFailed(
            f"{self._destination} answers, but not as Ollama does.", next_step="Check OLLAMA_HOST.", fault="malformed"
        )


def digest_of(path: Path, on_bytes: OnBytes) -> str:
    """The digest a blob is known by, `sha256:…`; reads the whole file."""
    with open(path, "rb") as stream:
        hashed = hashlib.sha256()
        for piece in _counted(stream.read, path.stat().st_size, on_bytes):
            hashed.update(piece)
    return f"sha256:{hashed.hexdigest()}"


def _counted(read: Callable[[int], bytes], size: int, on_bytes: OnBytes) -> Iterator[bytes]:
    done = 0
    while piece := read(PIECE):
        yield piece
        done += len(piece)
        on_bytes(done, size)


def _error(body: bytes) -> str:
    """The daemon's own words: here nobody's conversation can be in them."""
    try:
        return msgspec.json.decode(body, type=_Said).error or "no reason given"
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "no reason given"
