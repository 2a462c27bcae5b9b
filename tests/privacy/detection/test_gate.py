"""The gate may let through what no pattern finds, and never the other way round."""

import random
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy.detection import Detector
from vestibule.privacy.detection.compiling import Sought
from vestibule.privacy.detection.databases import Databases, Region, compiled_databases
from vestibule.privacy.detection.expressions import Expression, loosened
from vestibule.privacy.detection.gate import Gate, HyperscanGate, OpenGate, Re2Gate, gate_for
from vestibule.privacy.detection.normalisation import normalise
from vestibule.privacy.recognizers import BUILT_IN

PATTERNS = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"(?P<cue>pin|code)\W{0,3}(?P<value>\d{4,6})", re.IGNORECASE),
        (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", 0),
        (r"(?<!\d,)\bab+?c\b(?=[ .]|$)", 0),
        (r"(?<=#)\d++", 0),
        (r"([a-c])\1{2}", 0),
        (r"(?>a|b)[^\W\d_]é?", re.IGNORECASE),
        (r"(?:(?<![^\W_])t[üu]r|(?=ä)[äö])\S", re.IGNORECASE),
        (r"(a)?(?(1)bb|c4)", 0),
        (r"^a.b$|\Bcc", re.MULTILINE | re.DOTALL),
        (r"[^\x00-\x7f]{2}", 0),
        (r"(?i:TÜR)[\s\D]7(?!\d|[a-c]|xx)", 0),
        (r"x(?:ab|\d ){2,40}y{300}?|[Б-Я]\d", 0),
        (r"(?:pin[ ](?=\d)|(?<!\w)(?P<shaped>(?=(?:ab|c4)-?\d{2})))(?P<value>[abc\d-]{2,8})(?!x)", re.IGNORECASE),
        (r"(?=[34]0\d{3}|4x7)[\dx]+", 0),
        (r"a # comment\n [ ]", re.VERBOSE),
    )
]
LETTERS = "abcxyABC 47.,#-_\näöéßÄTtüUuÜrRpinPcodeế—БЖ№"


@pytest.fixture(scope="module")
def small() -> Gate:
    return HyperscanGate([Sought(pattern) for pattern in PATTERNS])


@pytest.fixture(scope="module")
def compiled() -> Detector:
    detector = Detector(memo_bytes=0)
    detector.warm()
    return detector


def regions(gate: Gate, text: str) -> list[Region]:
    return gate.regions(text, lambda: None)


def in_regions(gate: Gate, text: str) -> list[tuple[int, int, int]]:
    """Matches that are found in the gate's regions, with what the patterns may look ahead to."""
    return [
        (index, *match.span())
        for index, start, end in sorted(regions(gate, text))
        for match in PATTERNS[index].finditer(text, start, end + 64)
        if match.end() <= end
    ]


@given(st.text(st.sampled_from(LETTERS), max_size=40))
def test_nothing_is_found_outside_the_regions_and_the_same_inside(small: Gate, text: str) -> None:
    text = normalise(text).text
    everywhere = [(index, *match.span()) for index, p in enumerate(PATTERNS) for match in p.finditer(text)]
    assert in_regions(small, text) == everywhere


@pytest.mark.parametrize(
    "text",
    [
        "PIN: 4711",
        "10.0.0.1",
        "abbbc.",
        "#47",
        "bbb",
        "aé",
        "TÜR7",
        "abb",
        "a\nb",
        "éß",
        "tür 7",
        "xab4 " + "y" * 300,
        "a ",
        "pin 4-7",
        "AB-47",
        "40477",
    ],
)
def test_what_each_kind_of_pattern_finds_passes(small: Gate, text: str) -> None:
    assert in_regions(small, text)


def test_a_large_pattern_is_let_through_more_coarsely_and_still_everywhere() -> None:
    words = "|".join(f"{a}{b}{c}d" for a in "abcxy" for b in "abcde" for c in "abcd47")
    pattern = re.compile(rf"(?:{words})?(?:[ ,](?:x|(?P<y>b)|(?>c)|d{{2}})){{0,2}}4(?:a(\w)\2)?7")
    gate = HyperscanGate([Sought(pattern)])
    for text in ["xbcd b,x47", "é 47", "aa4d,dd c4aüü7.", "47 and 4axx7"]:
        found = [match.span() for match in pattern.finditer(text)]
        assert found
        assert all(any(r.start <= start and end <= r.end for r in regions(gate, text)) for start, end in found)
    assert regions(gate, "nothing of the kind") == []


def test_of_a_pattern_that_is_still_too_large_the_beginning_is_looked_for() -> None:
    words = "|".join(f"{a}{b}{c}{d}" for a in "stuv" for b in "abcdefgh" for c in "mnopqr" for d in "wxyz")
    pattern = re.compile(rf"(?P<a>ab|cd+)(?:12|(?P<b>c4))(?:x|q)(?:{words}|k).*end")
    gate = HyperscanGate([Sought(pattern)])
    for text in ["ab12xsamw end", "é - cddc4qk and the end"]:
        match = pattern.search(text)
        assert match
        assert any(r.start <= match.start() and match.end() <= r.end for r in regions(gate, text))
    assert regions(gate, "ab12 samw the end") == []


@pytest.mark.parametrize("recognizer", BUILT_IN, ids=lambda r: f"{r.type}-{r.examples[0][0][:20]}")
def test_the_gate_changes_nothing_that_is_found(compiled: Detector, recognizer: object) -> None:
    """Every example of every recognizer in random surroundings, against all patterns run over the whole text."""
    assert isinstance(recognizer, type(BUILT_IN[0]))
    draw = random.Random(recognizer.examples[0][0])
    around = [
        "",
        "x",
        "é",
        "ế",
        "—",
        " ",
        "\n",
        "4",
        "7.",
        "-",
        "(",
        "ß",
        "Ж",
        "\u200b",
        "²",
        " at 06:00 the ",
        "=",
        "/",
    ]
    ungated = Detector(memo_bytes=0)
    texts = [e for e, _ in recognizer.examples] + list(recognizer.counter_examples)
    for example in texts * 2:
        text = draw.choice(around) + example + draw.choice(around) + draw.choice(texts)[:20]
        assert compiled.detect(text, full=False) == ungated.detect(text, full=False)


def test_a_gate_serves_many_threads_at_once(compiled: Detector) -> None:
    texts = [f"{example} {number}" for r in BUILT_IN for number, (example, _) in enumerate(r.examples)]
    alone = [compiled.detect(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(compiled.detect, texts)) == alone


def test_what_hyperscan_cannot_compile_lets_all_through_and_the_rest_still_gates() -> None:
    expressions = [Expression(b"code", 4), Expression(b"(?<!a.*)b", 3), Expression(b"door", 4)]
    databases = Databases(compiled_databases(expressions))
    assert sorted(databases.scan(b"the code is", lambda: None)) == [(0, 4, 8), (1, 0, 11)]


def test_where_hyperscan_is_not_installed_every_pattern_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    gate = gate_for([Sought(pattern) for pattern in PATTERNS])
    assert isinstance(gate, OpenGate)
    assert in_regions(gate, "PIN 4711") == [(0, 0, 8), (12, 0, 8)]


def test_where_only_re2_is_installed_it_says_which_patterns_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("re2")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "re2" or None)
    gate = gate_for([Sought(pattern) for pattern in PATTERNS])
    assert isinstance(gate, Re2Gate)
    draw = random.Random(7)
    for _ in range(500):
        text = normalise("".join(draw.choices(LETTERS, k=12))).text
        everywhere = [(index, *match.span()) for index, p in enumerate(PATTERNS) for match in p.finditer(text)]
        assert in_regions(gate, text) == everywhere
    assert [region.pattern for region in regions(gate, "the #4")] == [3]
    too_large = re.compile("(?:[ab]{30}(?:[cd]{30}){30}){30}e")
    assert regions(gate_for([Sought(too_large)]), "nothing") == [(0, 0, 7)]


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="matches nothing"):
        loosened(re.compile("a*"), ascii_text=True)


def test_regions_that_touch_are_one() -> None:
    databases = Databases(compiled_databases([Expression(b"b", 2), Expression(b"c", 2, 4), Expression(b"x", 2000)]))
    assert sorted(databases.scan(b"bxb b c", lambda: None)) == [(0, 0, 5), (1, 5, 11), (2, 0, 2)]


def test_what_needs_a_digit_is_looked_for_only_where_there_is_one() -> None:
    pattern = re.compile(r"pin (?:\d{4}|(?=[a-z]{0,9}\d)[a-z]+)")
    assert loosened(pattern, ascii_text=True).needs == b"0123456789"
    assert not loosened(re.compile(r"pin (?:\d{4}|x)\d?(?!\d)"), ascii_text=True).needs
    gate = HyperscanGate([Sought(pattern)])
    assert regions(gate, "the pin is unknown") == regions(gate, "pin abc") == []
    for text in ("pin 4711", "pin ab7", "é pin ab7"):
        match = pattern.search(text)
        assert match
        assert any(r.start <= match.start() and match.end() <= r.end for r in regions(gate, text))


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        (r"[\w.+-]+@[\w-]+\.\w+", "@"),
        (r"(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}", ":"),
        (r"(?:x=|y:)\d+", ":="),
        (r"(?<=[#%])[a-z]+|a{2}(?:%)b", "#%"),
        (r"(?=[^%]{0,9}%)\w+", "%"),
        (r"(?>[*])?(?>[~])(?:[_]){2}", "_~"),
        (r"(?i:é)@?x", ""),
        (r"a(?!%)b|#", ""),
        (r"(a)%?\1", ""),
        (r"[.,] - ", "-"),
    ],
)
def test_a_pattern_needs_the_rarest_of_what_it_asks_for(pattern: str, needs: str) -> None:
    expression = loosened(re.compile(pattern), ascii_text=True)
    assert set(expression.needs) <= set(needs.encode())
    assert bool(expression.needs) == bool(needs)
    for text in ("ab@c.de", "0:1:2:3:4:5:6:7", "x=1 y:2", "#abc aa%b", "ab %", "*~__", "ab#", "aa", "., - "):
        if re.search(pattern, text):
            assert regions(HyperscanGate([Sought(re.compile(pattern))]), text)


def test_what_the_author_says_is_needed_is_asked_for_first() -> None:
    gate = HyperscanGate([Sought(re.compile(r"x\d"), needs="\n"), Sought(re.compile(r"x\d"), re.compile("x"), "~")])
    assert [r.pattern for r in regions(gate, "x1")] == []
    assert [r.pattern for r in regions(gate, "\nx1")] == [0]
    assert [r.pattern for r in regions(gate, "x1 é~")] == [1]


def test_a_region_ends_where_no_match_can_go_on() -> None:
    gate = HyperscanGate([Sought(re.compile(r"[a-z.]{1,40}@[a-z.]{1,40}")), Sought(re.compile("[a-z]{3,90}7x"))])
    text = f"{'word ' * 20}m.berg@example.org{' word' * 20}"
    [(_, start, end)] = regions(gate, text)
    assert (start, end) == (100, 100 + len("m.berg@example.org"))
    both = regions(gate, "abc7x def abc7x")
    assert [text[1:] for text in both] == [(0, 5), (10, 15)]


def test_digits_that_a_pattern_looks_ahead_for_are_looked_for_by_the_gate() -> None:
    pattern = re.compile(r"#(?P<value>(?=[a-z]{0,9}\d{2})[a-z0-9]{3,12})\b")
    gate = HyperscanGate([Sought(pattern)])
    assert regions(gate, "#abc #x7 1") == []
    text = "7 #abc47defghi."
    assert [(i, max(start, 2), min(end, 14)) for i, start, end in regions(gate, text)] == [(0, 2, 14)]
    assert pattern.search(text, 2, 14)


def test_a_scan_of_much_that_may_be_something_can_be_ended(small: Gate) -> None:
    class TimeIsUpError(Exception):
        pass

    def end() -> None:
        raise TimeIsUpError

    with pytest.raises(TimeIsUpError):
        small.regions("1.1.1.1 " * 3000, end)
    assert in_regions(small, "PIN: 4711")
