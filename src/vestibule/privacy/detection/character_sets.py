"""Which bytes of the gate's alphabet a class of characters is read as, case and Unicode as Python's `re` means them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from vestibule.privacy.detection.alphabet import OTHER, WORD, byte_of, is_word

SINGLE = ("LITERAL", "NOT_LITERAL", "ANY", "IN")  # what the parser calls one character
_Key = tuple[str, str, int]
_MEMBERS: dict[bool, dict[_Key, frozenset[int]]] = {True: {}, False: {}}  # what patterns share
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": is_word,
}
# normalised text has no digit and no space beyond ASCII
_CATEGORY_BEYOND: dict[str, set[int]] = {"CATEGORY_WORD": {WORD}, "CATEGORY_DIGIT": set(), "CATEGORY_SPACE": set()}


def members(op: str, argument: Any, flags: int, *, ascii_text: bool) -> frozenset[int]:
    """The bytes by which the characters of a class are read. `ÿ` and SUB stand for many characters: they belong to it
    as soon as one of these may."""
    key = (op, str(argument), flags & (re.IGNORECASE | re.DOTALL))
    found = _MEMBERS[ascii_text].get(key)
    if found is None:
        holds = partial(_holds, op, argument, flags)
        low = frozenset(code for code in range(128 if ascii_text else 256) if holds(chr(code)))
        found = _MEMBERS[ascii_text][key] = low if ascii_text else low | _beyond(op, argument)
    return found


def _holds(op: str, argument: Any, flags: int, character: str) -> bool:
    if op == "ANY":
        return bool(flags & re.DOTALL) or character != "\n"
    forms = {character, character.lower(), character.upper()} if flags & re.IGNORECASE else {character}
    if op in ("LITERAL", "NOT_LITERAL"):
        return (chr(argument) in forms) == (op == "LITERAL")
    negated = str(argument[0][0]) == "NEGATE"
    return any(_is_one(str(o), a, forms) for o, a in argument if str(o) != "NEGATE") != negated


def _is_one(op: str, argument: Any, forms: set[str]) -> bool:
    match op:
        case "LITERAL":
            return chr(argument) in forms
        case "RANGE":
            return any(argument[0] <= ord(form) <= argument[1] for form in forms if len(form) == 1)
        case "CATEGORY":
            name = str(argument)
            positive = _CATEGORIES[name.replace("_NOT_", "_")]
            return any(positive(form) for form in forms) != ("_NOT_" in name)
    raise ValueError(f"the gate does not know {op} in a class")


def _beyond(op: str, argument: Any) -> set[int]:
    """Of WORD and OTHER those that may stand for a character of the class."""
    if op == "LITERAL":
        return {byte_of(chr(argument))} if argument > 255 else set()
    if op != "IN" or str(argument[0][0]) == "NEGATE":
        return {WORD, OTHER}
    found: set[int] = set()
    for kind, value in argument:
        match str(kind):
            case "LITERAL" if value > 255:
                found.add(byte_of(chr(value)))
            case "RANGE" if value[1] > 255:
                found |= {WORD, OTHER}
            case "CATEGORY":
                found |= _CATEGORY_BEYOND.get(str(value), {WORD, OTHER})
    return found
