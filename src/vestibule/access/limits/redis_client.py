"""Redis' own client, as far as the limits need it. Imported only where a Redis is configured: it is an extra."""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

CONNECT_S = 1.0


class RedisClient:
    def __init__(self, url: str) -> None:
        """Raise `ValueError` for what is no address of a Redis."""
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=CONNECT_S, retry=Retry(NoBackoff(), 0))

    async def send(self, commands: Sequence[tuple[str | int | float, ...]]) -> list[object]:
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        try:
            answers: list[object] = await pipeline.execute()
        except RedisError as error:
            raise OSError(f"Redis said: {type(error).__name__}") from None
        return answers

    async def close(self) -> None:
        await self._redis.aclose()
