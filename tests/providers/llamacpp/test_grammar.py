"""A caller's grammar: kept to by a model that knows nothing, refused where it could stop the model for everybody."""

from __future__ import annotations

import json
import re

import pytest

from tests.providers.llamacpp.asking import answer, text_of
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool
from vestibule.core.errors import InvalidRequest
from vestibule.core.generation import ModelRequest
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.grammar import DEEPEST, LONGEST, require_followable
from vestibule.providers.llamacpp.schema import bounded

HELLO = (Message("user", "Hello"),)
NONSENSE = Sampling(temperature=1.5, max_tokens=200)
JSON = r"""
# JSON, as llama.cpp's own example has it
root ::= object
value ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
array ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
ws ::= | " " | "\n" [ \t]{0,20}
"""
ALARMS = 'root ::= "AHU-" [0-9]{3} ": " state\nstate ::= "on" | "off"  # nothing else'


def wanted(grammar: str, **more: object) -> ModelRequest:
    return ModelRequest(HELLO, sampling=NONSENSE, grammar=grammar, **more)  # type: ignore[arg-type]  # of its fields


@pytest.mark.parametrize(
    ("grammar", "pattern"),
    [
        ('root ::= "yes" | "no"', "yes|no"),
        (ALARMS, r"AHU-[0-9]{3}: (on|off)"),
        ('root ::= "[" item ("," item){2,4} "]"\nitem ::= [0-9]{1,2}', r"\[[0-9]{1,2}(,[0-9]{1,2}){2,4}\]"),
        ('root ::= (\n  [a-c]+\n  | [0-9]{4,}\n) "."', r"([a-c]+|[0-9]{4,})\."),
        ("root ::= " + "[a-z]? " * 30 + '"!"', "[a-z]{0,30}!"),
    ],
)
async def test_even_a_model_that_knows_nothing_keeps_to_it(
    provider: LlamaCppProvider, grammar: str, pattern: str
) -> None:
    chunks = await answer(provider, wanted(grammar))
    if chunks[-1].finish_reason == "stop":
        assert re.fullmatch(pattern, text_of(chunks))
    else:
        assert "+" in grammar or ",}" in grammar


def test_a_grammar_as_people_write_it_may_be_followed() -> None:
    require_followable(JSON)
    require_followable('root ::= line+\nline ::= [^\\n]* "\\n"\n')
    require_followable('root ::= "(" root ")" | ""')


DANGEROUS = {
    "too long": ('root ::= "' + "a" * LONGEST + '"', "more than 16,384 characters"),
    "too deep": ("root ::= " + "(" * (DEEPEST + 1) + "[a]" + ")" * (DEEPEST + 1), "more than 32 brackets"),
    "too long a way": (
        "\n".join(f"{n}x ::= {n + 1}x" for n in range(400)) + '\nroot ::= 0x\n400x ::= "a"',
        "256 rules",
    ),
    "counted": ('root ::= ((("a"?){50}){50}){50} "b"', "too many ways"),
    "one after the other": ("root ::= " + "[a-z]? " * 70, "too many ways"),
    "by names": (
        "root ::= r0\n" + "\n".join(f"r{n} ::= r{n + 1} r{n + 1}" for n in range(9)) + '\nr9 ::= "a"?',
        "too many ways",
    ),
    "behind what is said": (
        "root ::= r3\nr0 ::= [x] "
        + "[a]? " * 20
        + "\n"
        + "\n".join(f"r{n} ::= r{n - 1} " + "[a]? " * 20 for n in (1, 2, 3)),
        "too many ways",
    ),
    "behind what recurs": ("root ::= [x] root? " + "[a]? " * 9, "too many ways"),
    "any number of one or the other": (
        "root ::= (" + "|".join("abcdefgh" * 9).replace("|", "]|[").join("[]") + ")*",
        "too many",
    ),
}


@pytest.mark.parametrize("name", list(DANGEROUS))
def test_what_could_stop_the_model_is_refused(name: str) -> None:
    grammar, says = DANGEROUS[name]
    with pytest.raises(InvalidRequest, match=says) as refused:
        require_followable(grammar)
    assert refused.value.param == "vestibule.grammar"


@pytest.mark.parametrize(
    ("grammar", "says"),
    [
        ("", "does not consist of rules"),
        ("yes | no", "does not consist of rules"),
        ('"a" ::= "b"', "does not consist of rules"),
        ('answer ::= "a"', "no rule `root`"),
        ('root ::= "a', "cannot be read from its character 10 on"),
        ('root ::= "a"{1000000000}', "cannot be read from its character 13 on"),
        ("root ::= <think>", "cannot be read"),
        ('root ::= ("a"', "opens more brackets"),
        ('root ::= "a")', "closes more brackets"),
        ("root ::= *", "repeats nothing"),
    ],
)
def test_what_is_no_grammar_is_refused(grammar: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        require_followable(grammar)


@pytest.mark.parametrize("grammar", ['root ::= root "secret-4711" | "a"', "root ::= secret-4711", 'root ::= "a"{5000}'])
async def test_what_llama_cpp_cannot_follow_is_the_callers_to_mend(provider: LlamaCppProvider, grammar: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot follow the grammar") as refused:
        await answer(provider, wanted(grammar))
    assert refused.value.param == "vestibule.grammar"
    assert "4711" not in str(refused.value)
    assert text_of(await answer(provider, wanted('root ::= "well"'))) == "well"


@pytest.mark.parametrize(
    "more", [{"tools": (Tool("f"),)}, {"response_format": ResponseFormat("json_object")}], ids=["tools", "format"]
)
def test_an_answer_is_held_to_one_thing(provider: LlamaCppProvider, more: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest, match="grammar and to something else"):
        provider.encode(wanted(ALARMS, **more), "random")


async def test_it_goes_with_an_adapter_or_without(provider: LlamaCppProvider) -> None:
    assert json.loads(provider.encode(wanted(ALARMS), "random"))["grammar"] == ALARMS
    assert "grammar" not in json.loads(provider.encode(ModelRequest(HELLO), "random"))


def test_a_pattern_of_a_schema_is_no_way_round_that() -> None:
    made = bounded({"type": "string", "pattern": "^((a?){50}){50}$"})
    assert "pattern" not in made
    assert "pattern" not in bounded({"type": "string", "pattern": f"^{'(' * 40}a{')' * 40}$"})
    assert bounded({"type": "string", "pattern": r"^\{(?:AHU|CH)-[0-9]{1,3}\}(,[a-z]{2})*$"})["pattern"]
