"""What clients of each surface need of the document: its operations, and the schemas they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from vestibule.gateway.docs import Document
from vestibule.gateway.reference.operations import Surface, surface_of

_BEGINNING = "#/components/schemas/"


def operations_of(document: Document, surface: Surface) -> Iterator[tuple[str, str, Document]]:
    """Method, path and description of each, by path."""
    for path, operations in sorted(document["paths"].items()):
        if surface_of(path) == surface:
            for method, operation in sorted(operations.items()):
                yield method, path, operation


def bundle(document: Document, surface: Surface) -> Document:
    """A JSON Schema, draft 2020-12, with every type of the surface under `$defs`."""
    operations = [operation for _, _, operation in operations_of(document, surface)]
    named = _with_what_they_name(document, ["ErrorBody", *_named(operations)])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Vestibule /v1, the {surface} surface",
        "$defs": {name: _moved(document["components"]["schemas"][name]) for name in named},
    }


def _with_what_they_name(document: Document, names: Iterable[str]) -> list[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_named(document["components"]["schemas"][name]))
    return sorted(found)


def _named(value: Any) -> Iterator[str]:
    """The schemas that something refers to."""
    if isinstance(value, list):
        for part in value:
            yield from _named(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "$ref" and part.startswith(_BEGINNING):
                yield part.removeprefix(_BEGINNING)
            elif key != "example":
                yield from _named(part)


def _moved(value: Any) -> Any:
    if isinstance(value, list):
        return [_moved(part) for part in value]
    if isinstance(value, dict):
        return {key: _moved(part) for key, part in value.items()}
    return re.sub(f"^{_BEGINNING}", "#/$defs/", value) if isinstance(value, str) else value
