"""What keys, tenants and models may use: rates, places, days and months. Reserved before, settled after, exactly."""

from vestibule.access.limits.claims import Standing
from vestibule.access.limits.limiter import Limiter
from vestibule.access.limits.opening import open_limits
from vestibule.access.limits.reservation import Charge, Reservation

__all__ = ["Charge", "Limiter", "Reservation", "Standing", "open_limits"]
