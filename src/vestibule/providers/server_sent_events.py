"""The data of server-sent events, however the bytes were cut. Knows nothing of what the data mean.

Providers put each event's data into one line; comments (keep-alives), names and ids of events are passed over.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from vestibule.core.errors import UpstreamFailed

LINE = 1_048_576


async def event_data(body: AsyncGenerator[bytes, None], provider: str) -> AsyncGenerator[bytes, None]:
    """Yield the data of each whole line; what is left without an end of line was cut off and is dropped. Raise
    `UpstreamFailed` for a line without end."""
    held = b""
    async for piece in body:
        *lines, held = (held + piece).split(b"\n")
        if len(held) > LINE:
            raise UpstreamFailed(f"{provider} sent a line of more than {LINE} bytes.")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
