"""How the shared file is laid out, in words of 64 bits: cells first, then what each worker holds of each cell.

A cell is one subject's: its name's digest, a ring of intervals with what was taken in each, their sums, the places
taken, and what is left of the slices leased for the day and for the month.
"""

from __future__ import annotations

from struct import Struct

CELLS = 16_384
WORKERS = 64
WORDS = 48
INTERVAL_S = 5
RING = 13
"""The running interval and the twelve before it: what is taken counts for 60 s at least and 65 at most, so that no
minute, wherever it begins, holds more than the limit."""

DIGEST, DIGEST_2, LATEST, REQUESTS, TOKENS, PLACES = range(6)
DAY, DAY_LEFT, DAY_END, MONTH, MONTH_LEFT, MONTH_END = range(8, 14)
HEAD = Struct("=14q")
"""A cell up to its rings, read at once: the hot path reads and writes a cell's words together."""
COUNTS = Struct("=11q")
"""The head without digest and latest interval, as it is written back."""
REQUEST_RING = 16
TOKEN_RING = 32

CELLS_BYTES = CELLS * WORDS * 8
HELD_BYTES = CELLS * 4
SIZE = CELLS_BYTES + WORKERS * HELD_BYTES
VERSION = 1
