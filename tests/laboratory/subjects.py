"""What a fault is done to: a provider's server that speaks its protocol, or a real llama.cpp behind the cutting proxy.

Each is the first choice of a product of its own, behind which stands a real llama.cpp that the product runs itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.deepseek_chat import DeepSeekChat
from tests.egress.servers.dialects import Dialect
from tests.egress.servers.faults import Fault
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.ollama_native import OllamaNative
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.laboratory.llama import llama_server
from tests.laboratory.product import Site
from tests.laboratory.proxy import Cut, CuttingProxy
from tests.laboratory.rows import Seen
from tests.laboratory.speeches import KnownText

OLLAMA_MODEL = "llama3.2:latest"
KINDS = ("openai", "deepseek", "gemini", "ollama", "llama.cpp")
CLOUDS = ("openai", "deepseek", "gemini")
MID_SENTENCE = 6  # events of our small model's answer: within its second sentence
KEY = {"LABORATORY_KEY": "sk-" + "l" * 40}


class Subject(Protocol):
    """`model` is what callers name; `site` what the operator writes."""

    kind: str
    model: str
    site: Site

    def can(self, fault: Fault) -> bool:
        """Whether a server of this kind can fail in that way."""

    def arrange(self, faults: Sequence[Fault], *, persistent: bool) -> None:
        """For the next requests, and with `persistent` for all after them too; none mends it."""

    def mark(self) -> None:
        """What is seen from now on belongs to the next row."""

    def seen(self) -> Seen:
        """What the server saw since `mark`."""


@dataclass
class Recorded:
    """A recording server. What it says is known."""

    kind: str
    model: str
    site: Site
    server: RecordingServer
    _from: int = 0

    def can(self, fault: Fault) -> bool:
        return True

    def arrange(self, faults: Sequence[Fault], *, persistent: bool) -> None:
        self.server.faults.clear()
        self.server.broken = faults[-1] if persistent else None
        self.server.faults.extend(() if persistent else faults)

    def mark(self) -> None:
        self._from = len(self.server.requests)

    def seen(self) -> Seen:
        both = zip(self.server.requests, self.server.given, strict=False)
        pairs = [(r, g) for r, g in list(both)[self._from :] if self._is_conversation(r.target)]
        first = pairs[0][0].at if pairs else 0.0
        left = [given.left_at - first for _, given in pairs if given.left_at is not None]
        return Seen(
            [request.at - first for request, _ in pairs],
            sum(len(request.body) for request, _ in pairs),
            sum(given.sent for _, given in pairs),
            left[0] if left else None,
        )

    def _is_conversation(self, target: str) -> bool:
        return any(word in target for word in ("chat", "enerateContent"))


@dataclass
class Proxied:
    """A real server behind the proxy: it can be cut off, held up and garbled, and does the rest itself."""

    kind: str
    model: str
    site: Site
    proxy: CuttingProxy
    _from: int = 0

    def can(self, fault: Fault) -> bool:
        return fault.kind in _AS_CUT

    def arrange(self, faults: Sequence[Fault], *, persistent: bool) -> None:
        cuts = [replace(_AS_CUT[f.kind], seconds=f.wait_s) for f in faults]
        cuts = [
            c if c.after_events is None else replace(c, after_events=min(f.after, MID_SENTENCE))
            for c, f in zip(cuts, faults, strict=True)
        ]
        self.proxy.cuts.clear()
        self.proxy.always = cuts[-1] if persistent else None
        self.proxy.cuts.extend(() if persistent else cuts)

    def mark(self) -> None:
        self._from = len(self.proxy.passages)

    def seen(self) -> Seen:
        since = self.proxy.passages[self._from :]
        passages = [p for p in since if p.taken and (p.request.startswith(b"POST") or not p.request)]
        first = passages[0].asked_at if passages else 0.0
        left = [p.left_at - first for p in passages if p.left_at is not None]
        return Seen(
            [p.asked_at - first for p in passages],
            sum(p.up for p in passages),
            sum(p.down for p in passages),
            left[0] if left else None,
        )


_AS_CUT = {
    "reset": Cut("refuse"),
    "silent": Cut("stall", after_bytes=0),
    "slow": Cut("delay", after_bytes=0),
    "cut": Cut("reset", after_events=1),
    "stall": Cut("stall", after_events=1),
    "malformed": Cut("corrupt", after_events=1),
}


@contextmanager
def at_home(kind: str) -> Iterator[Subject]:
    """Of that kind, at an address at home, before a real llama.cpp as the second choice."""
    with ExitStack() as stack:
        if kind == "llama.cpp":
            proxy = stack.enter_context(CuttingProxy(stack.enter_context(llama_server())))
            yield Proxied(kind, "primary", _site("openai", f"{proxy.url}/v1"), proxy)
        else:
            server = stack.enter_context(RecordingServer(_dialect(kind), speech=KnownText(continues=kind == "ollama")))
            if kind == "ollama":
                yield Recorded(kind, OLLAMA_MODEL, Site(ollama=server.base_url), server)
            else:
                site = _site(kind, server.base_url, keys=["env:LABORATORY_KEY"])
                yield Recorded(kind, "primary", replace(site, variables=KEY), server)


@contextmanager
def outside(kind: str, folder: Path) -> Iterator[Subject]:
    """Of that kind, declared to be outside, over TLS."""
    certificates = Certificates.make(folder)
    key = KEY["LABORATORY_KEY"]
    with RecordingServer(_dialect(kind), certificates, KnownText(), key) as server:
        site = _site(kind, server.base_url, cloud=True, ca_file=str(certificates.ca_file), keys=["env:LABORATORY_KEY"])
        yield Recorded(f"{kind}, outside", "primary", replace(site, variables=KEY, backups=()), server)


def _dialect(kind: str) -> Dialect:
    return _DIALECTS[kind]()


_DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "openai": OpenAIChat,
    "deepseek": DeepSeekChat,
    "gemini": GeminiNative,
    "ollama": OllamaNative,
}


def _site(kind: str, url: str, **more: object) -> Site:
    provider = {"id": "laboratory", "kind": kind, "url": url, **more}
    return Site([provider], [{"id": "primary", "provider": "laboratory", "name": "model-1"}])
