"""The gate: what is home is sealed, what is not is read as it would leave, and stays unless everything is in order."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.privacy.trail import MemoryTrail
from vestibule.core.clearance import INSIDE, ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.privacy.classification import Detector as DetectorPort
from vestibule.privacy.detection import Detector
from vestibule.privacy.egress import CLEARANCE_S, EgressGate
from vestibule.privacy.policy import Policy, PolicyStore

ASKED = Classification(PrivacyClass.INTERNAL, ("asked",))
CLOUD = Destination.parse("https://api.example.com/v1")
OPEN = "version: 2\nconsent: {required: false}\ncloud: [{allow: [public, internal, confidential]}]\n"
DETECTOR = Detector()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class House:
    """A gate with the policy of `text`, and what it recorded."""

    def __init__(self, tmp_path: Path, text: str | None = OPEN, detector: DetectorPort = DETECTOR) -> None:
        self.path = tmp_path / "policy.yaml"
        if text is not None:
            self.path.write_text(text)
        self.policies = PolicyStore(self.path)
        self.sealer, self.trail, self.clock = Sealer(), MemoryTrail(), Clock()
        self.gate = EgressGate(
            self.sealer, detector, self.policies, self.trail, ("llm.example.net",), self.clock, scan_s=0.5
        )

    async def clear(
        self,
        body: bytes = b'{"content": "how do chillers work?"}',
        to: Destination = CLOUD,
        found: Classification = ASKED,
        *,
        began_with: Policy | None = None,
        attempt: int = 1,
    ) -> ClearedRequest:
        return await self.gate.clear(
            body,
            to,
            model="gpt",
            provider="openai",
            tenant="acme",
            who="key-1",
            classification=found,
            request_id="chatcmpl-1",
            attempt=attempt,
            began_with=began_with,
        )

    async def stays(self, body: bytes, **options: object) -> str:
        with pytest.raises(EgressRefused, match="stays in the house") as refused:
            await self.clear(body, **options)  # type: ignore[arg-type]
        last = self.trail.decisions[-1]
        assert (last.action, last.body, self.trail.kept) == ("refused", b"", 0)
        return str(refused.value)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def message(content: object) -> bytes:
    return json.dumps({"model": "gpt", "messages": [{"role": "user", "content": content}], "max_tokens": 512}).encode()


@pytest.mark.parametrize("level", list(PrivacyClass))
async def test_nothing_leaves_by_the_policy_shipped(tmp_path: Path, level: PrivacyClass) -> None:
    assert "cloud" in await House(tmp_path, None).stays(b"hello", found=Classification(level))


@pytest.mark.parametrize(
    "home",
    [INSIDE, "unix:/run/llm.sock", "http://127.0.0.1:11434", "http://[::1]:8000", "http://llm.example.net:8000"],
)
async def test_home_is_sealed_and_noted_without_a_scan(tmp_path: Path, home: Destination | str) -> None:
    house = House(tmp_path, None, detector=Breaking())
    destination = Destination.parse(home) if isinstance(home, str) else home
    cleared = await house.clear(b"the alarm code is 902144", destination, Classification(PrivacyClass.RESTRICTED))
    assert house.sealer.verify(cleared)
    assert cleared.destination == destination
    noted = house.trail.decisions[0]
    assert (noted.action, noted.level, noted.body, house.trail.kept) == ("home", "restricted", b"", 0)


@pytest.mark.parametrize(
    "destination",
    [
        Destination.parse("http://localhost.example.com"),
        Destination.parse("http://127.0.0.1.example.com"),
        Destination.parse("http://10.0.0.5"),
        Destination.parse("http://127.0.0.1:8080", cloud=True),
        Destination.parse("unix:/run/forwarder.sock", cloud=True),
    ],
)
async def test_what_only_looks_like_home_is_not(tmp_path: Path, destination: Destination) -> None:
    await House(tmp_path, None).stays(b"hello", to=destination)


async def test_what_is_cleared_is_on_record_before_it_is_sealed(house: House) -> None:
    body = message("how do chillers work?")
    cleared = await house.clear(body, attempt=3)
    decision = house.trail.decisions[0]
    assert house.sealer.verify(cleared)
    assert (cleared.audit_id, house.trail.kept) == ("audit-1", 1)
    assert cleared.policy_version == 2
    assert cleared.expires_at == house.clock.now + CLEARANCE_S
    assert msgspec.structs.replace(decision, at=decision.at).body == body
    assert (decision.action, decision.destination, decision.model) == ("cleared", "https://api.example.com:443", "gpt")
    assert (decision.tenant, decision.who, decision.request_id, decision.attempt) == ("acme", "key-1", "chatcmpl-1", 3)
    assert decision.policy == house.policies.current.id
    assert decision.reasons == ("asked", "cloud rule 1 allows internal")


async def test_what_cannot_be_recorded_stays(house: House) -> None:
    house.trail.away = True
    assert "cannot be recorded" in await house.stays(message("hello"))


SECRET = "the alarm code is 902144"
NESTED = json.dumps({"arguments": json.dumps({"note": SECRET})})


@pytest.mark.parametrize(
    "body",
    [
        message(SECRET),
        message("".join(f"\\u{ord(c):04x}" for c in SECRET)).replace(b"\\\\u", b"\\u"),
        message([{"type": "text", "text": SECRET}]),
        json.dumps({"messages": [{"tool_calls": [{"function": {"arguments": json.dumps({"a": SECRET})}}]}]}).encode(),
        message(NESTED),
        json.dumps({"tools": [{"description": SECRET}]}).encode(),
        json.dumps({SECRET: 1}).encode(),
        b'{"content": "the alarm code is 902144", "content": "hello"}',
        message(base64.b64encode(f"please note that {SECRET}".encode()).decode()),
        message("what is the alarm code?").replace(b"}]", b'}, {"role": "assistant", "content": "902144"}]'),
        json.dumps({"metadata": {"door code": 902144}}).encode(),
        json.dumps({"metadata": {"door code": ["902144", "x"]}}).encode(),
    ],
)
async def test_a_blocked_value_stays_however_it_is_written(house: House, body: bytes) -> None:
    said = await house.stays(body)
    assert "902144" not in said
    assert "902144" not in " ".join(house.trail.decisions[-1].reasons)


async def test_what_is_to_be_pseudonymised_leaves_as_placeholders_only(house: House) -> None:
    assert "EMAIL is in what would leave" in await house.stays(message("write to m.berg@example.org"))
    found = Classification(PrivacyClass.CONFIDENTIAL, (), (Span("EMAIL", 9, 27, 0.9, "email", "pseudonymise"),))
    assert house.trail.decisions[-1].level == "internal"
    cleared = await house.clear(message("write to ⟦EMAIL_1⟧ and ⟦PERSON_12_LAST⟧, as in ⟦TEXT_1⟧"), found=found)
    assert house.sealer.verify(cleared)


async def test_the_class_of_what_stands_behind_a_placeholder_counts(tmp_path: Path) -> None:
    house = House(tmp_path, OPEN.replace(", confidential", ""))
    assert "no cloud rule allows confidential" in await house.stays(message("write to ⟦EMAIL_1⟧"))
    assert house.trail.decisions[-1].level == "confidential"


async def test_a_span_that_was_found_before_counts_though_it_is_not_in_the_bytes(house: House) -> None:
    found = Classification(PrivacyClass.INTERNAL, (), (Span("ACCESS_CODE", 0, 4, 0.9, "access_code", "block"),))
    assert "ACCESS_CODE was found" in await house.stays(message("hello"), found=found)


async def test_restricted_stays_whatever_the_bytes_say(house: House) -> None:
    said = await house.stays(message("hello"), found=Classification(PrivacyClass.RESTRICTED))
    assert "restricted never leaves" in said


async def test_a_policy_that_is_tightened_holds_for_what_began_before(house: House) -> None:
    before = house.policies.current
    house.path.write_text(OPEN + "types: {EMAIL: {rule: block}}\n")
    house.policies.refresh()
    assert "EMAIL was found (block)" in await house.stays(message("to ⟦EMAIL_1⟧"), began_with=before)
    assert house.trail.decisions[-1].policy == f"{before.id}+{house.policies.current.id}"


async def test_a_policy_that_is_loosened_holds_only_for_what_begins_after(tmp_path: Path) -> None:
    house = House(tmp_path, "version: 1\n")
    before = house.policies.current
    house.path.write_text(OPEN)
    house.policies.refresh()
    await house.stays(message("hello"), began_with=before)
    assert (await house.clear(message("hello"), began_with=house.policies.current)).policy_version == 2


class Breaking:
    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        raise RuntimeError("902144")


class Hanging:
    """Until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        self.released.wait(30)
        return ()


async def test_a_detector_that_fails_or_hangs_keeps_it_home(tmp_path: Path) -> None:
    said = await House(tmp_path, detector=Breaking()).stays(message("hello"))
    assert "could not be checked (RuntimeError)" in said
    assert "902144" not in said
    hanging = Hanging()
    try:
        assert "could not be checked (TimeoutError)" in await House(tmp_path, detector=hanging).stays(message("hello"))
    finally:
        hanging.released.set()


@pytest.mark.parametrize("body", [b"hello", b"", b'{"a": "\xff"}', json.dumps("hello").encode("utf-16"), b"{} {}"])
async def test_a_body_that_cannot_be_read_stays(house: House, body: bytes) -> None:
    assert "could not be checked" in await house.stays(body)


async def test_a_body_that_is_nested_without_end_stays(house: House) -> None:
    assert "could not be checked (RecursionError)" in await house.stays(b'{"a":' * 3000 + b"1" + b"}" * 3000)
    assert "could not be checked (RecursionError)" in await house.stays(b'{"a":' * 100 + b"1" + b"}" * 100)


async def test_the_event_loop_goes_on_while_a_long_body_is_read(house: House) -> None:
    house.gate._scan_s = 30.0
    threads: set[int] = set()

    class Watching:
        def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
            threads.add(threading.get_ident())
            time.sleep(0)
            return DETECTOR.detect(text, full=full)

    house.gate._detector = Watching()
    await house.clear(message("how do chillers work? " * 2000))
    assert threading.get_ident() not in threads


@given(st.sampled_from(ClearedRequest.__struct_fields__))
def test_a_seal_covers_every_field(field: str) -> None:
    sealer = Sealer()
    cleared = sealer.seal(ClearedRequest(b"hi", INSIDE, "m", 1, "a", 9.0))
    changed = {
        "body": b"x",
        "model": "x",
        "audit_id": "x",
        "destination": Destination("inside", cloud=True),
        "expires_at": 0.0,
        "policy_version": 9,
        "seal": b"x",
    }
    assert not sealer.verify(msgspec.structs.replace(cleared, **{field: changed[field]}))
    assert not Sealer().verify(cleared)


def test_addresses_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match="not an http, https or unix address"):
        Destination.parse("ftp://example.com")
