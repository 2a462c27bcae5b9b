"""OpenAI's file object and its list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from vestibule.files import File, Purpose


class WireFile(msgspec.Struct, frozen=True):
    """Moments are in Unix seconds."""

    id: str
    bytes: int
    created_at: int
    expires_at: int
    filename: str
    purpose: Purpose
    status: Literal["processed"] = "processed"
    object: Literal["file"] = "file"


class FileList(msgspec.Struct, frozen=True):
    data: Sequence[WireFile]
    has_more: bool
    first_id: str
    last_id: str
    object: Literal["list"] = "list"


class DeletedFile(msgspec.Struct, frozen=True):
    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True


def wire(file: File) -> WireFile:
    return WireFile(
        file.id, file.bytes, int(file.created_at.timestamp()), int(file.expires_at.timestamp()), file.name, file.purpose
    )
