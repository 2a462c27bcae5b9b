"""Markdown (CommonMark with pipe tables), by markdown-it. Knows nothing of how it would be rendered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from vestibule.knowledge.parsing.section import Outline, Parsed
from vestibule.knowledge.parsing.text import decode

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.S)
_NESTING = 100
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.M)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)|<[^>]*>", re.S | re.I)


def parse(content: bytes, charset: str | None) -> Parsed:
    """List items and table rows become lines; embedded HTML loses its tags, listings are kept as they are."""
    text = decode(content, charset).replace("\r\n", "\n")
    title = ""
    if front := _FRONT_MATTER.match(text):
        named = _TITLE.search(front[1])
        title, text = named[1] if named else "", text[front.end() :]
    outline = Outline()
    _Walk(outline).over(MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable("table").parse(text))
    return outline.parsed(title)


class _Walk:
    """Where we are in the stream of tokens: in which list, in which table."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._counters: list[int | None] = []
        self._marker = ""
        self._level = 0
        self._rows: list[list[str]] | None = None

    def over(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "heading_open":
                    self._level = int(token.tag[1])
                case "bullet_list_open":
                    self._counters.append(None)
                case "ordered_list_open":
                    self._counters.append(int(token.attrs.get("start", 1)))
                case "bullet_list_close" | "ordered_list_close":
                    self._counters.pop()
                case "list_item_open":
                    self._marker = self._next_marker()
                case "table_open":
                    self._rows = []
                case "tr_open" if self._rows is not None:
                    self._rows.append([])
                case "table_close":
                    self._outline.rows(self._rows or [], headed=True)
                    self._rows = None
                case "fence" | "code_block":
                    self._outline.verbatim(token.content)
                case "html_block":
                    self._outline.line(_TAG.sub(" ", token.content))
                case "inline":
                    self._inline(_plain(token))

    def _inline(self, text: str) -> None:
        if self._level:
            self._outline.heading(self._level, text)
            self._level = 0
        elif self._rows:
            self._rows[-1].append(text)
        else:
            for line in text.split("\n"):
                self._outline.line(self._marker + line)
                self._marker = ""

    def _next_marker(self) -> str:
        number = self._counters[-1]
        if number is None:
            return ""
        self._counters[-1] = number + 1
        return f"{number}. "


def _plain(inline: Token) -> str:
    parts: list[str] = []
    for child in inline.children or ():
        match child.type:
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "html_inline":
                continue
            case _:
                parts.append(child.content)
    return "".join(parts)
