"""Batches of requests that are answered in the background, within a day, each line exactly once."""

from vestibule.batches.batch import Batch, Counts, Problem
from vestibule.batches.erasure import BatchErasure
from vestibule.batches.runner import Answering, Reply, Runner
from vestibule.batches.store import BatchPage, BatchStore

__all__ = [
    "Answering",
    "Batch",
    "BatchErasure",
    "BatchPage",
    "BatchStore",
    "Counts",
    "Problem",
    "Reply",
    "Runner",
]
