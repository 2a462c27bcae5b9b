"""Faults that take more than one server, through the whole product over HTTP."""

from __future__ import annotations

import pytest

from tests.laboratory.special import (
    Special,
    expired_certificate,
    flapping,
    redirected,
    refused_prefill,
    remote_model,
)


@pytest.mark.slow
@pytest.mark.parametrize("special", [refused_prefill, flapping, expired_certificate, redirected, remote_model])
def test_it_ends_as_it_should(special: Special) -> None:
    assert special().problems == []
