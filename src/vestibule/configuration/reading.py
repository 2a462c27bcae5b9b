"""From the text of a version (YAML, or JSON) to its value: every mistake of form with its line, none skipped.

Knows what a field may hold by the types of `core/configuration.py`; which models there are and what contradicts what is
in `rules.py`.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, get_args, get_origin, get_type_hints

import msgspec
import yaml

from vestibule.configuration.mistakes import NAME, ConfigurationError, Mistake
from vestibule.core.configuration import Document, Section
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings

LONGEST = 524_288  # bytes
DEEPEST = 30
ELSEWHERE = "Commands, file paths and addresses live in vestibule.yaml only: take it out."
_SETTINGS = frozenset(
    {*Settings.__struct_fields__, *ProviderSettings.__struct_fields__, *ModelSettings.__struct_fields__}
    | {"base_url", "command", "cmd", "file", "hosts", "path"}
) - {"id", "policy", "name"}
_ADDRESS = re.compile(r"(?:cmd|env|file):|[a-z][a-z0-9+.-]*://|~?/|\.\.?/", re.I)
_WHERE = re.compile(r" - at `[^`]*`$")
_MEND = "docs/configuration.md lists what may stand."
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\ufffe\uffff]")
"""What JSON has as it is in a text, and YAML only escaped."""
_Fastest: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast


class _Loader(_Fastest):  # type: ignore[misc]  # one of two classes
    """Leaves days as they are written: PyYAML says of one that there is not no line. Numbers are those of JSON too, as
    in YAML 1.2: 1e-7."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {
        first: [(tag, form) for tag, form in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(?:\.\d*)?[eE][-+]?\d+$"), "-+0123456789")


class Read(msgspec.Struct, frozen=True):
    """`values` is what stands in the text, `text` and `lines` tell where."""

    document: Document
    values: dict[str, object]
    text: str
    lines: Mapping[str, tuple[int, int, int]]

    def line(self, path: str) -> int:
        """The line of the nearest thing that is there on the way to `path`."""
        return _line(self.lines, path)

    def line_in(self, place: str, path: str) -> int:
        """The line of `path` where it stands below `place`, else of where it stands by itself."""
        below = f"{place}.{path}"
        return self.line(below if below in self.lines else path)

    def policy_text(self) -> bytes:
        """The section `policy` as it stands, behind so many empty lines that its own are counted as the whole's."""
        line, start, end = self.lines["policy="]
        indent = start - (self.text.rfind("\n", 0, start) + 1)
        return ("\n" * (line - 1) + " " * indent + self.text[start:end]).encode()


def read(content: bytes, source: str = NAME) -> Read:
    """Raise `ConfigurationError` with all mistakes of form. Blocks: a long text takes a tenth of a second."""
    text, values, lines = _parsed(content, source)
    mistakes = [*_misplaced(values, "", lines), *_unfit(values, Document, "", lines), *_overlays(values, lines)]
    if mistakes:
        raise ConfigurationError(mistakes, source)
    return Read(msgspec.convert(values, Document), values, text, lines)


def _parsed(content: bytes, source: str) -> tuple[str, dict[str, object], dict[str, tuple[int, int, int]]]:
    def refused(line: int, message: str, mend: str) -> ConfigurationError:
        return ConfigurationError([Mistake(line, "", message, mend)], source)

    if len(content) > LONGEST:
        raise refused(1, f"is longer than {LONGEST} bytes.", "A version is some pages: shorten it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise refused(line, "is not UTF-8.", "Save it in UTF-8.") from None
    if text.lstrip().startswith("{"):
        text = text.replace("\t", " ")  # JSON may be indented with tabs, and YAML not
        text = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            mark: Any = event.start_mark
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:  # before libyaml descends into it, which ends the process
                raise refused(mark.line + 1, "is nested too deeply.", "Write it plainly.")
            if isinstance(event, yaml.AliasEvent):
                raise refused(mark.line + 1, "refers to an anchor.", "Write it out.")
        root = yaml.compose(text, Loader=_Loader)
        lines: dict[str, tuple[int, int, int]] = {}
        twice = [] if root is None else list(_located(root, "", lines))
        values: object = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "is not YAML"
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1
        raise refused(line, f"{problem}.", "Mend that line.") from None
    except (ValueError, OverflowError) as error:
        raise refused(1, f"{error}.", "Write it plainly.") from None
    if twice:
        raise ConfigurationError(twice, source)
    if not isinstance(values, dict):
        said = "is empty." if values is None else "is no mapping."
        raise refused(1, said, f"Write sections: {', '.join(_sections())}.")
    return text, values, lines


def _located(node: yaml.Node, path: str, lines: dict[str, tuple[int, int, int]]) -> Iterator[Mistake]:
    """Note where every key ("a.b", "a[0]") and every value ("a.b=") stands: its line, its first and last character."""
    lines.setdefault(path, _place(node))
    lines[f"{path}="] = _place(node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}.{key.value}" if path else str(key.value)
            if inner in lines:
                yield Mistake(key.start_mark.line + 1, inner, "is there twice.", "Keep one of the two.")
            lines[inner] = _place(key)
            yield from _located(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield from _located(value, f"{path}[{at}]", lines)


def _place(node: yaml.Node) -> tuple[int, int, int]:
    return node.start_mark.line + 1, node.start_mark.index, node.end_mark.index


def _line(lines: Mapping[str, tuple[int, int, int]], path: str) -> int:
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines[path][0] if path in lines else 1


def _misplaced(value: object, path: str, lines: Mapping[str, tuple[int, int, int]]) -> Iterator[Mistake]:
    """Addresses, and numbers that are none, wherever they stand. What models are told is free to name any of it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if path or key != "prompts":
                yield from _misplaced(inner, f"{path}.{key}" if path else str(key), lines)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _misplaced(inner, f"{path}[{at}]", lines)
    elif isinstance(value, str) and _ADDRESS.match(value):
        yield Mistake(_line(lines, path), path, "names a command, a file or an address.", ELSEWHERE)
    elif isinstance(value, float) and not math.isfinite(value):
        yield Mistake(_line(lines, path), path, f"is {value}.", "Write a number.")


def _unfit(value: object, kind: Any, path: str, lines: Mapping[str, tuple[int, int, int]]) -> Iterator[Mistake]:
    """All that keeps `value` from being a `kind`, each as deep inside as it can be said."""
    try:
        msgspec.convert(value, kind)
        return
    except msgspec.ValidationError as error:
        problem = _WHERE.sub("", str(error))
    found = list(_unfit_inside(value, kind, path, lines))
    yield from found or [Mistake(_line(lines, path), path, f"does not fit: {problem}.", _MEND)]


def _overlays(values: dict[str, object], lines: Mapping[str, tuple[int, int, int]]) -> Iterator[Mistake]:
    """What is laid over the rest somewhere has the form of the rest."""
    environments = values.get("environments")
    for name, over in environments.items() if isinstance(environments, dict) else ():
        if isinstance(over, dict):
            path = f"environments.{name}"
            if "environments" in over:
                yield Mistake(
                    _line(lines, f"{path}.environments"), path, "holds environments itself.", "Take them out."
                )
            yield from _unfit(over, Document, path, lines)


def _unfit_inside(value: object, kind: Any, path: str, lines: Mapping[str, tuple[int, int, int]]) -> Iterator[Mistake]:
    inside = f"{path}." if path else ""
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Section):
        hints = get_type_hints(kind, include_extras=True)
        for key, inner in value.items():
            if key in hints:
                yield from _unfit(inner, hints[key], f"{inside}{key}", lines)
            else:
                yield Mistake(_line(lines, f"{inside}{key}"), f"{inside}{key}", *_unknown(str(key), list(hints)))
    elif isinstance(value, dict) and get_origin(kind) is dict:
        names, values = get_args(kind)
        for key, inner in value.items():
            if get_origin(names) is Literal and key not in get_args(names):
                known = [str(name) for name in get_args(names)]
                yield Mistake(_line(lines, f"{inside}{key}"), f"{inside}{key}", *_unknown(str(key), known))
            else:
                yield from _unfit(inner, values, f"{inside}{key}", lines)
    elif isinstance(value, list) and get_origin(kind) is tuple:
        for at, inner in enumerate(value):
            yield from _unfit(inner, get_args(kind)[0], f"{path}[{at}]", lines)


def _unknown(key: str, known: list[str]) -> tuple[str, str]:
    if key in _SETTINGS:
        return "is a setting, and no part of a version.", ELSEWHERE
    near = difflib.get_close_matches(key, known, n=1)
    return "is not known.", f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(known)}."


def _sections() -> list[str]:
    return list(Document.__struct_fields__)
