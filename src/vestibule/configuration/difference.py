"""What one version says otherwise than another, entry by entry; and both of two changes, where they do not meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vestibule.configuration.version import values
from vestibule.core.configuration import Document


class Change(msgspec.Struct, frozen=True):
    """`before` or `after` None: it was not there, or is there no more. Prices go by model and day, experiments and
    their arms by id."""

    path: str
    before: Any
    after: Any

    @property
    def section(self) -> str:
        return self.path.partition(".")[0].partition("[")[0]

    def told(self) -> str:
        was, is_now = (msgspec.json.encode(side).decode() for side in (self.before, self.after))
        if self.before is None:
            return f"+ {self.path}: {is_now}"
        return f"- {self.path}: {was}" if self.after is None else f"~ {self.path}: {was} -> {is_now}"


def difference(before: Document, after: Document) -> tuple[Change, ...]:
    """In the order of the paths."""
    was, now = dict(_entries(values(before), "")), dict(_entries(values(after), ""))
    paths = sorted(was.keys() | now.keys())
    return tuple(Change(path, was.get(path), now.get(path)) for path in paths if was.get(path) != now.get(path))


def merged(base: Document, mine: Document, theirs: Document) -> Document | None:
    """`theirs` with the sections that `mine` changed of `base`; None where both changed one."""
    changed = {change.section for change in difference(base, mine)}
    if changed & {change.section for change in difference(base, theirs)}:
        return None
    return msgspec.structs.replace(theirs, **{section: getattr(mine, section) for section in changed})


def _entries(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _entries(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for at, one in enumerate(value):
            naming = ("id",) if "id" in one else ("model", "since")
            name = " ".join(str(one[key]) for key in naming if key in one) or at
            yield f"{path}[{name}]", {}
            yield from _entries({key: inner for key, inner in one.items() if key not in naming}, f"{path}[{name}]")
    elif path and value != {}:
        yield path, value
