"""Versions of what an operator tunes at run time: read, validated, stored, taken up by every worker, rolled back."""

from vestibule.configuration.current import Configurations

__all__ = ["Configurations"]
