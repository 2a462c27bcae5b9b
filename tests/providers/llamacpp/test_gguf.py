"""The header reader: what it reads, and that no damage gets past it or breaks it."""

from __future__ import annotations

import contextlib
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.providers.llamacpp.random_model import CONTEXT, write_random_model
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.providers.llamacpp.gguf import Header, read_header


@pytest.fixture(scope="module")
def whole() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_random_model(Path(folder) / "m.gguf").read_bytes()


def read(path: Path, data: bytes) -> Header:
    path.write_bytes(data)
    return read_header(path)


def test_a_header_says_what_the_model_is(gguf: Path) -> None:
    header = read_header(gguf)
    assert header.version == 3
    assert header.text("general.architecture") == "qwen2"
    assert header.numbers("qwen2.context_length") == [CONTEXT]
    assert header.whole_bytes == header.file_bytes == gguf.stat().st_size
    assert header.text("qwen2.context_length") == ""
    assert header.numbers("general.name") == []


def test_a_long_list_is_passed_over_and_the_rest_still_read(tmp_path: Path) -> None:
    path = write_random_model(
        tmp_path / "m.gguf",
        {
            "tokenizer.ggml.merges": ["a b"] * 5000,
            "tokenizer.ggml.scores": list(range(5000)),
            "zz.last": "read",
        },
    )
    header = read_header(path)
    assert header.metadata["tokenizer.ggml.merges"] is None
    assert header.metadata["tokenizer.ggml.scores"] is None
    assert header.text("zz.last") == "read"
    assert header.whole_bytes == path.stat().st_size


def test_what_is_not_there_or_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(InvalidRequest, match="is a folder"):
        read_header(tmp_path)
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_header(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a GGUF file"),
        (b"PK\x03\x04 a zip", "not a GGUF file"),
        (b"GGUF" + struct.pack("<I", 1), "of version 1"),
        (b"GGUF" + struct.pack("<I", 99), "of version 99"),
        (b"GGUF" + struct.pack(">I", 3), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60), "ends within its header"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "ends within its header"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**62) + b"x" * 64, "a text of"),
        (b"GGUF" + struct.pack("<IQQQ1sI", 3, 0, 1, 1, b"k", 77) + b"x" * 64, "unknown type 77"),
        (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"k", 9, 9, 2**40) + b"x" * 64, "unknown type 9"),
        (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"k", 9, 4, 2**40) + b"x" * 64, "ends within"),
        (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"k", 9, 8, 2**40) + b"x" * 64, "ends within"),
    ],
)
def test_a_foreign_or_lying_file_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as refused:
        read(tmp_path / "m.gguf", data)
    assert refused.value.next_step


def test_a_bad_alignment_is_damage(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="alignment"):
        read_header(write_random_model(tmp_path / "m.gguf", {"general.alignment": 0}))


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_every_shortened_file_is_refused(whole: bytes, share: float) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.raises(InvalidRequest):
        read(Path(folder) / "m.gguf", whole[: int(len(whole) * share)])


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, 12_000), value=st.binary(min_size=1, max_size=9))
def test_damage_is_refused_or_harmless(whole: bytes, place: int, value: bytes) -> None:
    """Whatever stands in the header, reading it ends, in an error for the user or a header."""
    damaged = whole[:place] + value + whole[place + len(value) :]
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(InvalidRequest):
        header = read(Path(folder) / "m.gguf", damaged)
        assert header.whole_bytes <= header.file_bytes
