"""An answer that does nothing when it is shown, however it was cut, and is left alone where it does nothing anyway."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from vestibule.generation.sanitising import AnswerSanitiser
from vestibule.generation.sanitising.tags import ACTING, ACTIVE

LEFT_ALONE = [
    "",
    "The chiller starts at seven. Great! See [1], [the log](https://site.example/log?day=3#top) and [two][2].",
    "If T < 20 °C and x<3 then a<-b; 5 > 4 & more.",
    "**Bold**, `code`, ~~gone~~, $5, array[0]: 7, f(x)[1](see below) and a! [b]",
    'Use the `<script>` tag, ``<b onclick="x">`` or `![a](b)`.',
    "```html\n<script>alert(1)</script>\n![a](https://x.example/?q)\n```\nDone.",
    "````\n```\n<script>\n```\n````\nDone.",
    "<answer>\nforty\n</answer>",
    '<step id="3" kind="plan"> go </step><br/>',
    "<https://site.example/log?day=3> and <ada@site.example>",
    "[a]: https://site.example/a 'title'",
    "[long](https://x.example/" + "a" * 400 + ") or [text](<c d> 'e')",
    "[call](tel:+49301234) [write](mailto:ada@site.example) [here](#below) [up](../a:b)",
    "Größe: 3 m² – „ja“ 😀\r\n\r\n- one\r\n- two",
]

CHANGED = {
    "<script>alert(1)</script>": "‹script>alert(1)‹/script>",
    "<SCRIPT\n>x": "‹SCRIPT\n>x",
    "<img src=x onerror=alert(1)>": "‹img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>": "‹svg/onload=alert(1)>",
    '<p onclick="x">a</p>': '‹p onclick="x">a</p>',
    '<b style="background:url(//x.example)">': '‹b style="background:url(//x.example)">',
    '<x title=">" onclick=a>': '‹x title=">" onclick=a>',
    "<a href='https://x.example'>": "‹a href='https://x.example'>",
    "<iframe src=//x.example>": "‹iframe src=//x.example>",
    "<form action=/logout><input>": "‹form action=/logout>‹input>",
    "<!-- hidden -->": "‹!-- hidden -->",
    "<https://x.example/onload=alert(1)//>": "‹https://x.example/onload=alert(1)//>",
    "<javascript:alert(1)>": "‹javascript:alert(1)>",
    "the end is <img": "the end is ‹img",
    "![chart](https://x.example/c.png?said=secret) it": "[chart](https://x.example/c.png) it",
    "![chart](https://x.example/c.png#secret)": "[chart](https://x.example/c.png)",
    "![a](data:image/svg+xml;base64,AAAA)": "[a] (data:image/svg+xml;base64,AAAA)",
    "!![a](/b)": "! [a](/b)",
    "[![a](https://x.example/i?q)](https://x.example)": "[[a](https://x.example/i)](https://x.example)",
    "![a][b]\n\n[b]: https://x.example": "[a][b]\n\n[b]: https://x.example",
    "[a](javascript:alert(1))": "[a] (javascript:alert(1))",
    "[a]( JaVa&Tab;script&colon;alert(1))": "[a] ( JaVa&Tab;script&colon;alert(1))",
    "[a](java&#115;cript:x)": "[a] (java&#115;cript:x)",
    "[a](javascript\\:x)": "[a] (javascript\\:x)",
    "[a](<vbscript:x y>)": "[a] (‹vbscript:x y>)",
    "[a]: data:text/html,x": "[a] : data:text/html,x",
    "[a](<  javascript:x>)": "[a] (<  javascript:x>)",
    "[a](" + "&Tab;" * 90 + "javascript:x)": "[a] (" + "&Tab;" * 90 + "javascript:x)",
    "[a](\n \t javascript:x)": "[a] (\n \t javascript:x)",
    "![a](https://x.example/?" + "q" * 400 + ")": "[a] (https://x.example/?" + "q" * 400 + ")",
    # not code, whatever it looks like
    "`a\nb` <script> `c`": "`a\nb` ‹script> `c`",
    "\\`a` <script>`": "\\`a` ‹script>`",
    "| `a | <script>` |": "| `a | ‹script>` |",
    "  ```\n```\n<script>": "  ```\n```\n‹script>",
    "~~~\n```\n~~~\n<script>": "~~~\n```\n~~~\n‹script>",
    "<answer>\n```\n<script>\n```": "<answer>\n```\n‹script>\n```",
    "```\na\r```\r<script>": "```\na\r```\r‹script>",
    "$$\n```\n$$\n<script>": "$$\n```\n$$\n‹script>",
    "```\na\n    ```\n```\n<script>": "```\na\n    ```\n```\n‹script>",
    "```\n" + "`" * 200 + "\n<script>": "```\n" + "`" * 200 + "\n‹script>",
}


def shown(pieces: list[str]) -> tuple[str, int]:
    sanitiser = AnswerSanitiser()
    said = "".join(sanitiser.feed(piece) for piece in pieces) + sanitiser.finish()
    return said, sanitiser.found


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_does_nothing_is_left_alone(text: str) -> None:
    assert shown([text]) == (text, 0)
    assert shown(list(text)) == (text, 0)


@pytest.mark.parametrize("text", CHANGED)
def test_what_acts_is_made_to_lie_still(text: str) -> None:
    said, found = shown([text])
    assert said == CHANGED[text]
    assert found > 0
    assert shown(list(text)) == (said, found)


def test_text_with_nothing_to_look_at_is_not_even_copied() -> None:
    sanitiser = AnswerSanitiser()
    text = "The chiller starts at seven. " * 3
    assert sanitiser.feed(text) is text


def test_what_is_not_for_rendering_is_only_counted() -> None:
    sanitiser = AnswerSanitiser(rewrites=False)
    said = [sanitiser.feed(piece) for piece in ('{"page": "<scr', "ipt>", '"}')]
    assert said == ['{"page": "<scr', "ipt>", '"}']
    assert (sanitiser.finish(), sanitiser.found) == ("", 1)


@pytest.mark.parametrize("opener", ["<x ", "[a](", "[a]( ", "`", "```", "!" * 50, "<x" * 50, "](" * 50, "~", "$"])
def test_little_is_held_however_long_it_stays_undecided(opener: str) -> None:
    sanitiser = AnswerSanitiser()
    fed = released = 0
    for piece in (opener, *["a"] * 5000):
        fed += len(piece)
        released += len(sanitiser.feed(piece))
        assert fed - released < 1_100


PIECES = [
    *("<script>", "<img src=x onerror=1>", "<svg/onload=1>", "<b>", '<i class="x">', "</b>", '<a href="', '">'),
    *("<div>", '<x y="z">', '<x a="`">', "<https://a`b>", "<!--", "-->", "<?", "<![CDATA[", "<", ">", "=", '"', "'"),
    *("`", "``", "```", "````", "~~~", "$$", "|", "|-|\n", "\n", "\n\n", "\r", "\t", "  ", "    ", " ", "\\"),
    *("!", "[", "]", "(", ")", "](", "![", "[r]: ", ":", "javascript:x", "&#106;avascript:x", "https://x?q"),
    *("- ", "> ", "1. ", "* ", "#", "---", "===", "a", "b"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=TEXTS, cuts=st.lists(st.integers(0, 200), max_size=8))
def test_the_answer_is_the_same_however_it_was_cut(text: str, cuts: list[int]) -> None:
    whole = shown([text])
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    assert shown([text[a:b] for a, b in pairwise(places)] or [""]) == whole
    assert shown(list(text)) == whole


TABLE = ("table", "thead", "tbody", "tr", "th", "td")


class Acting(HTMLParser):
    """What in a page would act. Of what Markdown itself makes, only where links lead."""

    MADE = frozenset(
        (*"aps", "pre", "code", "em", "strong", "ul", "ol", "li", "blockquote", "h1", "h2", "hr", "br", *TABLE)
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag in self.MADE:
            names -= {"href", "style"} if tag in ("th", "td") else {"href"}  # how a table's columns are aligned
            for name, value in attrs:
                scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value or "").lower())
                if name == "href" and scheme and scheme[1] not in ("http", "https", "mailto", "tel"):
                    self.found.append(f"a link by {scheme[1]}")
        elif tag in ACTIVE:
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in names if name in ACTING or name.startswith("on")]

    handle_startendtag = handle_starttag


def acting(markdown: str) -> list[str]:
    found = []
    for renderer in (MarkdownIt("commonmark"), MarkdownIt("commonmark").enable(["table", "strikethrough"])):
        page = Acting()
        page.feed(renderer.render(markdown).replace("<![", "<!-["))  # which the parser of the library chokes on
        page.close()
        found += page.found
    return found


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_a_renderer_that_lets_html_through_finds_nothing_that_acts(text: str) -> None:
    assert acting(shown([text])[0]) == []


def test_the_renderer_would_have_found_it() -> None:
    for text in ("<script>", "<p onclick=x>", "[a](<https:x> )<svg>", "![a](b)", "```\na\n```\n<img>"):
        assert acting(text) != []
