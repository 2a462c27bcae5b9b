"""Jinja over the templates of this room: escaping always on, an unknown name an error, static files by their hash."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from pathlib import Path

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse

from vestibule import __version__
from vestibule.console import rights
from vestibule.console.rights import Right
from vestibule.console.sessions import FORM_COOKIE, PATH, FormTokens, set_cookie
from vestibule.core.caller import Caller

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Place(msgspec.Struct, frozen=True):
    """An entry of the navigation, for who has its `right`; `icon` names a symbol of `design/icons.html`."""

    name: str
    title: str
    path: str
    icon: str
    right: Right


PLACES = (
    Place("overview", "Overview", f"{PATH}/", "overview", rights.OVERVIEW),
    Place("playground", "Playground", f"{PATH}/playground", "chat", rights.PLAYGROUND),
    Place("privacy", "Privacy", f"{PATH}/privacy", "shield", rights.PRIVACY),
    Place("routing", "Routing", f"{PATH}/routing", "route", rights.ROUTING),
    Place("system", "System", f"{PATH}/system", "server", rights.SYSTEM),
)


class Pages:
    def __init__(self, forms: FormTokens) -> None:
        self._forms = forms
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(static=_static_urls().__getitem__, places=PLACES, rights=rights, path=PATH)
        self._environment.filters.update(
            duration=duration,
            percent=percent,
            clock=clock,
            size=size,
            money=money,
            isotime=datetime.isoformat,
            day=day,
            said=lambda value: msgspec.json.encode(value).decode(),
        )

    def page(self, request: Request, template: str, caller: Caller | None, **values: object) -> HTMLResponse:
        """Render a whole page for `caller`, and give the browser the cookie its form token goes with."""
        cookie, token = self._forms.issue(request)
        html = self.fragment(template, form_token=token, caller=caller, version=__version__, **values)
        response = HTMLResponse(html)
        set_cookie(response, request, FORM_COOKIE, cookie)
        return response

    def fragment(self, template: str, **values: object) -> str:
        return self._environment.get_template(template).render(values)


def address_of(request: Request) -> str:
    """The address under which this browser reaches the server; the guards before us have checked it."""
    return f"{request.url.scheme}://{request.url.netloc}"


def duration(ms: float | None) -> str:
    """Say a duration given in milliseconds with three digits at most; a dash for None."""
    if ms is None:
        return "–"
    if ms < 0.05:
        return "< 0.1 ms"
    if ms < 9.95:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.2f} s" if ms < 9_995 else f"{ms / 1000:.1f} s"


def percent(share: float | None) -> str:
    """Say a share of 1; never 100 % for less than all, nor 0 % for more than nothing."""
    if share is None:
        return "–"
    if 0.995 <= share < 1:
        return "> 99 %"
    return "< 1 %" if 0 < share < 0.005 else f"{share:.0%}".replace("%", " %")


def size(count: float | None) -> str:
    """Say a number of bytes with two or three digits; a dash for None."""
    if count is None:
        return "–"
    if count < 1 << 20:
        return "0" if count == 0 else "< 1 MiB"
    value, unit = (count / (1 << 30), "GiB") if count >= 1 << 30 else (count / (1 << 20), "MiB")
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def money(eur: float | None) -> str:
    """Say an amount in EUR to the cent, a smaller one with two digits; a dash for None."""
    if eur is None:
        return "–"
    if abs(eur) >= 0.095:
        return f"{eur:,.2f} €".replace("-", "−")
    if abs(eur) < 0.00001:
        return "0 €" if eur == 0 else "< 0.00001 €"
    return f"{eur:.{1 - math.floor(math.log10(abs(eur)))}f} €".replace("-", "−")


def clock(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S")


def day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _static_urls() -> dict[str, str]:
    """Addresses that change with the content, so that a browser may keep what it has for good."""
    files = (path for path in STATIC.rglob("*") if path.is_file())
    return {
        (name := path.relative_to(STATIC).as_posix()): (
            f"{PATH}/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        )
        for path in files
    }
