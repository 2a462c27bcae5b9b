"""`vestibule models accept`: is this model good and quick enough on this machine? A client over HTTP like any other."""

from vestibule.cli.acceptance.command import accept

__all__ = ["accept"]
