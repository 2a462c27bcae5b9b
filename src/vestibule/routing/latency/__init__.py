"""How long a model will take: to its first piece, and to the end of its answer."""

from vestibule.routing.latency.latencies import Latencies
from vestibule.routing.latency.measured import Measured
from vestibule.routing.latency.pace import Stated

__all__ = ["Latencies", "Measured", "Stated"]
