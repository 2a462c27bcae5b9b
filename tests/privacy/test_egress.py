"""The gate and the cloud transport: what is home is sealed, what is not is refused, on any class."""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.clearance import INSIDE, ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.privacy.classification import Classifier
from vestibule.privacy.detection import Detector
from vestibule.privacy.egress import CLEARANCE_S, EgressGate, EgressPolicy
from vestibule.providers.cloud.transport import CloudTransport

CLOUD = Destination.parse("https://api.example.com/v1")
OPEN = EgressPolicy(2, frozenset(PrivacyClass))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def gate(sealer: Sealer | None = None, policy: EgressPolicy | None = None, clock: Clock | None = None) -> EgressGate:
    return EgressGate(
        sealer or Sealer(), Classifier(Detector()), policy or EgressPolicy(), ("llm.example.net",), clock or Clock()
    )


def clear(
    g: EgressGate, to: Destination, level: PrivacyClass = PrivacyClass.PUBLIC, body: bytes = b"hi"
) -> ClearedRequest:
    return g.clear(body, to, model="m", classification=Classification(level), audit_id="a")


@pytest.mark.parametrize("level", list(PrivacyClass))
def test_no_class_may_leave_by_the_policy_shipped(level: PrivacyClass) -> None:
    with pytest.raises(EgressRefused, match="stays in the house"):
        clear(gate(), CLOUD, level)


@pytest.mark.parametrize(
    "home",
    [INSIDE, "unix:/run/llm.sock", "http://127.0.0.1:11434", "http://[::1]:8000", "http://llm.example.net:8000"],
)
def test_home_is_cleared_and_sealed(home: Destination | str) -> None:
    sealer = Sealer()
    destination = Destination.parse(home) if isinstance(home, str) else home
    cleared = clear(gate(sealer), destination, PrivacyClass.RESTRICTED)
    assert sealer.verify(cleared)
    assert cleared.destination == destination


@pytest.mark.parametrize("url", ["http://localhost.example.com", "http://127.0.0.1.example.com", "http://10.0.0.5"])
def test_what_only_looks_like_home_is_not(url: str) -> None:
    with pytest.raises(EgressRefused):
        clear(gate(), Destination.parse(url))


def test_an_open_policy_still_blocks_a_blocked_span_in_the_final_bytes() -> None:
    with pytest.raises(EgressRefused):
        clear(gate(policy=OPEN), CLOUD, body=b'{"content": "the alarm code is 902144"}')
    assert clear(gate(policy=OPEN), CLOUD, body=b"how do chillers work?").policy_version == 2


@given(st.sampled_from(["body", "model", "audit_id", "destination", "expires_at", "policy_version"]))
def test_a_seal_covers_every_field(field: str) -> None:
    sealer = Sealer()
    cleared = clear(gate(sealer), INSIDE)
    changed = {
        "body": b"x",
        "model": "x",
        "audit_id": "x",
        "destination": CLOUD,
        "expires_at": 0.0,
        "policy_version": 9,
    }
    assert not sealer.verify(msgspec.structs.replace(cleared, **{field: changed[field]}))
    assert not Sealer().verify(cleared)


def send(transport: CloudTransport, cleared: ClearedRequest, to: Destination = CLOUD) -> str:
    async def first() -> None:
        async for _ in transport.stream(cleared, to, "/v1/chat/completions"):
            pass

    with pytest.raises(EgressRefused) as refused:
        asyncio.run(first())
    return str(refused.value)


def test_the_transport_checks_seal_destination_expiry_and_single_use() -> None:
    sealer, clock = Sealer(), Clock()
    transport = CloudTransport(sealer, clock)
    cleared = clear(gate(sealer, OPEN, clock), CLOUD)
    assert "no valid clearance" in send(transport, msgspec.structs.replace(cleared, body=b"more"))
    assert "another destination" in send(transport, cleared, Destination.parse("https://other.example.com"))
    assert "closed" in send(transport, cleared)
    assert "twice" in send(transport, cleared)
    clock.now += CLEARANCE_S
    assert "expired" in send(transport, cleared)


def test_addresses_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match="not an http, https or unix address"):
        Destination.parse("ftp://example.com")
