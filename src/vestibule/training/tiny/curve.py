"""The loss of a training as a small SVG: every step faint, their running mean strong, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 720, 360, 48
SMOOTHING = 0.9
Point = tuple[int, float]


def draw_curve(losses: Sequence[Point]) -> str:
    """`losses` are (step, loss) in order."""
    low = math.floor(math.log10(max(min(loss for _, loss in losses), 1e-4)))
    high = math.ceil(math.log10(max(loss for _, loss in losses)))
    last = losses[-1][0]

    def place(step: int, loss: float) -> str:
        across = EDGE + (WIDTH - 2 * EDGE) * step / last
        down = EDGE + (HEIGHT - 2 * EDGE) * (high - math.log10(max(loss, 1e-4))) / max(high - low, 1)
        return f"{across:.1f},{down:.1f}"

    def line(points: Sequence[Point], colour: str, width: float) -> str:
        drawn = " ".join(place(*point) for point in points)
        return f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" points="{drawn}"/>'

    rules = "".join(_rule(10.0**power, place(0, 10.0**power)) for power in range(low, high + 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{EDGE}" y="24">Loss of what the assistant says, in nats a token, over {last:,} steps</text>'
        f"{rules}{line(losses, '#9db8d6', 0.6)}{line(smoothed(losses), '#14508c', 1.8)}</svg>\n"
    )


def smoothed(losses: Sequence[Point]) -> list[Point]:
    mean, points = losses[0][1], []
    for step, loss in losses:
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        points.append((step, mean))
    return points


def _rule(loss: float, at: str) -> str:
    _, down = at.split(",")
    return (
        f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{down}" y2="{down}" stroke="#ddd"/>'
        f'<text x="8" y="{down}">{loss:g}</text>'
    )
