"""What the typed functions say, held against plain loops over the CSV files."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from statistics import mean
from typing import Any

import pytest

from tests.buildings.reference import ZONE, Files, days
from vestibule.buildings import AnalyticCall, BuildingData
from vestibule.buildings.calls import Direction, Metric, Tool
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.evidence import Period, Quantity, ToolResult
from vestibule.core.sensitivity import PrivacyClass
from vestibule.demo.model import World

HARBOUR = "harbour-office"
METER = "harbour-office.electricity"
JUNE = days(date(2025, 6, 1), date(2025, 6, 30), "June 2025")
MAY = days(date(2025, 5, 1), date(2025, 5, 31), "May 2025")
YEAR = days(date(2025, 1, 1), date(2025, 12, 31), "2025")
DST = [days(date(2025, 3, 30), date(2025, 3, 30)), days(date(2025, 10, 20), date(2025, 10, 26))]


def value(result: ToolResult, name: str) -> float:
    return next(q.value for q in result.quantities if q.name == name)


@pytest.mark.parametrize("period", [JUNE, YEAR, *DST], ids=lambda p: p.label)
async def test_consumption(buildings: BuildingData, imported: str, files: Files, period: Period) -> None:
    result = await buildings.run(imported, AnalyticCall("consumption", (HARBOUR,), "electricity", period))
    total, building = files.total(METER, period), files.building(HARBOUR)
    hours = len(files.within(METER, period))
    tariff = next(t for t in files.described["tariffs"] if t["id"] == building["tariff"])
    assert value(result, "total") == pytest.approx(total)
    assert value(result, "mean_daily") == pytest.approx(total / hours * 24)
    assert value(result, "per_m2") == pytest.approx(total / building["floor_area_m2"])
    assert value(result, "cost") == pytest.approx(total * tariff["electricity_eur_per_kwh"])
    assert value(result, "hours") == round((period.end.timestamp() - period.start.timestamp()) / 3600)
    said = f"{total:,.0f}" if total >= 1000 else f"{total:.1f}"
    assert f"{said} kWh of electricity" in result.statements[0]
    assert result.level is PrivacyClass.RESTRICTED


async def test_consumption_says_first_what_was_asked(buildings: BuildingData, imported: str) -> None:
    asked: list[tuple[Metric, str]] = [("cost", " EUR"), ("per_m2", "kWh/m²"), ("total", "kWh of chilled water")]
    for metric, unit in asked:
        call = AnalyticCall("consumption", (HARBOUR,), "chilled_water", JUNE, None, metric)
        assert unit in (await buildings.run(imported, call)).statements[0]


async def test_gaps_are_said_and_not_filled(buildings: BuildingData, imported: str, files: Files, world: World) -> None:
    gap = next(e for e in world.events if e.cause == "meter_gap")
    utility = gap.utilities[0]
    meter = f"{gap.building}.{utility}"
    period = days(gap.start.date(), gap.end.date())
    result = await buildings.run(imported, AnalyticCall("consumption", (gap.building,), utility, period))
    hours = round((period.end.timestamp() - period.start.timestamp()) / 3600)
    present = len(files.within(meter, period))
    assert present < hours
    assert result.coverage == pytest.approx(present / hours)
    assert value(result, "total") == pytest.approx(files.total(meter, period))
    assert any("readings are missing" in s and "not extrapolated" in s for s in result.statements)
    quality = await buildings.run(imported, AnalyticCall("data_quality", (gap.building,), None, period))
    assert value(quality, f"{utility}_missing_hours") == hours - present
    assert [f.cause for f in quality.findings] == ["meter_gap"]
    assert (quality.findings[0].period.start, quality.findings[0].period.end) == (gap.start, gap.end)
    inside = Period(gap.start, gap.start + timedelta(hours=5), "the gap")
    result = await buildings.run(imported, AnalyticCall("consumption", (gap.building,), utility, inside))
    assert result.coverage == 0
    assert result.statements == (
        f"The {utility.replace('_', ' ')} meter of {result.building} has no reading in that time.",
    )
    for tool in ("peaks", "profile", "ranking"):
        with pytest.raises(NotFound, match="readings"):
            await buildings.run(imported, AnalyticCall(tool, (gap.building,), utility, inside))
    explained = await buildings.run(
        imported, AnalyticCall("explain", (gap.building,), utility, inside, None, None, "low")
    )
    assert "nothing can be said about its use" in explained.statements[0]
    assert explained.findings[0].cause == "meter_gap"


async def test_comparison_of_periods(buildings: BuildingData, imported: str, files: Files) -> None:
    call = AnalyticCall("comparison", (HARBOUR,), "electricity", JUNE, MAY, "cost")
    result = await buildings.run(imported, call)
    june, may = files.total(METER, JUNE), files.total(METER, MAY)
    assert value(result, "total") == pytest.approx(june)
    assert value(result, "second_total") == pytest.approx(may)
    assert value(result, "change_percent") == pytest.approx(100 * (june - may) / may)
    assert value(result, "change_per_day") == pytest.approx(june / 30 - may / 31)
    assert "EUR in June 2025" in result.statements[0]
    assert f"{june:,.0f} kWh of electricity in June 2025 and {may:,.0f} kWh in May 2025" in result.statements[1]
    assert ("more" if june > may else "less") in result.statements[2]


async def test_comparison_of_buildings(buildings: BuildingData, imported: str, files: Files) -> None:
    ids = files.with_meter("gas")[:2]
    result = await buildings.run(imported, AnalyticCall("comparison", tuple(ids), "gas", MAY, None, "per_m2"))
    for each in ids:
        total = files.total(f"{each}.gas", MAY)
        assert value(result, f"{each}_total") == pytest.approx(total)
        assert value(result, f"{each}_per_m2") == pytest.approx(total / files.building(each)["floor_area_m2"])
    assert result.statements[0].startswith("Per m² of floor area")
    without = next(b["id"] for b in files.described["buildings"] if b["id"] not in files.with_meter("gas"))
    result = await buildings.run(imported, AnalyticCall("comparison", (ids[0], without), "gas", MAY))
    assert f"{files.building(without)['name']} has no gas meter." in result.statements
    with pytest.raises(InvalidRequest):
        await buildings.run(imported, AnalyticCall("comparison", (HARBOUR,), "gas", MAY))


@pytest.mark.parametrize("metric", ["total", "per_m2", "cost", "mean", "peak"])
@pytest.mark.parametrize("direction", ["high", "low"])
async def test_ranking(
    buildings: BuildingData, imported: str, files: Files, metric: Metric, direction: Direction
) -> None:
    def measure(building_id: str) -> Any:
        meter, building = f"{building_id}.chilled_water", files.building(building_id)
        amounts = [amount for _, amount in files.within(meter, JUNE)]
        tariff = next(t for t in files.described["tariffs"] if t["id"] == building["tariff"])
        return {
            "total": sum(amounts),
            "per_m2": sum(amounts) / building["floor_area_m2"],
            "cost": sum(amounts) * tariff["chilled_water_eur_per_kwh"],
            "mean": mean(amounts),
            "peak": max(amounts),
        }[metric]

    every = tuple(b["id"] for b in files.described["buildings"])
    call = AnalyticCall("ranking", every, "chilled_water", JUNE, None, metric, direction)
    result = await buildings.run(imported, call)
    expected = sorted(((measure(b), b) for b in files.with_meter("chilled_water")), reverse=direction == "high")
    assert [q.name for q in result.quantities] == [f"{b}_{metric}" for _, b in expected]
    assert [q.value for q in result.quantities] == pytest.approx([v for v, _ in expected])
    assert result.statements[0].startswith(files.building(expected[0][1])["name"])


async def test_peaks(buildings: BuildingData, imported: str, files: Files) -> None:
    hours = files.within(METER, JUNE)
    when, most = max(hours, key=lambda pair: pair[1])
    result = await buildings.run(imported, AnalyticCall("peaks", (HARBOUR,), "electricity", JUNE))
    assert value(result, "peak_demand") == most
    assert value(result, "load_factor") == pytest.approx(100 * mean(a for _, a in hours) / most)
    assert f"{when:%H:%M} on {when:%A}, {when.day} June 2025" in result.statements[0]
    by_day: dict[date, float] = {}
    for moment, amount in hours:
        by_day[moment.date()] = by_day.get(moment.date(), 0.0) + amount
    day, used = max(by_day.items(), key=lambda pair: pair[1])
    assert f"{day:%A}, {day.day} June 2025 with {used:,.0f} kWh" in result.statements[1]
    low = await buildings.run(imported, AnalyticCall("peaks", (HARBOUR,), "electricity", JUNE, None, None, "low"))
    assert value(low, "lowest_demand") == min(amount for _, amount in hours)
    assert value(low, "lowest_day") == pytest.approx(min(by_day.values()))


async def test_profile(buildings: BuildingData, imported: str, files: Files) -> None:
    hours = files.within(METER, JUNE)
    night = [amount for moment, amount in hours if moment.hour >= 22 or moment.hour < 6]
    result = await buildings.run(imported, AnalyticCall("profile", (HARBOUR,), "electricity", JUNE))
    assert value(result, "mean_night") == pytest.approx(mean(night))
    assert value(result, "night_percent") == pytest.approx(100 * sum(night) / sum(amount for _, amount in hours))
    assert value(result, "mean_weekend") == pytest.approx(mean(a for m, a in hours if m.weekday() >= 5))
    base = value(result, "base_load")
    assert sum(amount < base for _, amount in hours) / len(hours) == pytest.approx(0.05, abs=0.002)
    assert value(result, "mean_resting") < value(result, "mean_used")


async def test_portfolio(buildings: BuildingData, imported: str, files: Files) -> None:
    every = tuple(b["id"] for b in files.described["buildings"])
    result = await buildings.run(imported, AnalyticCall("portfolio", every, None, YEAR))
    assert f"There are {len(every)} buildings" in result.statements[0]
    assert all(b["name"] in result.statements[0] for b in files.described["buildings"])
    assert result.level is PrivacyClass.INTERNAL
    one = await buildings.run(imported, AnalyticCall("portfolio", (HARBOUR,), None, YEAR))
    assert f"{files.building(HARBOUR)['floor_area_m2']:,} m²" in one.statements[0]


async def test_unknown_buildings_and_meters(buildings: BuildingData, imported: str, files: Files) -> None:
    with pytest.raises(NotFound, match="no building `nowhere`"):
        await buildings.run(imported, AnalyticCall("consumption", ("nowhere",), "gas", JUNE))
    without = next(b["id"] for b in files.described["buildings"] if b["id"] not in files.with_meter("gas"))
    with pytest.raises(NotFound, match="has no gas meter"):
        await buildings.run(imported, AnalyticCall("consumption", (without,), "gas", JUNE))
    with pytest.raises(InvalidRequest, match="one building at a time"):
        await buildings.run(imported, AnalyticCall("explain", (HARBOUR, without), None, JUNE))


async def test_outside_the_data(buildings: BuildingData, imported: str) -> None:
    later = days(date(2031, 1, 1), date(2031, 1, 31), "January 2031")
    result = await buildings.run(imported, AnalyticCall("consumption", (HARBOUR,), "electricity", later))
    assert result.coverage == 0
    assert "no reading in that time" in result.statements[0]


_SAID = re.compile(r"(?<![\w.,-])([\d,]+(?:\.\d+)?) (kWh/m²|m³/m²|kWh|m³/h|m³|kW|%|EUR)(?![\w/])")
_EVERY: tuple[Tool, ...] = ("consumption", "peaks", "profile", "anomalies", "explain", "data_quality")


async def test_every_number_said_is_a_quantity(
    buildings: BuildingData, imported: str, world: World, files: Files
) -> None:
    event = next(e for e in world.events if e.building == HARBOUR and e.cause != "meter_gap")
    month = days(event.start.date().replace(day=1), event.start.date().replace(day=28), "the month")
    calls = [
        AnalyticCall(tool, (HARBOUR,), u, month) for tool in _EVERY for u in ("electricity", "gas", "chilled_water")
    ]
    calls += [AnalyticCall("explain", (HARBOUR,), None, month), AnalyticCall("anomalies", (HARBOUR,), None, month)]
    calls += [
        AnalyticCall("comparison", (HARBOUR,), "gas", JUNE, MAY),
        AnalyticCall("ranking", tuple(files.with_meter("gas")), "gas", JUNE),
    ]
    said = 0
    for call in calls:
        result = await buildings.run(imported, call)
        known: list[Quantity] = [*result.quantities, *(q for f in result.findings for q in f.quantities)]
        for text, unit in _SAID.findall(" ".join(result.statements)):
            number, decimals = float(text.replace(",", "")), len(text.partition(".")[2])
            priced = unit == "EUR"
            assert any(
                round(abs(q.value), decimals) == number and (q.unit == unit or (priced and q.unit.startswith("EUR")))
                for q in known
            ), f"{text} {unit} in {result.id}"
            said += 1
    assert said > 100


async def test_results_have_an_id_of_their_own(buildings: BuildingData, imported: str) -> None:
    calls = [AnalyticCall("consumption", (HARBOUR,), u, p) for u in ("gas", "electricity") for p in (JUNE, MAY)]
    ids = [(await buildings.run(imported, call)).id for call in (*calls, calls[0])]
    assert len(set(ids)) == len(calls)
    assert ids[0] == ids[-1]


async def test_a_period_between_hours_and_days(buildings: BuildingData, imported: str, files: Files) -> None:
    evening = Period(datetime(2025, 6, 3, 18, tzinfo=ZONE), datetime(2025, 6, 3, 22, tzinfo=ZONE), "3 June 2025, 18–22")
    result = await buildings.run(imported, AnalyticCall("consumption", (HARBOUR,), "electricity", evening))
    assert value(result, "total") == pytest.approx(files.total(METER, evening))
    assert value(result, "hours") == 4


async def test_the_total_of_several(buildings: BuildingData, imported: str, files: Files) -> None:
    every = tuple(b["id"] for b in files.described["buildings"])
    result = await buildings.run(imported, AnalyticCall("total", every, "gas", JUNE))
    totals = [files.total(f"{b}.gas", JUNE) for b in files.with_meter("gas")]
    assert value(result, "total") == pytest.approx(sum(totals))
    assert f"{sum(totals):,.0f} m³ of gas in June 2025" in result.statements[0]
    assert [q.value for q in result.quantities[3 : 3 + len(totals)]] == pytest.approx(sorted(totals, reverse=True))
