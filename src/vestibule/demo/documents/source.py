"""Read a document from its source: front matter, then a small subset of Markdown with marked quotes.

    ---
    path: sequences/example.md
    title: Example for $name
    ---
    ## A heading
    One paragraph a line, with {{the words that answer}} a question.
    ? The question in a reader's words | The answer in short

Lines that begin with `?` ask about the marked quotes, in their order, and are not part of the document. `$name` is
replaced before parsing. Knows neither the world nor a file format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Template
from typing import Literal

from vestibule.demo.documents.blocks import Block, Claim, Draft, Heading, Items, Note, Paragraph, Table

_LEVELS: dict[str, Literal[1, 2, 3]] = {"#": 1, "##": 2, "###": 3}
_QUOTE = re.compile(r"\{\{(.+?)\}\}")
_QUESTION = "? "
_STEP = re.compile(r"\d+\. ")


def front_matter(source: str) -> dict[str, str]:
    """The `key: value` lines between the two rules at the top."""
    head = source.split("---\n", 2)[1]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}


def read_draft(source: str, values: Mapping[str, str]) -> Draft:
    """Fill in `values` and parse. Raise `KeyError` for a placeholder without a value."""
    filled = Template(source).substitute(values)
    head = front_matter(filled)
    return parse(head["path"], head["title"], filled.split("---\n", 2)[2])


def parse(path: str, title: str, text: str) -> Draft:
    """Parse the body of a document. Raise `ValueError` if not every marked quote has its question, or the reverse."""
    blocks: list[Block] = [Heading(1, title)]
    quotes: list[tuple[int, str]] = []
    lines = text.splitlines()
    for kind, group in _groups(line for line in lines if not line.startswith(_QUESTION)):
        quotes += [(len(blocks), quote) for line in group for quote in _QUOTE.findall(line)]
        blocks.append(_block(kind, [_QUOTE.sub(r"\1", line) for line in group]))
    questions = [line.removeprefix(_QUESTION).partition(" | ") for line in lines if line.startswith(_QUESTION)]
    if len(quotes) != len(questions) or not all(answer for _, _, answer in questions):
        raise ValueError(
            f"{path}: {len(quotes)} quotes and {len(questions)} questions, each with an answer, must match"
        )
    claims = [
        Claim(block, quote, question.strip(), answer.strip())
        for (block, quote), (question, _, answer) in zip(quotes, questions, strict=True)
    ]
    return Draft(path, tuple(blocks), tuple(claims))


def _groups(lines: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Runs of list items and table rows; headings, paragraphs and notes are one line each."""
    groups: list[tuple[str, list[str]]] = []
    previous = ""
    for line in lines:
        kind = _kind(line)
        if kind:
            if kind == previous and kind in ("bullet", "step", "row"):
                groups[-1][1].append(line)
            else:
                groups.append((kind, [line]))
        previous = kind
    return groups


def _kind(line: str) -> str:
    if not line.strip():
        return ""
    for prefix, kind in (("#", "heading"), ("- ", "bullet"), ("| ", "row"), ("> ", "note")):
        if line.startswith(prefix):
            return kind
    return "step" if _STEP.match(line) else "paragraph"


def _block(kind: str, lines: list[str]) -> Block:
    first = lines[0]
    if kind == "heading":
        marks, _, text = first.partition(" ")
        return Heading(_LEVELS[marks], text.strip())
    if kind == "bullet":
        return Items(tuple(line[2:].strip() for line in lines))
    if kind == "step":
        return Items(tuple(_STEP.sub("", line, count=1).strip() for line in lines), ordered=True)
    if kind == "row":
        return Table(tuple(tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines))
    return Note(first[2:].strip()) if kind == "note" else Paragraph(first.strip())
