"""The sources of the documents, shipped with the package: one file a document, and the pools that logs draw from."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def template(name: str) -> str:
    """Text of one source file, by its path below this folder."""
    return files(__name__).joinpath(*name.split("/")).read_text("utf-8")


@cache
def document_templates() -> tuple[str, ...]:
    """Names of all sources that are a document of their own, in order."""
    folders = sorted(f.name for f in files(__name__).iterdir() if f.is_dir() and f.name not in ("logs", "__pycache__"))
    return tuple(f"{folder}/{name}" for folder in folders for name in _names(files(__name__).joinpath(folder)))


def sections(text: str) -> list[tuple[str, str]]:
    """The parts of a pool: the heading of each and the text below it."""
    parts = text.removeprefix("## ").split("\n## ")
    return [(head.strip(), body.strip()) for head, _, body in (part.partition("\n") for part in parts)]


def _names(folder: Traversable) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".md"))
