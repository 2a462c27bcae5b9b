"""Whom a connection trusts to say who a server is: the authorities of the system, or those of one file."""

from __future__ import annotations

import ssl
from pathlib import Path

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed


def trusted_by(ca_file: Path | None) -> ssl.SSLContext:
    """Reads files. Raise `UpstreamFailed` where `ca_file` holds no certificates."""
    try:
        return ssl.create_default_context(cafile=str(ca_file.expanduser()) if ca_file else None)
    except OSError as error:  # ssl.SSLError is one
        raise UpstreamFailed(
            f"The certificates in {ca_file} cannot be used ({type(error).__name__}).",
            next_step="Mend `ca_file` of that provider in vestibule.yaml.",
            fault="unreachable",
        ) from None


def untrusted(destination: Destination) -> UpstreamFailed:
    return UpstreamFailed(
        f"{destination} did not prove who it is: its certificate is not trusted.",
        next_step="Set `ca_file` of that provider in vestibule.yaml if it is a server of yours.",
        fault="unreachable",
    )
