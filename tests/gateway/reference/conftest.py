"""The document as a server answers it, made once."""

from __future__ import annotations

import asyncio

import pytest

from vestibule.gateway.docs import Document
from vestibule.gateway.reference import offline


@pytest.fixture(scope="session")
def document() -> Document:
    return asyncio.run(offline.document())
