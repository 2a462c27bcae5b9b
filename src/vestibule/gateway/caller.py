"""From the headers of a request to the credential it carries, and to the caller a route may serve."""

from __future__ import annotations

from starlette.types import Scope as Connection

from vestibule.core.caller import Caller, Credential, Scope
from vestibule.gateway.ports import Access


def credential_of(connection: Connection) -> Credential:
    """Take the bearer token, if there is one, and the peer's address, None over a Unix socket."""
    header = next((value for name, value in connection["headers"] if name == b"authorization"), b"")
    scheme, _, token = header.decode("latin-1").partition(" ")
    client = connection.get("client")
    return Credential(
        token=token.strip() or None if scheme.lower() == "bearer" else None, peer=client[0] if client else None
    )


async def admitted(access: Access, connection: Connection, scope: Scope) -> Caller:
    """Authenticate the request and count it against its key. Raise the refusals of `Access`."""
    caller = await access.authenticate(credential_of(connection))
    access.admit(caller, scope)
    return caller
