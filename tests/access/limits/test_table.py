"""The shared table against a model that remembers every single take."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from vestibule.access.limits.base import Account
from vestibule.access.limits.claims import Amount, Ceiling, Claim, Shortage, Stamp, Subject
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.layout import CELLS, INTERVAL_S, RING, WORKERS
from vestibule.access.limits.table import Table
from vestibule.core.errors import RateLimited, StorageFull, Unavailable

DAY = 20_000
NOON = DAY * 86_400 + 43_200.0


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def subject(name: str) -> Subject:
    return Subject.of("key", name, "t")


class Takes(RuleBasedStateMachine):
    """Two workers, three subjects; what the table says must be what a list of all takes says."""

    taken: Bundle[tuple[int, list[Claim], Stamp]] = Bundle("taken")

    @initialize()
    def begin(self) -> None:
        self.clock = Clock(1000.0)
        ground = Ground.private()
        self.table = Table(ground, self.clock, lambda: NOON)
        self.ceilings = {
            "a": Ceiling(subject("a"), requests=7, tokens=50, concurrency=4, day=300),
            "b": Ceiling(subject("b"), requests=9, tokens=70),
            "c": Ceiling(subject("c"), concurrency=3, month=500),
        }
        self.log: dict[str, list[tuple[int, int, int]]] = {name: [] for name in self.ceilings}
        self.places = dict.fromkeys(self.ceilings, 0)
        self.left = {"a": 300, "c": 500}
        self.table.lend(Account(subject("a"), "day", DAY), 300, 1e9)
        self.month = self.table.account(self.ceilings["c"], "month").period
        self.table.lend(Account(subject("c"), "month", self.month), 500, 1e9)

    @rule(
        target=taken,
        names=st.sets(st.sampled_from("abc"), min_size=1),
        requests=st.integers(0, 2),
        tokens=st.integers(0, 40),
        places=st.integers(0, 1),
    )
    def take(
        self, names: set[str], requests: int, tokens: int, places: int
    ) -> tuple[int, list[Claim], Stamp] | MultipleResults[tuple[int, list[Claim], Stamp]]:
        amount = Amount(requests, tokens, places, day=tokens, month=tokens)
        claims = [Claim(self.ceilings[name], amount) for name in sorted(names)]
        fits = all(self.fits(name, amount) for name in names)
        result = self.table.take(claims)
        assert isinstance(result, Stamp) == fits
        if not isinstance(result, Stamp):
            return multiple()
        for name in names:
            self.log[name].append((result.interval, requests, tokens))
            self.places[name] += places
            if name in self.left:
                self.left[name] -= tokens
        return (result.interval, claims, result)

    @rule(one=consumes(taken), kept=st.integers(0, 50))
    def settle(self, one: tuple[int, list[Claim], Stamp], kept: int) -> None:
        interval, claims, stamp = one
        back = [
            Claim(c.ceiling, Amount(0, c.amount.tokens - kept, c.amount.places, c.amount.tokens - kept, 0))
            for c in claims
        ]
        self.table.give(back, stamp)
        for claim in claims:
            name = claim.ceiling.subject.id
            self.log[name].append((interval, 0, kept - claim.amount.tokens))
            self.places[name] -= claim.amount.places
            if name == "a":
                self.left["a"] += claim.amount.tokens - kept

    @rule(seconds=st.sampled_from([0.5, 4.0, 5.0, 21.0, 61.0, 200.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    def fits(self, name: str, amount: Amount) -> bool:
        ceiling = self.ceilings[name]
        requests, tokens = self.in_window(name)
        return (
            (not amount.requests or requests + amount.requests <= ceiling.requests)
            and (not amount.tokens or tokens + amount.tokens <= ceiling.tokens)
            and (not amount.places or self.places[name] + amount.places <= ceiling.concurrency)
            and (not amount.tokens or name not in self.left or amount.tokens <= self.left[name])
        )

    def in_window(self, name: str) -> tuple[int, int]:
        latest = int(self.clock.now) // INTERVAL_S
        seen = [(r, t) for interval, r, t in self.log[name] if latest - RING < interval <= latest]
        return sum(r for r, _ in seen), sum(t for _, t in seen)

    @invariant()
    def agree(self) -> None:
        for name in "ab":
            ceiling = self.ceilings[name]
            requests, tokens = self.table.standing(ceiling)
            used = self.in_window(name)
            assert (requests.left, tokens.left) == (
                max(0, ceiling.requests - used[0]),
                max(0, ceiling.tokens - used[1]),
            )
        assert self.table.left(Account(subject("a"), "day", DAY)) == self.left["a"]
        assert self.table.left(Account(subject("c"), "month", self.month)) == self.left["c"]


Takes.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestTakes = Takes.TestCase


def test_no_sixty_seconds_hold_more_than_the_limit() -> None:
    clock = Clock(1003.0)
    table = Table(Ground.private(), clock)
    claims = [Claim(Ceiling(subject("k"), requests=10), Amount(requests=1))]
    admitted: list[float] = []
    for _ in range(1000):
        clock.now += 0.37
        if isinstance(table.take(claims), Stamp):
            admitted.append(clock.now)
    assert len(admitted) > 40
    assert all(sum(t - 60 <= other <= t for other in admitted) <= 10 for t in admitted)


def test_it_says_when_to_come_again_and_is_right() -> None:
    clock = Clock(1002.0)
    table = Table(Ground.private(), clock)
    claims = [Claim(Ceiling(subject("k"), requests=2), Amount(requests=1))]
    table.take(claims)
    clock.now += 30
    table.take(claims)
    clock.now += 1
    full = table.take(claims)
    assert isinstance(full, Shortage)
    assert full.wait_s is not None
    clock.now += full.wait_s - 0.01
    assert isinstance(table.take(claims), Shortage)
    clock.now += 0.02
    assert isinstance(table.take(claims), Stamp)


def test_what_is_larger_than_the_limit_never_fits() -> None:
    table = Table(Ground.private())
    full = table.take([Claim(Ceiling(subject("k"), tokens=10), Amount(tokens=11))])
    assert isinstance(full, Shortage)
    assert full.wait_s is None


def test_a_claim_that_fails_takes_nothing_of_the_others() -> None:
    table = Table(Ground.private())
    key, tenant = Ceiling(subject("k"), requests=5), Ceiling(Subject.of("tenant", "t", "t"), requests=0)
    assert isinstance(table.take([Claim(key, Amount(requests=1)), Claim(tenant, Amount(requests=1))]), Shortage)
    assert table.standing(key)[0].left == 5


def test_a_clock_that_began_again_with_the_machine_forgets_the_old_minute(tmp_path: Path) -> None:
    clock = Clock(1_000_000.0)
    table = Table(Ground.shared(tmp_path), clock)
    claims = [Claim(Ceiling(subject("k"), requests=1), Amount(requests=1))]
    assert isinstance(table.take(claims), Stamp)
    table.close()
    table = Table(Ground.shared(tmp_path), Clock(20.0))
    assert isinstance(table.take(claims), Stamp)
    assert isinstance(table.take(claims), Shortage)
    table.close()


def test_a_lease_of_before_the_machine_started_again_is_no_lease(tmp_path: Path) -> None:
    ceiling = Ceiling(subject("k"), day=100)
    old = Table(Ground.shared(tmp_path), Clock(1_000_000.0), lambda: NOON)
    old.lend(old.account(ceiling, "day"), 100, 1_000_290.0)
    old.close()
    again = Table(Ground.shared(tmp_path), Clock(1_000_010.0), lambda: NOON)
    assert again.left(again.account(ceiling, "day")) == 100
    again.close()
    rebooted = Table(Ground.shared(tmp_path), Clock(20.0), lambda: NOON)
    assert rebooted.left(rebooted.account(ceiling, "day")) is None
    rebooted.close()


def test_cells_of_who_is_gone_are_used_again() -> None:
    clock = Clock(1000.0)
    table = Table(Ground.private(), clock)

    def take(name: str) -> None:
        assert isinstance(table.take([Claim(Ceiling(subject(name), requests=1), Amount(requests=1))]), Stamp)

    def fill(prefix: str) -> int:
        for number in range(CELLS + 1):
            try:
                take(f"{prefix}{number}")
            except RateLimited:
                return number
        raise AssertionError("the table has no end")

    first = fill("a")
    assert first > CELLS * 0.6
    clock.now += 70
    assert fill("b") > CELLS * 0.6


@pytest.mark.parametrize("ends_in", [-1.0, 5.0])
def test_a_slice_may_be_used_until_its_end(ends_in: float) -> None:
    clock = Clock(1000.0)
    table = Table(Ground.private(), clock, lambda: NOON)
    ceiling = Ceiling(subject("k"), day=100)
    table.lend(table.account(ceiling, "day"), 100, clock.now + ends_in)
    taken = table.take([Claim(ceiling, Amount(day=60))])
    if ends_in < 0:
        assert isinstance(taken, Shortage)
        assert taken.lacking == 60
        assert taken.wait_s == 43_200
    else:
        assert isinstance(taken, Stamp)
        clock.now += 6
        late = table.take([Claim(ceiling, Amount(day=10))])
        assert isinstance(late, Shortage)
        assert late.lacking == 10


def test_no_more_workers_than_there_are_places_for(tmp_path: Path) -> None:
    tables = [Table(Ground.shared(tmp_path)) for _ in range(WORKERS)]
    with pytest.raises(Unavailable, match="workers"):
        Ground.shared(tmp_path)
    for table in tables:
        table.close()
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFull, match="limits cannot be kept"):
        Ground.shared(tmp_path / "file")
