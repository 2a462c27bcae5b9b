"""What every wire format of ours refuses in the same words, naming the place in the body."""

from __future__ import annotations

from vestibule.core.errors import InvalidRequest


def not_served(path: str, instead: str = "Leave it out.") -> InvalidRequest:
    return InvalidRequest(f"`{path}` is not served yet by this model.", next_step=instead, param=path)


def missing(path: str) -> InvalidRequest:
    return InvalidRequest(f"`{path}` is missing.", next_step="It is required.", param=path)


def clean(text: str, path: str) -> str:
    """The text as it is. Raise `InvalidRequest` for U+0000, which no text of PostgreSQL holds and no question needs."""
    if "\0" in text:
        raise InvalidRequest(f"`{path}` contains the character U+0000.", next_step="Remove it.", param=path)
    return text
