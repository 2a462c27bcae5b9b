"""Read buildings.json, readings.csv and weather.csv as `docs/demo-world.md` lays them out, and say precisely what is
wrong with them: file, line, column and what to do. Knows no database. All of it blocks."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np

from vestibule.buildings.portfolio import Building, Holiday, Meter, Portfolio, Tariff, Unit
from vestibule.buildings.series import HOUR_S, Index, Series
from vestibule.core.errors import InvalidRequest
from vestibule.core.evidence import Utility

UNITS: Mapping[Utility, Unit] = {"electricity": "kWh", "gas": "m³", "chilled_water": "kWh"}
_WEATHER = ("temperature_c", "relative_humidity", "solar_w_m2")
_ABSURD = 20.0


class Table(msgspec.Struct, frozen=True, eq=False):
    """Columns over ascending hours since 1970 in UTC, NaN where a field is empty."""

    hours: Index
    columns: dict[str, Series]


class PortfolioFiles(msgspec.Struct, frozen=True, eq=False):
    """`warnings` name what was taken as it is but looks wrong."""

    portfolio: Portfolio
    readings: Table
    weather: Table
    warnings: tuple[str, ...]


class _Description(msgspec.Struct, frozen=True):
    timezone: str
    buildings: tuple[Building, ...]
    meters: tuple[Meter, ...]
    portfolio: str = ""
    holidays: tuple[Holiday, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    people: tuple[str, ...] = ()


def read_folder(folder: Path) -> PortfolioFiles:
    """Read the three files of `folder`. Raise `InvalidRequest` for the first thing that is wrong."""
    described = _describe(folder / "buildings.json")
    readings = _table(folder / "readings.csv")
    _match(described, readings)
    weather = _table(folder / "weather.csv", allowed=_WEATHER, required=_WEATHER[:1])
    portfolio = Portfolio(
        name=described.portfolio,
        timezone=described.timezone,
        buildings=described.buildings,
        holidays=described.holidays,
        tariffs=described.tariffs,
        meters=described.meters,
        data_start=_moment(int(readings.hours[0])),
        data_end=_moment(int(readings.hours[-1]) + 1),
        people=described.people,
    )
    return PortfolioFiles(portfolio, readings, weather, tuple(_suspicions(portfolio, readings)))


def _describe(path: Path) -> _Description:
    try:
        described = msgspec.json.decode(_content(path), type=_Description)
    except msgspec.ValidationError as error:
        raise _wrong(path, f"{error}", "Correct that field; docs/demo-world.md shows every field.") from None
    except msgspec.DecodeError as error:
        raise _wrong(path, f"it is not JSON ({error})", "Correct it at that place.") from None
    _check_time(path, described)
    _check_names(path, described)
    return described


def _check_time(path: Path, described: _Description) -> None:
    try:
        ZoneInfo(described.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise _wrong(
            path, f"`{described.timezone}` is not a time zone", "Use an IANA name such as Europe/Berlin."
        ) from None
    for building in described.buildings:
        try:
            opens, closes = building.schedule.hours
        except ValueError:
            opens, closes = 1.0, 0.0
        if opens >= closes:
            raise _wrong(
                path,
                f"the schedule of `{building.id}` is not from a time to a later one",
                'Write "from": "07:00", "to": "19:00"; the end of the day is "24:00".',
            )


def _check_names(path: Path, described: _Description) -> None:
    buildings = [b.id for b in described.buildings]
    tariffs = [t.id for t in described.tariffs]
    meters = [m.id for m in described.meters]
    for what, ids in (("building", buildings), ("tariff", tariffs), ("meter", meters)):
        if twice := next((i for i in ids if ids.count(i) > 1), None):
            raise _wrong(path, f"the {what} id `{twice}` is there twice", "Give each its own id.")
    if not buildings:
        raise _wrong(path, "it lists no building", "List at least one under `buildings`.")
    for building in described.buildings:
        if not building.floor_area_m2 > 0:
            raise _wrong(path, f"the floor area of `{building.id}` is not above 0 m²", "Give its area in m².")
        if building.tariff and building.tariff not in tariffs:
            raise _wrong(path, f"`{building.id}` names the unknown tariff `{building.tariff}`", "Add it to `tariffs`.")
    seen: set[tuple[str, Utility]] = set()
    for meter in described.meters:
        if meter.building not in buildings:
            raise _wrong(path, f"meter `{meter.id}` is of the unknown building `{meter.building}`", "Correct its id.")
        if meter.unit != UNITS[meter.utility]:
            raise _wrong(
                path,
                f"meter `{meter.id}` counts {meter.utility} in {meter.unit}",
                f"Convert its readings to {UNITS[meter.utility]} and say so in `unit`.",
            )
        if (meter.building, meter.utility) in seen:
            raise _wrong(
                path, f"`{meter.building}` has two meters for {meter.utility}", "Add their readings up into one."
            )
        seen.add((meter.building, meter.utility))


def _match(described: _Description, readings: Table) -> None:
    path = Path("readings.csv")
    known = [m.id for m in described.meters]
    for number, column in enumerate(readings.columns, start=2):
        if column not in known:
            raise _wrong(
                path,
                f"column {number}, `{column}`, is not a meter of buildings.json",
                "Rename the column, or add the meter.",
                line=1,
            )
    if missing := [m for m in known if m not in readings.columns]:
        raise _wrong(
            path,
            f"there is no column for meter `{missing[0]}` of buildings.json",
            "Add the column, with empty fields where nothing is known, or remove the meter.",
            line=1,
        )


def _table(path: Path, allowed: Sequence[str] | None = None, required: Sequence[str] = ()) -> Table:
    rows = _rows(path)
    header = [name.strip() for name in next(rows, (0, []))[1]]
    names = _check_header(path, header, allowed, required)
    hours: list[int] = []
    values: list[list[float]] = []
    lines: dict[int, int] = {}
    for line, row in rows:
        if len(row) != len(header):
            raise _wrong(path, f"{len(row)} fields, the header has {len(header)}", "Correct the line.", line=line)
        hour = _hour(path, row[0], line)
        if hour in lines:
            raise _wrong(path, f"the same hour as line {lines[hour]}", "Keep one of the two.", line=line)
        lines[hour] = line
        hours.append(hour)
        values.append(_numbers(path, row, names, line))
    if not hours:
        raise _wrong(path, "there is no row below the header", "Add at least one hour.")
    order = np.argsort(hours, kind="stable")
    table = np.array(values, dtype=np.float64)[order]
    return Table(np.array(hours, dtype=np.int64)[order], {name: table[:, i].copy() for i, name in enumerate(names)})


def _check_header(path: Path, header: list[str], allowed: Sequence[str] | None, required: Sequence[str]) -> list[str]:
    if not header or header[0] != "timestamp":
        mend = "Separate columns by commas." if header and ";" in header[0] else "Name the first column `timestamp`."
        raise _wrong(path, "the header does not begin with `timestamp,`", mend, line=1)
    names = header[1:]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(path, f"column `{name}` is there twice", "Remove one.", line=1)
        if allowed is not None and name not in allowed:
            raise _wrong(path, f"column `{name}` is unknown", f"Known: {', '.join(allowed)}.", line=1)
    for name in required:
        if name not in names:
            raise _wrong(path, f"column `{name}` is missing", "Add it.", line=1)
    return names


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = _content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _wrong(path, "it is not UTF-8 text", "Save it as UTF-8.", line=line) from None
    reader = csv.reader(text.splitlines())
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise _wrong(path, f"it is not CSV ({error})", "Correct the line.", line=reader.line_num) from None


def _hour(path: Path, field: str, line: int) -> int:
    try:
        moment = datetime.fromisoformat(field.strip())
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise _wrong(
            path, f"`{field[:40]}` is not a time in UTC", "Write 2025-07-08T06:00:00Z.", line=line, column="timestamp"
        )
    seconds = moment.timestamp()
    if seconds % HOUR_S:
        raise _wrong(
            path, f"`{field[:40]}` is not a full hour", "Add readings up per hour.", line=line, column="timestamp"
        )
    return int(seconds) // HOUR_S


def _numbers(path: Path, row: list[str], names: list[str], line: int) -> list[float]:
    try:
        numbers = [float(field) if field else math.nan for field in row[1:]]
        if not any(map(math.isinf, numbers)) and not any("n" in field.lower() for field in row[1:]):
            return numbers
    except ValueError:
        pass
    for name, field in zip(names, row[1:], strict=True):
        try:
            right = not field.strip() or math.isfinite(float(field))
        except ValueError:
            right = False
        if not right:
            raise _wrong(
                path,
                f"`{field[:40]}` is not a number",
                "Write it with a decimal point, or leave the field empty if the reading is missing.",
                line=line,
                column=name,
            )
    return [float(field) if field.strip() else math.nan for field in row[1:]]


def _suspicions(portfolio: Portfolio, readings: Table) -> Iterator[str]:
    for meter in portfolio.meters:
        amounts = readings.columns[meter.id]
        present = amounts[~np.isnan(amounts)]
        if not len(present):
            yield f"Meter {meter.id} has no reading at all."
            continue
        if negative := int((present < 0).sum()):
            yield f"Meter {meter.id} has {negative} negative readings; they were kept."
        usual = float(np.percentile(np.abs(present), 95))
        if absurd := int((np.abs(present) > _ABSURD * usual).sum()) if usual > 0 else 0:
            yield f"Meter {meter.id} has {absurd} readings above {_ABSURD:.0f} times its usual highest; they were kept."


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidRequest(
            f"{path.name} is not in {path.parent}.",
            next_step="A portfolio is a folder with buildings.json, readings.csv and weather.csv.",
        ) from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read ({error.strerror}).", next_step="Check its permissions.") from None


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR_S, UTC)


def _wrong(path: Path, what: str, mend: str, *, line: int | None = None, column: str | None = None) -> InvalidRequest:
    where = f"{path.name}{f', line {line}' if line else ''}{f', column `{column}`' if column else ''}"
    return InvalidRequest(f"{where}: {what}.", next_step=f"{mend} Nothing was imported.", param=path.name)
