from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.privacy.data import Item, point_names, presidio_research, read_set
from benchmarks.privacy.harness import SETS, class_shares, false_alarms, measure_set
from benchmarks.privacy.make_sets import DRAWS, FIRST, SECOND, THIRD, Origin, Template, draw_items, fill, read_templates
from benchmarks.privacy.scoring import Hit
from benchmarks.privacy.values.drawing import VALUES, Draw

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.entities import ENTITIES

SPLITS = ("dev", "judge")


def all_items() -> Iterator[tuple[str, Item]]:
    for name in SETS:
        for split in SPLITS:
            for item in read_set(name, split):
                yield name, item


@pytest.mark.parametrize("origin", [FIRST, SECOND, THIRD], ids=("first", "second", "third"))
@pytest.mark.parametrize("name", SETS)
def test_the_committed_sets_are_what_the_templates_give(name: str, origin: Origin) -> None:
    for split in origin.splits:
        templates = [t for t in read_templates(name, origin) if t.split == split]
        drawn = [item for t in templates for item in draw_items(t, DRAWS[name], seed=4, origin=origin)]
        path = Path(__file__).parents[2] / "benchmarks" / "privacy" / "sets" / f"{name}.{split}.jsonl"
        assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == drawn


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_large_and_varied(name: str) -> None:
    items = [item for split in SPLITS for item in read_set(name, split)]
    assert len(items) >= 400
    assert len({item.template for item in items}) >= 60
    assert len({item.text for item in items}) == len(items)


def test_labels_lie_in_their_text_without_blank_ends_or_overlaps_and_have_known_types() -> None:
    for _, item in all_items():
        end = 0
        for label in item.labels:
            assert end <= label.start < label.end <= len(item.text)
            value = item.text[label.start : label.end]
            assert value == value.strip()
            assert label.optional or {label.type, *label.others} <= set(ENTITIES)
            if label.wide:
                assert label.wide[0] <= label.start < label.end <= label.wide[1]
            end = label.end


def test_classes_are_the_highest_of_the_labels() -> None:
    for _, item in all_items():
        if item.level is None:
            continue
        levels = [ENTITIES[label.type].level for label in item.labels if not label.optional]
        assert PrivacyClass.parse(item.level) == max(levels, default=PrivacyClass.parse(item.level))


def test_the_splits_share_no_text_and_no_labelled_name() -> None:
    for name in SETS:
        dev, judge = ({item.text for item in read_set(name, split)} for split in SPLITS)
        assert not dev & judge
    values = {
        split: {
            item.text[label.start : label.end]
            for item in read_set("names", split)
            for label in item.labels
            if label.type in ("ORGANISATION", "ADDRESS")
            or (label.type == "PERSON" and " " in item.text[label.start : label.end])
        }
        for split in SPLITS
    }
    assert not values["dev"] & values["judge"]


def test_check_digits_are_valid() -> None:
    for i in range(50):
        draw = Draw(random.Random(i), "dev")
        card = [int(c) for c in VALUES["BANK_ACCOUNT"]["card"](draw) if c.isdigit()]
        doubled = [2 * n if j % 2 else n for j, n in enumerate(reversed(card))]
        assert sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
        iban = VALUES["BANK_ACCOUNT"]["iban_gb"](draw).replace(" ", "")
        assert int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1
        nir = VALUES["NATIONAL_ID"]["nir"](draw).replace(" ", "")
        assert (int(nir[:13]) + int(nir[13:])) % 97 == 0
        dni = VALUES["NATIONAL_ID"]["dni"](draw).replace("-", "")
        assert "TRWAGMYFPDXBNJZSQVHLCKE"[int(dni[:-1]) % 23] == dni[-1]


def test_a_template_labels_values_and_marks_their_widest_boundary() -> None:
    template = Template("x", "dev", "en", "prose", None, "on ⟨device {BACNET_REFERENCE.device}⟩, {temp.x}, {?site.x}")
    text, spans = fill(template, Draw(random.Random(1), "dev"))
    reference, site = spans
    assert "⟨" not in text
    assert text[int(str(reference["start"])) : int(str(reference["end"]))].isdigit()
    assert reference["wide"] == [3, reference["end"]]
    assert site["optional"] is True


def perfect(items: list[Item]) -> dict[str, list[Hit]]:
    return {
        i.text: [Hit(label.type, label.start, label.end) for label in i.labels if not label.optional] for i in items
    }


@pytest.mark.parametrize("name", SETS)
def test_the_harness_gives_a_perfect_detector_one_and_a_silent_one_zero(name: str) -> None:
    items = read_set(name, "dev")
    known = perfect(items)
    levels = {item.text: item.level or "internal" for item in items}
    report = measure_set(name, items, lambda text: known.get(text, []), levels.__getitem__)
    assert all(t.recall.share == t.precision.share == t.f1 == t.exact.share == 1 for t in report.types)
    assert report.texts_with_false_alarm.count == report.false_alarms_of_other_types == 0
    assert all(shown.share == (name == "restricted_found") for name, shown in report.classes.items())
    silent = measure_set(name, items, lambda text: [], lambda text: "public", errors=3)
    assert all(t.recall.share == t.f1 == 0 for t in silent.types)
    assert [e.what for e in silent.errors] == (["missed"] * 3 if silent.types else [])
    assert silent.classes.get("restricted_found") is None or silent.classes["restricted_found"].count == 0


def test_harmless_texts_called_restricted_are_counted() -> None:
    items = read_set("negatives", "dev")
    shares = class_shares(items, ["restricted"] * len(items))
    assert shares["harmless_restricted"].share == 1
    assert "restricted_found" not in shares


def test_outside_data_are_optional_and_read_where_they_are(tmp_path: Path) -> None:
    assert point_names(tmp_path) == {}
    assert presidio_research(tmp_path) == []
    (tmp_path / "brick").mkdir()
    turtle = "rice:AHU_1 a brick:AHU ;\n<http://x#Pump.2_Cmd> a brick:Command .\n    brick:feeds rice:VAV1 ;\n"
    (tmp_path / "brick" / "rice_brick.ttl").write_text(turtle)
    (tmp_path / "haystack").mkdir()
    (tmp_path / "haystack" / "protos.csv").write_text("proto,ac\nair temp sensor point,\n")
    (tmp_path / "haystack" / "oap-points.csv").write_text("code,name\nACI,AC Current\n")
    names = point_names(tmp_path)
    assert names == {
        "brick": ["AHU_1", "Pump.2_Cmd"],
        "haystack points": ["AC Current", "ACI"],
        "haystack protos": ["air temp sensor point"],
    }
    alarms = false_alarms(
        names["haystack points"], lambda text: [Hit("PERSON", 0, 3)] if text.startswith("ACI") else []
    )
    assert (alarms.count, alarms.of) == (1, 2)


def test_foreign_labels_become_ours(tmp_path: Path) -> None:
    text = "Mr Ode, 3 High St\nLeeds, in Spain"
    spans = [("PERSON", 3, 6), ("TITLE", 0, 2), ("LOCATION", 8, 17), ("LOCATION", 18, 23), ("LOCATION", 28, 33)]
    entry = {
        "full_text": text,
        "template_id": 7,
        "spans": [{"entity_type": t, "start_position": s, "end_position": e} for t, s, e in spans],
    }
    (tmp_path / "presidio-research").mkdir()
    (tmp_path / "presidio-research" / "generated_small.json").write_text(json.dumps([entry]))
    (item,) = presidio_research(tmp_path)
    shown = [(label.type, text[label.start : label.end], label.optional) for label in item.labels]
    assert shown == [
        ("", "Mr", True),
        ("PERSON", "Ode", False),
        ("ADDRESS", "3 High St\nLeeds", False),
        ("ADDRESS", "Spain", True),
    ]
