"""`/docs`: the interface in one page, without a script and without a foreign server."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape

from vestibule.gateway.docs import Document

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.55 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;"
    "color:light-dark(#13201d,#e6eeeb);background:light-dark(#fff,#0c1211)}"
    "td,th,h3,p{overflow-wrap:anywhere}nav a{margin-right:1rem;white-space:nowrap}"
    "a{color:light-dark(#0a6b5c,#58cfb6)}h2{margin-top:3rem}h3{margin-top:2rem;font-size:1.05rem}"
    "code,pre{background:light-dark(#eef3f2,#18211f);border-radius:4px}code{padding:.1em .3em}"
    "pre{padding:.75rem 1rem;overflow-x:auto;font-size:.85rem}pre code{padding:0}"
    "table{border-collapse:collapse;width:100%;font-size:.92rem}"
    "td,th{text-align:left;padding:.3rem .75rem .3rem 0;border-top:1px solid light-dark(#d5dfe2,#2a3633);"
    "vertical-align:top}"
    ".method{color:light-dark(#0a6b5c,#58cfb6)}.gone{text-decoration:line-through}summary{cursor:pointer}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(document: Document) -> str:
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    info, schemas = document["info"], document["components"]["schemas"]
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>'
    yield f"<main><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f'<p>{escape(info["description"])} The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>'
    described = {tag["name"]: (tag, list(_of_tag(document, tag["name"]))) for tag in document["tags"]}
    there = {name: both for name, both in described.items() if both[1]}
    links = (f'<a href="#{escape(name)}">{escape(name)}</a>' for name in there)
    yield f"<nav aria-label=Parts>{' '.join(links)}</nav>"
    for name, (tag, found) in there.items():
        yield f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(tag["description"])}</p>'
        for path, method, operation in found:
            yield from _operation(path, method, operation, schemas)
    yield "</main></html>"


def _of_tag(document: Document, tag: str) -> Iterator[tuple[str, str, Document]]:
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            if tag in operation["tags"]:
                yield path, method, operation


def _operation(path: str, method: str, operation: Document, schemas: Mapping[str, Document]) -> Iterator[str]:
    gone = ' class="gone"' if operation.get("deprecated") else ""
    said = f"{operation['summary']}. {operation.get('description', '')}"
    yield f'<h3 id="{escape(operation["operationId"])}"{gone}><span class="method">{method.upper()}</span> '
    yield f"<code>{escape(path)}</code></h3><p>{_worded(said.strip())}</p>"
    yield from _parameters(operation)
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield from _fields(media["schema"], schemas)
        yield from _example(f"A request, {kind}", media)
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            for kind, media in response.get("content", {}).items():
                yield from _example(f"An answer {status}, {kind}", media)


def _parameters(operation: Document) -> Iterator[str]:
    if not operation.get("parameters"):
        return
    yield "<table><tr><th>In the address</th><th>Type</th><th></th></tr>"
    for one in operation["parameters"]:
        yield f"<tr><td><code>{escape(one['name'])}</code> ({one['in']})</td><td>{escape(_type(one['schema']))}</td>"
        yield f"<td>{_worded(one['description'])}</td></tr>"
    yield "</table>"


def _fields(schema: Document, schemas: Mapping[str, Document]) -> Iterator[str]:
    described = schemas[schema["$ref"].rpartition("/")[2]]
    yield "<table><tr><th>Field</th><th>Type</th><th></th></tr>"
    for name, field in described["properties"].items():
        notes = ["required"] if name in described.get("required", []) else []
        notes += ["deprecated"] if field.get("deprecated") else []
        notes += [_worded(field["description"])] if "description" in field else []
        yield f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(field))}</td><td>{', '.join(notes)}</td></tr>"
    yield "</table>"


def _example(title: str, media: Document) -> Iterator[str]:
    if "example" in media:
        shown = media["example"]
        text = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
        yield f"<details><summary>{escape(title)}</summary><pre tabindex=0><code>{escape(text)}</code></pre></details>"


def _worded(text: str) -> str:
    """Plain words; what stands in backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _type(field: Document) -> str:
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_type(option) for option in field["anyOf"]))
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("type", "any"))
