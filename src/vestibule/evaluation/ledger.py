"""Samples that were paid for, in a file of JSON lines: a run that was broken off goes on where it was."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vestibule.core.errors import InvalidRequest


class Sample(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer to a question that `key` stands for: what was wrong with it, how long it took and how long it was.
    `failed`: the model was asked and there was none."""

    key: str
    case: str
    wrong: tuple[str, ...]
    seconds: float
    tokens: int = 0
    failed: bool = False

    @property
    def right(self) -> bool:
        return not self.wrong


class Ledger:
    """Kept in memory and, with a `path`, in that file; a last line that was cut off is left out."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._samples: dict[str, Sample] = {}
        if path is not None and path.exists():
            self._load(path)

    def __len__(self) -> int:
        return len(self._samples)

    def get(self, key: str) -> Sample | None:
        return self._samples.get(key)

    def add(self, sample: Sample) -> None:
        self._samples[sample.key] = sample
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(sample) + b"\n")

    def _load(self, path: Path) -> None:
        whole = path.read_bytes()
        if whole and not whole.endswith(b"\n"):
            whole = whole[: whole.rfind(b"\n") + 1]
            path.write_bytes(whole)
        try:
            for line in whole.splitlines():
                sample = msgspec.json.decode(line, type=Sample)
                self._samples[sample.key] = sample
        except msgspec.DecodeError as error:
            raise InvalidRequest(
                f"{path.name} holds something that is no result of a tuning: {error}.",
                next_step="Name another file with --results.",
            ) from None
