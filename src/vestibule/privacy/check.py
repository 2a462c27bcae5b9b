"""Explain what would become of a text: what is found in it, its class, by which rule, and what of it would leave.

What `vestibule privacy check`, `/admin/v1/privacy/check` and the console's box all show. Keeps and logs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from vestibule.core.chat import ChatRequest, Message
from vestibule.core.errors import EgressRefused, TooLarge
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.privacy.classification import Classifier, Detector
from vestibule.privacy.policy import Departure, Policy, PolicyStore
from vestibule.privacy.pseudonyms import pseudonymise
from vestibule.privacy.rereading import find_all

LONGEST = 100_000  # characters


class Outside(msgspec.Struct, frozen=True):
    """A provider that is not home, as vestibule.yaml names it."""

    provider: str
    region: str = ""


class CloudVerdict(msgspec.Struct, frozen=True):
    provider: str
    region: str
    allowed: bool
    reason: str


class CheckReport(msgspec.Struct, frozen=True, rename={"level": "class"}):
    """`leaves` is the text in the only form in which it could leave, None where none of it could; `cloud` says which
    provider the policy would let have it."""

    level: str
    reasons: tuple[str, ...]
    spans: tuple[Span, ...]
    leaves: str | None
    cloud: tuple[CloudVerdict, ...]
    policy: str


class MessageSpan(msgspec.Struct, frozen=True):
    """A span of one message's content."""

    message: int
    type: str
    start: int
    end: int
    score: float
    recognizer: str
    rule: str


class ConversationReport(msgspec.Struct, frozen=True, rename={"level": "class"}):
    """As `CheckReport`, with `leaves` holding the content of each message."""

    level: str
    reasons: tuple[str, ...]
    spans: tuple[MessageSpan, ...]
    leaves: tuple[str, ...] | None
    cloud: tuple[CloudVerdict, ...]
    policy: str


class PrivacyCheck:
    """Reads as the full path to the cloud does, under the newest policy."""

    def __init__(self, detector: Detector, policies: PolicyStore, outside: Sequence[Outside] = ()) -> None:
        self._detector = detector
        self._classifier = Classifier(detector, policies)
        self._policies = policies
        self._outside = tuple(outside)

    async def __call__(self, tenant: str, text: str) -> CheckReport:
        """Explain a text as a question. Raise `TooLarge` beyond `LONGEST` characters."""
        return await asyncio.to_thread(self.report, tenant, text)

    def report(self, tenant: str, text: str) -> CheckReport:
        """The same, in this thread."""
        messages = (Message("user", text),)
        policy, found = self._read(messages)
        leaves = self._leaves(messages, found, policy)
        return CheckReport(
            found.level.label,
            found.reasons,
            found.spans,
            leaves[0] if leaves else None,
            self._cloud(tenant, found, policy),
            policy.id,
        )

    async def conversation(self, tenant: str, messages: Sequence[Message]) -> ConversationReport:
        """Explain a conversation: the history, tool calls and results count too. Raise `TooLarge`."""
        return await asyncio.to_thread(self._conversation, tenant, tuple(messages))

    def _conversation(self, tenant: str, messages: tuple[Message, ...]) -> ConversationReport:
        policy, found = self._read(messages)
        spans = tuple(
            MessageSpan(at, *msgspec.structs.astuple(span))
            for at, message in enumerate(messages)
            for span in self._classifier.text(message.content, full=True, policy=policy).spans
        )
        return ConversationReport(
            found.level.label,
            found.reasons,
            spans,
            self._leaves(messages, found, policy),
            self._cloud(tenant, found, policy, images=_has_images(messages)),
            policy.id,
        )

    def _read(self, messages: tuple[Message, ...]) -> tuple[Policy, Classification]:
        if sum(len(message.content) for message in messages) > LONGEST:
            raise TooLarge(f"At most {LONGEST} characters are explained at once.", next_step="Try a part of it.")
        policy = self._policies.current
        return policy, self._classifier.request(ChatRequest("auto", messages), full=True, policy=policy)

    def _leaves(self, messages: tuple[Message, ...], found: Classification, policy: Policy) -> tuple[str, ...] | None:
        if found.level is PrivacyClass.RESTRICTED or any(span.rule == "block" for span in found.spans):
            return None
        if _has_images(messages) and policy.terms.images == "home":
            return None
        try:
            sent = pseudonymise(ModelRequest(messages, prompt=messages), find_all(self._detector, policy))
        except EgressRefused:
            return None
        return tuple(message.content for message in sent.request.prompt)

    def _cloud(
        self, tenant: str, found: Classification, policy: Policy, *, images: bool = False
    ) -> tuple[CloudVerdict, ...]:
        verdicts = []
        for outside in self._outside:
            verdict = policy.verdict(found.level, Departure(tenant, outside.provider, outside.region, images=images))
            allowed = verdict.allowed and not any(span.rule == "block" for span in found.spans)
            reason = verdict.reason if allowed or not verdict.allowed else "something in it is blocked"
            verdicts.append(CloudVerdict(outside.provider, outside.region, allowed, reason))
        return tuple(verdicts)


def _has_images(messages: tuple[Message, ...]) -> bool:
    return any(message.images for message in messages)
