"""Privacy, quality, cost and latency of every policy as one SVG: two panels with quality up, cost and latency across.

A dot is as large as the share of the requests that stay at home; a ring around it says that restricted ones left.
"""

# ruff: noqa: E501 - tables and templates read better unbroken

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec
from benchmarks.routing.simulation.judging import Worth
from benchmarks.routing.simulation.scoring import Figure

WIDTH, HEIGHT, PANEL = 1120, 560, 430
LEFT, TOP, DOWN = 70, 70, 380
COLOURS = ("#14508c", "#5b8db8", "#2e8b57", "#c0392b", "#8e6bb0", "#c98a1b", "#666666")


class Axis(msgspec.Struct, frozen=True):
    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        if self.logarithmic:
            return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def draw(policies: Mapping[str, Worth], title: str) -> str:
    """The SVG as text."""
    quality = _linear("mean probability of a good enough answer", [p.quality for p in policies.values()])
    cost = _logarithmic("cost, of all in the best cloud", [p.cost for p in policies.values()])
    finish = _logarithmic(
        "p95 of the time to the whole answer, s", [p.finish_s for p in policies.values() if p.finish_s]
    )
    panels = _panel(LEFT, cost, quality, policies, lambda p: p.cost) + _panel(
        LEFT + PANEL + 90, finish, quality, policies, lambda p: p.finish_s
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="28" font-size="15">{html.escape(title)}</text>'
        f'<text x="{LEFT}" y="48" fill="#555">A dot is as large as the share of requests that stay at home; a red ring: '
        f"restricted ones left the house. Bars are 95 % intervals.</text>{panels}{_legend(policies)}</svg>\n"
    )


def _panel(
    left: float, across: Axis, up: Axis, policies: Mapping[str, Worth], read: Callable[[Worth], Figure | None]
) -> str:
    def x(value: float) -> float:
        return left + PANEL * across.place(value)

    def y(value: float) -> float:
        return TOP + DOWN * (1 - up.place(value))

    parts = [f'<rect x="{left}" y="{TOP}" width="{PANEL}" height="{DOWN}" fill="none" stroke="#999"/>']
    for tick in across.ticks:
        parts.append(f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP}" y2="{TOP + DOWN}" stroke="#eee"/>')
        parts.append(f'<text x="{x(tick):.1f}" y="{TOP + DOWN + 16}" text-anchor="middle">{tick:g}</text>')
    for tick in up.ticks:
        parts.append(f'<line x1="{left}" x2="{left + PANEL}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#eee"/>')
        parts.append(f'<text x="{left - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    parts.append(f'<text x="{left + PANEL / 2}" y="{TOP + DOWN + 36}" text-anchor="middle">{across.label}</text>')
    middle = TOP + DOWN / 2
    parts.append(
        f'<text x="{left - 44}" y="{middle}" text-anchor="middle" transform="rotate(-90 {left - 44} {middle})">{up.label}</text>'
    )
    for policy, colour in zip(policies.values(), COLOURS, strict=False):
        figure = read(policy)
        if figure is not None:
            parts.append(_dot(x, y, figure, policy, colour))
    return "".join(parts)


def _dot(x: Callable[[float], float], y: Callable[[float], float], across: Figure, policy: Worth, colour: str) -> str:
    up, radius = policy.quality, 4 + 6 * math.sqrt(max(policy.kept.value, 0.0))
    at, height = x(across.value), y(up.value)
    ring = f'<circle cx="{at:.1f}" cy="{height:.1f}" r="{radius + 3:.1f}" fill="none" stroke="#c0392b" stroke-width="1.5"/>'
    return (
        f'<line x1="{x(across.low):.1f}" x2="{x(across.high):.1f}" y1="{height:.1f}" y2="{height:.1f}" stroke="{colour}"/>'
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y(up.low):.1f}" y2="{y(up.high):.1f}" stroke="{colour}"/>'
        f'<circle cx="{at:.1f}" cy="{height:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.75"/>'
        + (ring if policy.kept_restricted.value < 1 else "")
    )


def _legend(policies: Mapping[str, Worth]) -> str:
    parts, columns = [], 3
    for at, ((name, policy), colour) in enumerate(zip(policies.items(), COLOURS, strict=False)):
        left, top = LEFT + (at % columns) * 345, TOP + DOWN + 62 + (at // columns) * 20
        said = f"{name}: {policy.kept.value:.0%} at home" + ("" if policy.measured else " (times drawn)")
        parts.append(
            f'<circle cx="{left}" cy="{top - 4}" r="6" fill="{colour}"/><text x="{left + 12}" y="{top}">{html.escape(said)}</text>'
        )
    return "".join(parts)


def _linear(label: str, figures: Sequence[Figure]) -> Axis:
    low = math.floor(min(f.low for f in figures) * 20) / 20
    high = min(1.0, math.ceil(max(f.high for f in figures) * 20) / 20)
    steps = round((high - low) * 20)
    return Axis(label, low, high, tuple(round(low + at / 20, 2) for at in range(steps + 1)))


def _logarithmic(label: str, figures: Sequence[Figure]) -> Axis:
    low, high = min(f.low for f in figures) * 0.8, max(f.high for f in figures) * 1.25
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = (round(m * 10.0**power, 6) for power in powers for m in (1, 2, 5))
    return Axis(label, low, high, tuple(tick for tick in ticks if low <= tick <= high), logarithmic=True)
