"""Forms as they arrive, in pieces of any size; what is none is refused and never hangs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.errors import InvalidRequest
from vestibule.gateway.files.multipart import HEAD_BYTES, MOST_PARTS, Head, boundary_of, parts

BOUNDARY = b"----b0undary"


def form(*fields: tuple[str, bytes], boundary: bytes = BOUNDARY) -> bytes:
    said = b"".join(
        b"--" + boundary + b"\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in fields
    )
    return said + b"--" + boundary + b"--\r\n"


async def read(body: bytes, cuts: Sequence[int] = (), boundary: bytes = BOUNDARY) -> list[tuple[Head, bytes]]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]

    async def arriving() -> AsyncIterator[bytes]:
        for start, end in pairwise(edges):
            yield body[start:end]

    found: list[tuple[Head, bytes]] = []
    async for piece in parts(arriving(), boundary):
        if isinstance(piece, Head):
            found.append((piece, b""))
        else:
            head, content = found[-1]
            found[-1] = (head, content + piece)
    return found


@given(
    contents=st.lists(
        st.binary(max_size=60).filter(lambda c: b"\r\n--" + BOUNDARY not in b"\r\n" + c + b"\r\n"), max_size=5
    ),
    cuts=st.lists(st.integers(0, 10_000), max_size=30),
)
async def test_every_content_comes_through_every_cut(contents: list[bytes], cuts: list[int]) -> None:
    body = form(*((f'name="f{n}"', content) for n, content in enumerate(contents)))
    assert await read(body, cuts) == [(Head(f"f{n}", None), content) for n, content in enumerate(contents)]


async def test_one_byte_at_a_time_and_what_looks_like_a_boundary() -> None:
    content = b"\r\n--" + BOUNDARY[:-1] + b"\r\n" + b"-" * 30 + b"\r\r\n\n--" + BOUNDARY[1:]
    body = b"a preamble\r\n" + form(('name="file"; filename="a.jsonl"', content)) + b"an epilogue"
    assert await read(body, range(len(body))) == [(Head("file", "a.jsonl"), content)]


@pytest.mark.parametrize(
    ("said", "head"),
    [
        ('name="purpose"', Head("purpose", None)),
        ('name=purpose; filename=""', Head("purpose", "")),
        ('name="a%22b"; filename="say \\"x\\".jsonl"', Head('a"b', 'say "x".jsonl')),
        ('name="f"; filename="Größe.jsonl"', Head("f", "Größe.jsonl")),
        ('name="f"; filename="x"; filename*=UTF-8\'\'Gr%C3%B6%C3%9Fe%20a.jsonl', Head("f", "Größe a.jsonl")),
        ('name="f"; filename="x"; filename*=latin-1\'\'y', Head("f", "x")),
    ],
)
async def test_names(said: str, head: Head) -> None:
    assert await read(form((said, b"1"))) == [(head, b"1")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        form(('name="a"', b"1"))[:-6],
        b"--" + BOUNDARY + b"\r\n\r\n1\r\n--" + BOUNDARY + b"--",
        b"--" + BOUNDARY + b"x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--" + BOUNDARY + b"--",
        b"--" + BOUNDARY + b"\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--" + BOUNDARY + b"--",
        form(("x=1", b"1")),
        form((f'name="{"a" * HEAD_BYTES}"', b"1")),
        b"--" + BOUNDARY + b"\r\n" + b"x" * (HEAD_BYTES * 3),
        form(*((f'name="f{n}"', b"") for n in range(MOST_PARTS + 1))),
    ],
)
async def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        await read(body)
    with pytest.raises(InvalidRequest):
        await read(body, range(len(body)))


async def test_as_many_parts_as_are_read() -> None:
    assert len(await read(form(*((f'name="f{n}"', b"") for n in range(MOST_PARTS))))) == MOST_PARTS


def test_boundaries() -> None:
    assert boundary_of(b"multipart/form-data; boundary=abc") == b"abc"
    assert boundary_of(b'Multipart/Form-Data; charset=utf-8; BOUNDARY="a b;c"') == b"a b;c"
    for wrong in (
        b"",
        b"multipart/form-data",
        b"multipart/mixed; boundary=a",
        b"multipart/form-data; boundary=" + b"x" * 71,
    ):
        with pytest.raises(InvalidRequest):
            boundary_of(wrong)
