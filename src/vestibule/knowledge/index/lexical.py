"""The BM25 index on disk (tantivy): written by one process of a host, read by all. Knows no database.

    index/CURRENT      name of the folder in use, replaced atomically when the index is built anew
    index/<name>/      tantivy's files; one entry in them, committed with the others, says which change was applied last

Everything here blocks, for milliseconds. Tantivy is loaded when an index is first read or written: 7 MB that a house
without documents does without.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from vestibule.core.once import Once
from vestibule.knowledge.index.analysis import TOKENIZER, analyzer

if TYPE_CHECKING:
    import tantivy

_HEAP_BYTES = 32_000_000
_MARKER = "applied"
_NO_BUILDING = "-"
_CURRENT = "CURRENT"


class Entry(msgspec.Struct, frozen=True):
    """A chunk as it is indexed; `text` includes its context."""

    chunk_id: str
    tenant: str
    document_id: str
    text: str
    buildings: tuple[str, ...]


class IndexDamaged(Exception):
    """The files cannot be read as an index; it must be built anew."""


class LexicalIndex:
    """The index under `folder`. A reader sees what was committed when it searches."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._analyzer = Once(analyzer)
        self._open: tuple[str, tantivy.Index] | None = None

    @property
    def exists(self) -> bool:
        """Whether one was ever built."""
        return (self._folder / _CURRENT).exists()

    def search(self, tenant: str, text: str, buildings: Sequence[str], limit: int) -> list[str]:
        """Ids of the best chunks for `text`, best first. With `buildings`, of chunks about one of them or about none.

        Raise `IndexDamaged` where there is no sound index.
        """
        import tantivy

        terms = self.terms(text)
        index = self._current()
        if not terms:
            return []
        schema, need, may = index.schema, tantivy.Occur.Must, tantivy.Occur.Should
        words = [(may, tantivy.Query.term_query(schema, "text", term, "freq")) for term in terms]
        clauses = [(need, tantivy.Query.boolean_query(words)), (need, _exactly(schema, "tenant", [tenant]))]
        if buildings:
            clauses.append((need, _exactly(schema, "building", [*buildings, _NO_BUILDING])))
        with _Guard():
            searcher = index.searcher()
            hits = searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
            return [str(searcher.doc(address)["chunk"][0]) for _, address in hits]

    def terms(self, text: str) -> list[str]:
        """The terms of `text`, each once, as they are indexed."""
        return list(dict.fromkeys(self._analyzer().analyze(text)))

    def frequencies(self, terms: Iterable[str]) -> tuple[list[int], int]:
        """In how many chunks each term stands, and how many chunks there are."""
        index = self._current()
        with _Guard():
            searcher = index.searcher()
            return [searcher.doc_freq("text", term) for term in terms], searcher.num_docs

    def applied(self) -> int:
        """The last change that is in the index. Raise `IndexDamaged` where there is no sound index."""
        import tantivy

        index = self._current()
        with _Guard():
            searcher = index.searcher()
            hits = searcher.search(tantivy.Query.term_query(index.schema, "chunk", _MARKER, "basic"), 1).hits
            return int(searcher.doc(hits[0][1])["applied"][0])

    def count(self) -> int:
        """How many chunks are in the index."""
        index = self._current()
        with _Guard():
            return int(index.searcher().num_docs) - 1

    def update(self, documents: Iterable[str], entries: Iterable[Entry], applied: int) -> None:
        """Replace all chunks of `documents` by `entries` and note `applied`, in one commit."""
        index = self._current()
        with _Guard():
            writer = index.writer(_HEAP_BYTES, 1)
            try:
                for document in documents:
                    writer.delete_documents_by_term("document", document)
                _write(writer, entries, applied)
            finally:
                writer.wait_merging_threads()

    def rebuild(self, entries: Iterable[Entry], applied: int) -> None:
        """Build a new index beside the old one and put it in its place. Raise `OSError` if that cannot be written."""
        name = uuid4().hex[:12]
        folder = self._folder / name
        folder.mkdir(parents=True)
        try:
            writer = self._opened(folder).writer(_HEAP_BYTES, 1)
            _write(writer, entries, applied)
            writer.wait_merging_threads()
        except ValueError as error:  # tantivy's word for whatever the system refused
            full = "os error 28" in str(error)
            raise OSError(errno.ENOSPC if full else errno.EIO, "writing the index failed") from None
        draft = self._folder / f"{_CURRENT}.new"
        with draft.open("w") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / _CURRENT)
        self._open = None
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != name:
                shutil.rmtree(other, ignore_errors=True)

    def _current(self) -> tantivy.Index:
        import tantivy

        try:
            name = (self._folder / _CURRENT).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise IndexDamaged("there is no index yet") from None
        with _Guard():
            if self._open is None or self._open[0] != name:
                if not name or not tantivy.Index.exists(str(self._folder / name)):
                    raise IndexDamaged("the index in use is not there")
                self._open = name, self._opened(self._folder / name)
            self._open[1].reload()
            return self._open[1]

    def _opened(self, folder: Path) -> tantivy.Index:
        import tantivy

        index = tantivy.Index(_schema(), str(folder))
        index.register_tokenizer(TOKENIZER, self._analyzer())
        index.config_reader("manual")
        return index


class _Guard:
    """Tells damage by what tantivy raises for it: `ValueError`, `OSError`, or a panic, which is no `Exception`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (ValueError, OSError, IndexError)) or type(error).__name__ == "PanicException":
            raise IndexDamaged(f"the index cannot be read ({type(error).__name__})") from None


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("chunk", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("tenant", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("building", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=TOKENIZER, index_option="freq")
    builder.add_unsigned_field("applied", stored=True)
    return builder.build()


def _exactly(schema: tantivy.Schema, field: str, values: Sequence[str]) -> tantivy.Query:
    """Any of the values, without a say in the score."""
    import tantivy

    return tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, field, list(values)), 0.0)


def _write(writer: tantivy.IndexWriter, entries: Iterable[Entry], applied: int) -> None:
    import tantivy

    for entry in entries:
        writer.add_document(
            tantivy.Document(
                chunk=[entry.chunk_id],
                tenant=[entry.tenant],
                document=[entry.document_id],
                building=list(entry.buildings) or [_NO_BUILDING],
                text=[entry.text],
            )
        )
    writer.delete_documents_by_term("chunk", _MARKER)
    writer.add_document(tantivy.Document(chunk=[_MARKER], applied=applied))
    writer.commit()
