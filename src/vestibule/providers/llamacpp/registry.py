"""The GGUF files that were added by path: a list in `home/models/models.json`. The files stay where they are.

Whether a file can be run is for `model_file.examine` and `provider.require_loadable` to say, before it is added.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.providers.llamacpp.model_file import Adapter

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class AddedModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """`name` is what callers ask for: for answers or, `embedding`, for vectors. `adapters` are loaded with it."""

    name: str
    path: Path
    adapters: tuple[Adapter, ...] = ()
    embedding: bool = False


class _File(msgspec.Struct, frozen=True):
    models: tuple[AddedModel, ...] = ()


def added_models(home: Path) -> tuple[AddedModel, ...]:
    """All that were added, oldest first. Raise `InvalidRequest` for a list that cannot be read."""
    place = _place(home)
    try:
        return msgspec.json.decode(place.read_bytes(), type=_File, dec_hook=_read_path).models
    except FileNotFoundError:
        return ()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{place} is damaged: {error}.", next_step="Mend it, or delete it and add anew.") from None


def add_model(
    home: Path,
    path: Path,
    name: str | None = None,
    *,
    taken: Collection[str] = (),
    adapters: tuple[Adapter, ...] = (),
    embedding: bool = False,
) -> AddedModel:
    """Add `path` under `name`, by default made from the file's; the same path and name again takes the place of what
    was added before. Raise `InvalidRequest` for a name that cannot be used: malformed, `taken`, or of a model with
    another path."""
    model = AddedModel(name or default_name(path), path.expanduser().absolute(), adapters, embedding)
    if not NAME.fullmatch(model.name):
        raise InvalidRequest(
            f"`{model.name}` cannot be the name of a model.",
            next_step="Give another with --name: lower-case letters, digits, `.`, `_` and `-`, at most 64.",
        )
    others = added_models(home)
    if model.name in taken or any(m.name == model.name and m.path != model.path for m in others):
        raise InvalidRequest(f"There is a model `{model.name}` already.", next_step="Give another name with --name.")
    _write(home, (*(m for m in others if m.name != model.name), model))
    return model


def remove_model(home: Path, name: str) -> AddedModel:
    """Forget the model; its file stays. Raise `NotFound`."""
    models = added_models(home)
    for model in models:
        if model.name == name:
            _write(home, tuple(m for m in models if m != model))
            return model
    known = ", ".join(m.name for m in models) or "none"
    raise NotFound(f"No model `{name[:80]}` was added.", next_step=f"Added: {known}.")


def adapters_of(given: Sequence[str]) -> tuple[Adapter, ...]:
    """Read each `NAME=PATH`. Raise `InvalidRequest` for anything else and for a name that comes twice."""
    adapters: dict[str, Adapter] = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not path or not NAME.fullmatch(name) or name in adapters:
            raise InvalidRequest(
                f"`{text[:120]}` names no adapter.",
                next_step="Write --adapter NAME=PATH, each name once: lower-case letters, digits, `.`, `_` and `-`.",
            )
        adapters[name] = Adapter(name, Path(path).expanduser().absolute())
    return tuple(adapters.values())


def default_name(path: Path) -> str:
    """`Qwen2.5-3B Instruct.Q4_K_M.gguf` → `qwen2.5-3b-instruct.q4_k_m`."""
    return re.sub(r"[^a-z0-9._-]+", "-", path.name.removesuffix(".gguf").lower()).strip("-._")


def _place(home: Path) -> Path:
    return home / "models" / "models.json"


def _write(home: Path, models: tuple[AddedModel, ...]) -> None:
    """In one step: a reader sees the old list or the new one."""
    place = _place(home)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(_File(models), enc_hook=str), indent=2) + b"\n")
    new.replace(place)


def _read_path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError("a path is text")
