"""Tokens of identity providers (OIDC): their public keys, and what a token's claims make of its bearer."""

from vestibule.access.oidc.issuers import Issuers

__all__ = ["Issuers"]
