"""The policy in force follows its file, and a file that is broken shuts the door."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.policy import Departure, Policy, PolicyError, PolicyStore

OPEN = "version: 2\nconsent: {required: false}\ntypes: {ROOM: {rule: block}}\ncloud: [{allow: [internal]}]\n"


def write(path: Path, text: str) -> None:
    """As an editor does: a new file in the place of the old one."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, path)


def leaves(store: PolicyStore) -> bool:
    return store.current.verdict(PrivacyClass.INTERNAL, Departure("t", "p")).allowed


def test_without_a_file_the_policy_shipped_is_in_force(tmp_path: Path) -> None:
    assert PolicyStore().current == PolicyStore(tmp_path / "policy.yaml").current == Policy.shipped()


def test_a_start_does_not_go_past_a_broken_policy(tmp_path: Path) -> None:
    write(tmp_path / "policy.yaml", "version: x\n")
    with pytest.raises(PolicyError, match=r"policy.yaml:1: `version`"):
        PolicyStore(tmp_path / "policy.yaml")


def test_a_changed_file_is_taken_up_and_an_earlier_policy_stays_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    write(path, OPEN)
    store = PolicyStore(path)
    before = store.current
    assert leaves(store)
    assert not store.refresh()
    write(path, "version: 3\n")
    assert store.refresh()
    assert not leaves(store)
    assert (before.version, store.current.version) == (2, 3)
    assert before.verdict(PrivacyClass.INTERNAL, Departure("t", "p")).allowed


def test_a_broken_file_shuts_the_door_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    write(path, OPEN)
    store = PolicyStore(path)
    write(path, OPEN + "cluod: []\n")
    store.refresh()
    assert not leaves(store)
    assert store.current.rule("ROOM") == "block"
    assert "cluod" in store.trouble
    write(path, OPEN)
    store.refresh()
    assert leaves(store)
    assert store.trouble == ""


def test_a_file_that_is_taken_away_or_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    store = PolicyStore(path)
    write(path, OPEN)
    store.refresh()
    assert leaves(store)
    path.unlink()
    store.refresh()
    assert store.current == Policy.shipped()


async def test_watching_takes_changes_up(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    write(path, OPEN)
    store = PolicyStore(path)
    turns = 0

    async def pause(_: float) -> None:
        nonlocal turns
        turns += 1
        if turns == 2:
            write(path, "version: 9\n")
        if turns == 4:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await store.watch(pause)
    assert store.current.version == 9
