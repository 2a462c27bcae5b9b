"""Reading again what is left: after it, what is replaced leaves nothing that the gate would find."""

from __future__ import annotations

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import EgressRule, Span
from vestibule.privacy.egress import read_outgoing
from vestibule.privacy.policy import Policy
from vestibule.privacy.pseudonyms import pseudonymise
from vestibule.privacy.rereading import find_all


class Shy:
    """Sees a name only where no other one stands before it: a tagger at its worst."""

    def __init__(self, rule: EgressRule = "pseudonymise") -> None:
        self._type = {"pseudonymise": "PERSON", "block": "ACCESS_CODE", "keep": "PERSON"}[rule]

    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        first = re.search(r"\b[A-Z][a-z]+\b(?: \b[A-Z][a-z]+\b)?", text)
        return (Span(self._type, first.start(), first.end(), 0.9, "shy", "keep"),) if first else ()


def test_names_behind_names_are_found_in_their_places() -> None:
    text = "ask Anna Berg or Bo, then Cleo Dahl"
    found = find_all(Shy(), Policy.shipped())(text)
    assert [text[s.start : s.end] for s in found] == ["Anna Berg", "Bo", "Cleo Dahl"]
    assert {span.rule for span in found} == {"pseudonymise"}


class Greedy:
    """Sees one name, and once that is gone all that is around it."""

    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        at = text.find("Berg")
        if at >= 0:
            return (Span("PERSON", at, at + 4, 0.9, "greedy", "pseudonymise"),)
        return (Span("PERSON", 4, len(text) - 1, 0.9, "greedy", "pseudonymise"),) if len(text) > 9 else ()


def test_a_span_across_a_gap_is_what_stands_around_it() -> None:
    text = "ask F. Berg  Dahl."
    found = find_all(Greedy(), Policy.shipped())(text)
    assert [text[s.start : s.end] for s in found] == ["F.", "Berg", "Dahl"]


def test_what_is_blocked_or_kept_is_left_alone() -> None:
    found = find_all(Shy("block"), Policy.shipped())("ask Anna or Bo")
    assert [(span.type, span.rule) for span in found] == [("ACCESS_CODE", "block")]
    keeping = Policy.parse(b"version: 1\ntypes: {PERSON: {rule: keep}}\n")
    assert [span.rule for span in find_all(Shy(), keeping)("ask Anna or Bo")] == ["keep"]
    assert find_all(Shy(), keeping)("nobody here") == ()


@given(st.lists(st.sampled_from(["ask", "Anna", "Bo", "the", "pump", "Cleo"]), max_size=4).map(" ".join))
def test_what_is_replaced_leaves_nothing_for_the_gate(text: str) -> None:
    detector = Shy()
    asked = (Message("user", text),)
    sent = pseudonymise(ModelRequest(asked, prompt=asked), find_all(detector, Policy.shipped())).request
    body = msgspec.json.encode({"content": sent.prompt[0].content})
    assert read_outgoing(body, detector).spans == ()
