"""Compose every document of a demo world, and write them down.

A pure function of the world: the same world gives the same bytes in every format.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vestibule.demo.documents.blocks import Document, Documents, Draft, Fact
from vestibule.demo.documents.logs import compose_log
from vestibule.demo.documents.rendering import render
from vestibule.demo.documents.source import front_matter, read_draft
from vestibule.demo.documents.tables import portfolio_parts
from vestibule.demo.documents.templates import document_templates, template
from vestibule.demo.documents.values import building_values, portfolio_values
from vestibule.demo.model import Building, World


def compose(world: World) -> Documents:
    """Every document, ordered by path, and the questions that they answer."""
    drafts = [_draft(world, name) for name in document_templates()]
    drafts += [compose_log(world, building) for building in world.buildings]
    documents: list[Document] = []
    facts: list[Fact] = []
    for draft in sorted(drafts, key=lambda d: d.path):
        media_type, rendered = render(draft)
        documents.append(Document(draft.path, media_type, rendered.content, draft.title))
        facts += _facts(draft, rendered.pages)
    return Documents(tuple(documents), tuple(facts))


def write(documents: Iterable[Document], folder: Path) -> None:
    """Write each document at its path below `folder`, made if it is not there."""
    for document in documents:
        path = folder / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document.content)


def _draft(world: World, name: str) -> Draft:
    source = template(name)
    about = front_matter(source).get("building")
    if about:
        return read_draft(source, building_values(world, _building(world, about)))
    return read_draft(source, {**portfolio_values(world), **portfolio_parts(world)})


def _building(world: World, about: str) -> Building:
    """The building of that id, else the first of that kind; the first building of all is only meant by its id."""
    return next(b for b in world.buildings if b.id == about or (b.kind == about and b is not world.buildings[0]))


def _facts(draft: Draft, pages: tuple[int, ...]) -> list[Fact]:
    return [
        Fact(
            document=draft.path,
            heading=f"page {pages[claim.block]}" if pages else draft.heading_of(claim.block),
            question=claim.question,
            answer=claim.answer,
            quote=claim.quote,
        )
        for claim in draft.claims
    ]
