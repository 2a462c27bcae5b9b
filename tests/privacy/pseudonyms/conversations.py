"""What the tests of this room share: a detector that knows a few originals, and conversations that hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import EgressRule, Span
from vestibule.privacy.pseudonyms import Find

PLANTED = {
    "Anna Berg": "PERSON",
    "Dr. Karl van der Berg": "PERSON",
    'Sean "Red" O\'Neil\\x': "PERSON",
    "Nguyễn Văn An": "PERSON",
    "Acme Ltd.": "ORGANISATION",
    "m.berg@example.org": "EMAIL",
    "+49 30 1234567": "PHONE",
    "Hauptstraße 5": "ADDRESS",
    "Lab 3": "ROOM",
    "a line\nand another": "TENANT",
}
LOOKALIKES = (
    "⟦PERSON_1⟧", "⟦ person 2 ⟧", "[PERSON_1]", "[[PERSON_1]]", "{ROOM_1}", "<email_1>", "PERSON_1", "PERSON_12",
    "ROOM_2 plan", "ROOM_1", "TEXT_1", "⟦TEXT_1⟧", "NAME_1", "⟦PERSON_1_LAST⟧", "\\u27e6PERSON_1\\u27e7", "PERSON\\_1",
    "⟦PERSON_1", "PERSON_1⟧", "person 1", "Organisation-1", "⟦", "⟧", "[1]", "⟦⟦", "[[", "PERS", "ON_1", "_1", "1",
)  # fmt: skip
FILLING = (
    " ", "  ", "\n", ", ", ". ", "'s ", "s", "-", "_", "\\", '"', "ß", "the plant room", "Annual", "hall ", "é", "x",
)  # fmt: skip
NUMBERS = (
    "2025-07-08", "2025-07-09T14:00", "08.07.2025", "8 July 2025", "July 8", "Jul 9th, 2024", "8. Juli", "May 2025",
    "29 February", "2025-02-30", "12,345.6 kWh", "140 kWh/m²", "€ 0.21", "7kW", "2,5 MWh", "24.1 °C", "5 rooms", "0 m3",
    "1.234.567,8 kWh", "3", ".", "kWh",
)  # fmt: skip
PIECES = (
    "⟦", "⟧", "PERSON", "person", "_", "1", "2", "ROOM", "[", "]", "[[", "]]", "{", "<", ">", " ", "\\", "u27e6",
    "u27E7", "_LAST", "-", "s", ".", "\n", '"', "n", "⟦PERSON_1⟧", "[ROOM_1]", "\\u27e6ROOM_1\\u27e7", "A", "\\u", "x",
    "１", "8", "July", "2025", ",", "kWh", "€", "T14", "8 July 2025", "2025-07-08", "5.5 kWh", "€ 5", "J", "EUR",
)  # fmt: skip


def detector(planted: Mapping[str, str] = PLANTED, rule: EgressRule = "pseudonymise") -> Find:
    """Finds what is planted, exactly as written."""

    def find(text: str) -> Sequence[Span]:
        return [
            Span(type_, match.start(), match.end(), 1.0, "planted", rule)
            for original, type_ in planted.items()
            for match in re.finditer(re.escape(original), text)
        ]

    return find


texts = st.lists(st.sampled_from((*PLANTED, *LOOKALIKES, *FILLING)), max_size=14).map("".join)
numbered = st.lists(st.sampled_from((*PLANTED, *LOOKALIKES, *FILLING, *NUMBERS * 2)), max_size=14).map("".join)
answers = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
conversations = st.lists(texts, min_size=1, max_size=5)


def asked(texts: Sequence[str], system: str = "Answer from the sources.") -> ModelRequest:
    turns = tuple(Message("assistant" if i % 2 else "user", text) for i, text in enumerate(texts))
    return ModelRequest(turns, (Message("system", system), *turns))


def in_pieces(text: str, cuts: Sequence[int]) -> list[str]:
    places = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    return [text[a:b] for a, b in pairwise(places)]
