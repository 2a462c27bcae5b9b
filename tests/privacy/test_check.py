"""What is shown of a text is what would happen to it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from vestibule.core.chat import Message, ToolCall
from vestibule.core.errors import TooLarge
from vestibule.core.sensitivity import Span
from vestibule.privacy.check import LONGEST, CloudVerdict, Outside, PrivacyCheck
from vestibule.privacy.detection import Detector
from vestibule.privacy.policy import PolicyStore

MAIL = "write to m.berg@example.org today"
SECRET = "the alarm code is 902144"
OPEN = "version: 4\nconsent: {required: false}\ncloud: [{allow: [internal, confidential], regions: [eu]}]\n"
DETECTOR = Detector()


def check(tmp_path: Path, policy: str = "version: 4\n") -> PrivacyCheck:
    (tmp_path / "policy.yaml").write_text(policy)
    outside = (Outside("here", "eu"), Outside("there", "us"))
    return PrivacyCheck(DETECTOR, PolicyStore(tmp_path / "policy.yaml"), outside)


async def test_the_shape_of_the_contract(tmp_path: Path) -> None:
    report = msgspec.to_builtins(await check(tmp_path)("acme", MAIL))
    assert report["class"] == "confidential"
    assert report["reasons"] == ("EMAIL found in the question (pseudonymise)",)
    assert report["spans"][0] == {
        "type": "EMAIL",
        "start": 9,
        "end": 27,
        "score": report["spans"][0]["score"],
        "recognizer": "email",
        "rule": "pseudonymise",
    }
    assert report["leaves"] == "write to ⟦EMAIL_1⟧ today"
    assert report["policy"].startswith("4:")


async def test_who_may_have_it_is_the_policys_word(tmp_path: Path) -> None:
    assert (await check(tmp_path, OPEN)("acme", MAIL)).cloud == (
        CloudVerdict("here", "eu", True, "cloud rule 1 allows confidential"),
        CloudVerdict("there", "us", False, "no cloud rule allows confidential"),
    )


async def test_nothing_leaves_of_what_is_blocked(tmp_path: Path) -> None:
    report = await check(tmp_path, OPEN)("acme", f"{MAIL}; {SECRET}")
    assert (report.level, report.leaves) == ("restricted", None)
    assert [verdict.allowed for verdict in report.cloud] == [False, False]
    stricter = await check(tmp_path, OPEN + "types: {EMAIL: {rule: block}}\n")("acme", MAIL)
    assert (stricter.level, stricter.leaves, stricter.spans[0].rule) == ("confidential", None, "block")
    assert stricter.cloud[0] == CloudVerdict("here", "eu", False, "something in it is blocked")


async def test_a_conversation_is_explained_message_by_message(tmp_path: Path) -> None:
    messages = (Message("user", "hello"), Message("assistant", MAIL), Message("user", f"yes, {MAIL}"))
    report = await check(tmp_path).conversation("acme", messages)
    assert [(span.message, span.type) for span in report.spans] == [(1, "EMAIL"), (2, "EMAIL")]
    assert report.leaves == ("hello", "write to ⟦EMAIL_1⟧ today", "yes, write to ⟦EMAIL_1⟧ today")
    calling = (*messages, Message("assistant", "", tool_calls=(ToolCall("1", "f", f'{{"a": "{SECRET}"}}'),)))
    assert (await check(tmp_path).conversation("acme", calling)).leaves is None


class Broken:
    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        raise RuntimeError(text)


async def test_a_failing_detector_lets_nothing_leave() -> None:
    report = await PrivacyCheck(Broken(), PolicyStore())("acme", "hello")
    assert (report.level, report.leaves) == ("restricted", None)


async def test_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="characters are explained at once"):
        await check(tmp_path)("acme", "x" * (LONGEST + 1))
