"""The text of a version becomes its value, or all that is wrong with it is told, each with its line and its mend."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.configuration.mistakes import ConfigurationError, Mistake
from vestibule.configuration.reading import LONGEST, read
from vestibule.configuration.version import canonical
from vestibule.core.configuration import Currencies, Document

WHOLE = b"""\
routes:
  tasks:
    lookup: {prefer: [small], quality: 0.7}
  cloud_share: 0.1
prices:
  - {model: far, since: 2026-01-01, input: 1.5, output: 6}
prompts:
  system: See https://example.com, and run nothing.
"""


def mistakes(content: bytes) -> list[Mistake]:
    with pytest.raises(ConfigurationError) as refused:
        read(content)
    return list(refused.value.mistakes)


def test_a_version_is_read_with_the_line_of_each_part() -> None:
    found = read(WHOLE)
    assert found.document.routes.tasks["lookup"].prefer == ("small",)
    assert found.document.prices[0].since == date(2026, 1, 1)
    assert (found.line("routes.tasks.lookup.prefer[0]"), found.line("prices[0].since")) == (3, 6)
    assert found.line("prices[0].cached") == 6
    assert found.line("energy") == 1


def test_json_is_read_too_however_it_is_indented() -> None:
    assert read(b'{\n\t"routes": {"cloud_share": 0.1}\n}').document.routes.cloud_share == 0.1


def test_every_mistake_is_told_with_its_line_and_its_mend() -> None:
    found = mistakes(
        b"routes:\n"
        b"  tasks:\n"
        b"    lookup: {prefer: small, quality: 3}\n"
        b"    poetry: {}\n"
        b"  weigths: {}\n"
        b"prices:\n"
        b"  - {model: far, since: 2026-13-01, input: 1, output: 1}\n"
        b"  - {model: far, since: 2026-01-01}\n"
        b"experiments: [{id: a, arms: [{weight: 0}]}]\n"
    )
    assert [(mistake.line, mistake.path) for mistake in found] == [
        (3, "routes.tasks.lookup.prefer"),
        (3, "routes.tasks.lookup.quality"),
        (4, "routes.tasks.poetry"),
        (5, "routes.weigths"),
        (7, "prices[0].since"),
        (8, "prices[1]"),
        (9, "experiments[0].arms[0].weight"),
    ]
    assert found[3].mend == "Did you mean `weights`?"
    assert "missing required field `input`" in found[5].message
    assert all(mistake.mend for mistake in found)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"home_hosts: [10.0.0.1]\n", "home_hosts"),
        (b"providers: [{id: a, url: 'http://a'}]\n", "providers"),
        (b"models: {small: {base_url: 'http://a'}}\n", "models.small.base_url"),
        (b"routes: {base_url: x}\n", "routes.base_url"),
        (b"routes: {tasks: {lookup: {command: rm}}}\n", "routes.tasks.lookup.command"),
        (b"energy: {path: a}\n", "energy.path"),
        (b"routes: {fallbacks: {small: ['https://evil.example/v1']}}\n", "routes.fallbacks.small[0]"),
        (b"routes: {tasks: {lookup: {prefer: ['cmd:rm -rf']}}}\n", "routes.tasks.lookup.prefer[0]"),
        (b"prices: [{model: /etc/passwd, since: 2026-01-01, input: 1, output: 1}]\n", "prices[0].model"),
        (b"environments: {staging: {home_hosts: [a]}}\n", "environments.staging.home_hosts"),
    ],
)
def test_commands_files_and_addresses_live_elsewhere(content: bytes, path: str) -> None:
    told = next(mistake for mistake in mistakes(content) if mistake.path == path)
    assert "live in vestibule.yaml only" in told.mend


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", 1, "empty"),
        (b"# only words\n", 1, "empty"),
        (b"- a\n", 1, "no mapping"),
        (b"routes:\n  tasks: {lookup: [\n", 2, ""),
        (b"routes: {}\n\nroutes: {}\n", 3, "twice"),
        (b"a: &x 1\nb: *x\n", 2, "anchor"),
        (b"x: !!python/object:os.system ls\n", 1, "constructor"),
        (b"routes:\n  cloud_share: .nan\n", 2, "nan"),
        (b"routes: {}\n\xff\n", 2, "UTF-8"),
        (b"x" * (LONGEST + 1), 1, "longer"),
        (b"a: " + b"[" * 200_000, 1, "deeply"),
        (b"? [a]\n: b\n", 1, ""),
    ],
)
def test_what_is_no_version_at_all_is_told_with_its_line(content: bytes, line: int, said: str) -> None:
    told = mistakes(content)[0]
    assert told.line == line
    assert said in told.message
    assert told.mend


def test_the_policy_keeps_its_lines() -> None:
    found = read(b"cache: {seconds: 5}\npolicy:\n    version: 1\n    types: {}\n")
    assert found.policy_text().decode().splitlines()[2:] == ["    version: 1", "    types: {}"]
    flow = read(b'{"cache": {},\n  "policy": {"version": 1,\n "types": {}}}')
    assert flow.policy_text().decode().splitlines()[1].strip().startswith('{"version": 1')


@given(st.characters(exclude_categories=["Cs"]))
def test_what_is_kept_of_a_prompt_is_read_as_it_was(character: str) -> None:
    """A version is read again from what is kept of it, when another is merged with it or it is rolled back to."""
    document = Document(prompts={"one": f"before{character}after"})
    assert read(canonical(document).encode()).document == document


@pytest.mark.parametrize("character", "\x7f\x80\x85\x9f\u2028\ufeff\ufffe\uffff\U0001f600")
def test_what_yaml_does_not_print_stays_in_a_prompt(character: str) -> None:
    document = Document(prompts={"one": f"before{character}after"})
    assert read(canonical(document).encode()).document == document


@pytest.mark.parametrize("eur", [1e-7, 1.5e-9, 2.5e8])
def test_very_small_and_large_numbers_are_those_of_json_too(eur: float) -> None:
    document = Document(currencies=Currencies({"USD": eur}))
    assert read(canonical(document).encode()).document == document
    assert read(f"currencies: {{eur: {{USD: {eur:e}}}}}\n".encode()).document == document


@given(st.binary(max_size=200) | st.text(alphabet="ab:{}[],-\n !&*?'\"#|>%@0.1", max_size=200).map(str.encode))
def test_whatever_it_is_it_is_read_or_refused(content: bytes) -> None:
    told: tuple[Mistake, ...] = ()
    try:
        assert isinstance(read(content).document, Document)
    except ConfigurationError as error:
        told = error.mistakes
    assert all(mistake.line >= 1 and mistake.mend for mistake in told)
