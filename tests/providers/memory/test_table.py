"""The table: what is loaded at the start, what fits, and who makes room."""

from __future__ import annotations

from vestibule.providers.memory.footprint import Serving, Shape, footprint
from vestibule.providers.memory.table import Entry, table

SERVING = Serving(1024, 1)
SMALL = Shape(50_000_000, 4, 8, 64, 64, 512, 1024, 1000)
LARGE = Shape(200_000_000, 4, 8, 64, 64, 512, 1024, 1000)
SMALL_SUM, LARGE_SUM = footprint(SMALL, SERVING).total, footprint(LARGE, SERVING).total


def test_installed_models_are_loaded_in_their_order_as_far_as_they_fit() -> None:
    entries = [
        Entry("first", "added", SMALL, SERVING),
        Entry("large", "added", LARGE, SERVING),
        Entry("second", "built in", SMALL, SERVING),
        Entry("known", "catalogue", SMALL, SERVING),
    ]
    rows = {row.model: row for row in table(entries, 2 * SMALL_SUM + 1)}
    assert [name for name, row in rows.items() if row.at_start] == ["first", "second"]
    assert (rows["large"].fits, rows["large"].sum) == (LARGE_SUM <= 2 * SMALL_SUM, LARGE_SUM)
    assert (rows["known"].fits, rows["known"].unloads) == (True, ("first",))
    assert rows["first"].unloads == ()


def test_as_many_are_unloaded_as_must_be_and_what_never_fits_unloads_nobody() -> None:
    entries = [Entry(f"small {n}", "added", SMALL, SERVING) for n in range(3)]
    rows = table([*entries, Entry("large", "catalogue", LARGE, SERVING)], 3 * SMALL_SUM)
    needed = -(-LARGE_SUM // SMALL_SUM)
    assert needed > 1
    assert rows[-1].unloads == tuple(f"small {n}" for n in range(needed))
    assert rows[-1].fits
    (*_, never) = table([*entries, Entry("large", "catalogue", LARGE, SERVING)], LARGE_SUM - 1)
    assert (never.fits, never.unloads) == (False, ())


def test_a_row_adds_up() -> None:
    (row,) = table([Entry("m", "added", SMALL, Serving(2048, 3, "q8_0"))], 1 << 40)
    assert row.sum == row.weights + row.kv_per_token * row.context * row.slots + row.compute + row.overhead
    assert (row.kv_per_token, row.cache_type) == (8 * 128 * 34 // 32, "q8_0")
