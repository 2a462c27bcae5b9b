"""The loss curve: well-formed, over all steps, falling where the loss falls."""

from __future__ import annotations

from xml.etree import ElementTree

from vestibule.training.tiny.curve import draw_curve, smoothed

LOSSES = [(step, 8.0 / step) for step in range(1, 101)]


def test_the_curve_is_svg_with_every_step() -> None:
    root = ElementTree.fromstring(draw_curve(LOSSES))
    lines = [e for e in root.iter() if e.tag.endswith("polyline")]
    assert [len(line.attrib["points"].split()) for line in lines] == [100, 100]
    downs = [float(point.split(",")[1]) for point in lines[0].attrib["points"].split()]
    assert downs == sorted(downs)


def test_a_running_mean_lags_behind() -> None:
    mean = smoothed(LOSSES)
    assert mean[0] == (1, 8.0)
    assert all(m[1] >= loss for m, (_, loss) in zip(mean, LOSSES, strict=True))
