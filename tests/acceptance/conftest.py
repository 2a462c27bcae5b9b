"""One demo server for all acceptance tests, started as a user starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.product import Product, serving, temporary_home


@pytest.fixture(scope="session")
def demo_home() -> Iterator[Path]:
    with temporary_home() as home:
        yield home


@pytest.fixture(scope="session")
def demo(demo_home: Path) -> Iterator[Product]:
    """`vestibule demo` with its default world."""
    with serving(demo_home, "demo", "--port", "0") as product:
        yield product
