"""Find stretches of days on which something keeps departing. Knows no meter."""

from __future__ import annotations

from collections.abc import Sequence


def maximal_runs(scores: Sequence[float], longest_lull: int) -> list[tuple[int, int, float]]:
    """All disjoint maximal-scoring stretches [first, end) with their totals, in order; none holds a lull of more than
    `longest_lull` days in a row without a score above zero.

    W. L. Ruzzo and M. Tompa, "A linear time algorithm for finding all maximal scoring subsequences", ISMB 1999: a
    stretch may carry days that score below zero if what lies on both sides outweighs them.
    """
    total, lull = 0.0, 0
    runs: list[tuple[int, int, float, float]] = []
    settled: list[tuple[int, int, float, float]] = []
    for day, score in enumerate(scores):
        before, total = total, total + score
        if score <= 0:
            lull += 1
            continue
        if lull > longest_lull:
            settled, runs = settled + runs, []
        lull = 0
        first, low, high = day, before, total
        while True:
            j = next((k for k in range(len(runs) - 1, -1, -1) if runs[k][2] < low), None)
            if j is None or runs[j][3] >= high:
                runs.append((first, day + 1, low, high))
                break
            first, low = runs[j][0], runs[j][2]
            del runs[j:]
    return [(first, end, high - low) for first, end, low, high in settled + runs]
