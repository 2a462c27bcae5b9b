"""The one module that may open connections that are not home. It takes sealed clearances and nothing else.

It is closed: until the privacy room can pseudonymise and keep a signed audit chain, a clearance that is in perfect
order is still refused here. Two locks on one door: the gate's policy clears no class, the transport opens nothing.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable

from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused


class CloudTransport:
    def __init__(self, sealer: Sealer, clock: Callable[[], float] = time.monotonic) -> None:
        self._sealer = sealer
        self._clock = clock
        self._spent: dict[bytes, float] = {}

    async def stream(self, cleared: ClearedRequest, destination: Destination, path: str) -> AsyncGenerator[bytes, None]:
        """Check seal, destination, expiry and single use; raise `EgressRefused`."""
        self._check(cleared, destination)
        raise EgressRefused(
            "The cloud door of this version is closed.", next_step="Ask a model at home: use the model `auto`."
        )
        yield b""

    def _check(self, cleared: ClearedRequest, destination: Destination) -> None:
        now = self._clock()
        self._spent = {seal: expiry for seal, expiry in self._spent.items() if expiry > now}
        if not self._sealer.verify(cleared):
            raise EgressRefused("A request to the cloud carried no valid clearance.")
        if cleared.destination != destination:
            raise EgressRefused("A request to the cloud was cleared for another destination.")
        if cleared.expires_at <= now:
            raise EgressRefused("The clearance of a request to the cloud has expired.")
        if cleared.seal in self._spent:
            raise EgressRefused("A clearance was used twice.")
        self._spent[cleared.seal] = cleared.expires_at
