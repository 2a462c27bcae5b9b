"""API keys: which is used, which rest and how long, and that none is ever quoted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.cloud.api_keys import LOOK_EVERY_S, REJECTED_S, UNREADABLE_S, ApiKeys, KeyState
from vestibule.providers.refusals import UpstreamRefused

THERE = Destination("https", "llm.example.com", 443)
ENVIRON = {"A": "sk-a", "B": "sk-b", "C": "sk-c"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(status: int, wait_s: float | None = None, said: bytes = b"") -> UpstreamRefused:
    return UpstreamRefused(THERE, status, said, wait_s)


def keys(*places: str, environ: dict[str, str] | None = None) -> tuple[ApiKeys, Clock]:
    clock = Clock()
    return ApiKeys(places, ENVIRON if environ is None else environ, clock=clock), clock


async def none_left(known: ApiKeys) -> UpstreamFailed:
    with pytest.raises(UpstreamFailed) as failed:
        await known.current()
    assert "sk-" not in str(failed.value)
    return failed.value


async def test_without_a_place_there_is_no_key() -> None:
    known, _ = keys()
    assert await known.current() is None
    assert (await known.refused(refusal(429, 7), None)).retry_after_s == 7
    assert (known.state, known.state.ok) == (KeyState(), True)


async def test_a_rejected_key_makes_way_for_the_next_at_once_and_rests_long() -> None:
    known, clock = keys("env:A", "env:B")
    refused = await known.refused(refusal(401), await known.current())
    assert (refused.fault, refused.retry_after_s) == ("key", 0)
    assert await known.current() == "sk-b"
    refused = await known.refused(refusal(401), "sk-b")
    assert refused.retry_after_s == REJECTED_S
    failed = await none_left(known)
    assert (failed.fault, failed.retry_after_s) == ("key", REJECTED_S)
    assert "the variable A was rejected, the variable B was rejected" in str(failed)
    clock.now += REJECTED_S
    assert await known.current() == "sk-a"


async def test_a_limited_key_rests_as_long_as_it_is_told() -> None:
    known, clock = keys("env:A", "env:B", "env:C")
    for key in ("sk-a", "sk-b"):
        assert await known.current() == key
        assert (await known.refused(refusal(429, 20 if key == "sk-a" else 5), key)).retry_after_s == 0
    assert str(known.state) == (
        "2 of 3 keys rest for another 5 s (the variable A was limited, the variable B was limited)"
    )
    assert (await known.refused(refusal(429, 9), "sk-c")).retry_after_s == 5
    failed = await none_left(known)
    assert (failed.fault, failed.retry_after_s) == ("rate_limited", 5)
    clock.now += 5
    assert await known.current() == "sk-b"
    clock.now += 15
    assert await known.current() == "sk-a"
    assert str(known.state) == "3 keys"


async def test_who_does_not_say_how_long_is_left_alone_longer_each_time() -> None:
    known, clock = keys("env:A")
    waits = []
    for _ in range(8):
        refused = await known.refused(refusal(429), await known.current())
        waits.append(refused.retry_after_s)
        clock.now += refused.retry_after_s or 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    known.accepted(await known.current())
    assert (await known.refused(refusal(429), "sk-a")).retry_after_s == 1


async def test_an_account_without_money_is_like_a_rejected_key() -> None:
    known, _ = keys("env:A", "env:B")
    said = b'{"error": {"code": "insufficient_quota"}}'
    refused = await known.refused(refusal(429, 1, said), "sk-a" if await known.current() else None)
    assert (refused.fault, refused.retry_after_s) == ("key", 0)
    assert known.state.soonest_s == REJECTED_S


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
async def test_what_is_no_matter_of_the_key_puts_none_to_rest(status: int) -> None:
    known, _ = keys("env:A", "env:B")
    assert (await known.refused(refusal(status, 3), await known.current())).retry_after_s == 3
    assert await known.current() == "sk-a"


async def test_answers_to_requests_that_were_under_way_change_nothing_more() -> None:
    known, clock = keys("env:A", "env:B")
    await known.current()
    await known.refused(refusal(401), "sk-a")
    clock.now += 1
    assert (await known.refused(refusal(401), "sk-a")).retry_after_s == 0
    assert known.state.soonest_s == REJECTED_S - 1
    assert (await known.refused(refusal(401), "sk-of-yesterday")).retry_after_s == 0
    assert await known.current() == "sk-b"


async def test_a_file_is_read_anew_and_a_new_key_ends_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("sk-1\n")
    known, clock = keys(f"file:{path}")
    assert await known.current() == "sk-1"
    path.write_text("sk-2\n")
    assert await known.current() == "sk-1"
    clock.now += LOOK_EVERY_S
    assert await known.current() == "sk-2"
    await known.refused(refusal(401), "sk-2")
    assert (await none_left(known)).retry_after_s == REJECTED_S
    path.write_text("sk-3\n")
    assert await known.current() == "sk-3"
    assert str(known.state) == "1 key"


async def test_a_key_that_was_replaced_before_it_was_refused_is_asked_for_at_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("sk-1")
    known, _ = keys(f"file:{path}")
    await known.current()
    path.write_text("sk-2")
    assert (await known.refused(refusal(401), "sk-1")).retry_after_s == 0
    assert await known.current() == "sk-2"


async def test_a_file_that_vanishes_withdraws_its_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("sk-1")
    known, clock = keys(f"file:{path}", "env:B")
    assert await known.current() == "sk-1"
    path.unlink()
    clock.now += LOOK_EVERY_S
    assert await known.current() == "sk-b"
    assert known.state.why == (f"the file {path} cannot be read",)
    path.write_text("sk-1")
    assert await known.current() == "sk-1"
    assert str(known.state) == "2 keys"


async def test_the_reason_is_said_where_no_key_can_be_read(tmp_path: Path) -> None:
    known, _ = keys("env:NOT_THERE", f"file:{tmp_path / 'none'}")
    failed = await none_left(known)
    assert "the variable NOT_THERE is not set; the file" in str(failed)
    assert "`keys`" in str(failed)
    assert (failed.fault, failed.retry_after_s, known.state.ok) == ("key", None, False)
    assert str(known.state).startswith("2 of 2 keys (the variable NOT_THERE cannot be read, the file")


async def test_a_command_is_run_once_and_again_when_its_key_was_rejected(tmp_path: Path) -> None:
    count = tmp_path / "count"
    program = f"import pathlib; p = pathlib.Path('{count}'); p.open('a').write('x'); print('sk-' + p.read_text())"
    known, clock = keys(f'cmd:{sys.executable} -c "{program}"')
    for _ in range(3):
        assert await known.current() == "sk-x"
    assert (await known.refused(refusal(429, 5), "sk-x")).retry_after_s == 5
    clock.now += 5
    assert await known.current() == "sk-x"
    assert (await known.refused(refusal(401), "sk-x")).retry_after_s == 0
    assert await known.current() == "sk-xx"


async def test_a_command_that_fails_is_not_run_for_every_request(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = f"import pathlib, sys; pathlib.Path('{ran}').open('a').write('x'); sys.exit(1)"
    known, clock = keys(f'cmd:{sys.executable} -c "{program}"')
    for _ in range(3):
        failed = await none_left(known)
        assert failed.retry_after_s == UNREADABLE_S
    assert ran.read_text() == "x"
    clock.now += UNREADABLE_S
    await none_left(known)
    assert ran.read_text() == "xx"


def test_what_is_printed_of_keys_is_their_number() -> None:
    assert repr(ApiKeys(["env:A"])) == "ApiKeys(1 places)"
