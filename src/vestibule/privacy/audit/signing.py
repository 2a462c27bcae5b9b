"""The house's key of the trail: signs anchors (Ed25519, RFC 8032) and marks records as its own (HMAC-SHA256).

The key lies in `HOME/secrets/audit.key`, never in the database; its public half beside it may be given to anybody who
is to check an export. Knows not what is signed.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vestibule.core.errors import InvalidRequest, Unavailable
from vestibule.privacy.secret_file import make_secret, read_secret


class VerifyingKey:
    """Checks what was signed; with `mac_key`, which only the house has, also what was only marked."""

    def __init__(self, public: bytes, mac_key: bytes | None = None) -> None:
        self.public = public
        self.name = hashlib.sha256(public).hexdigest()[:16]
        self.knows_marks = mac_key is not None
        self._public = Ed25519PublicKey.from_public_bytes(public)
        self._mac_key = mac_key

    @classmethod
    def read(cls, path: Path) -> VerifyingKey:
        """Read a public key as `audit.pub` holds it. Raise `InvalidRequest` if it is none."""
        try:
            return cls(bytes.fromhex(path.read_text("ascii")))
        except (OSError, ValueError):
            raise InvalidRequest(
                f"{path} is not a public key of an audit trail.", next_step="Give the secrets/audit.pub of the home."
            ) from None

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def has_marked(self, content: bytes, linked: bytes, mac: bytes) -> bool:
        """Whether the house wrote this content under this hash; only with `knows_marks`."""
        if self._mac_key is None:
            raise ValueError("marks are checked with the secret key only")
        return hmac.compare_digest(hmac.digest(self._mac_key, content + linked, "sha256"), mac)


class SigningKey(VerifyingKey):
    def __init__(self, secret: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self._marking_key = HKDF(SHA256(), 32, None, b"vestibule audit records").derive(secret)
        super().__init__(self._private.public_key().public_bytes_raw(), self._marking_key)

    @classmethod
    def load(cls, home: Path, *, trail_exists: bool) -> SigningKey:
        """Read the key, or make it at first start. Blocks. Raise `Unavailable` if a trail exists without its key."""
        path = home / "secrets" / "audit.key"
        secret = read_secret(path)
        if secret is None and trail_exists:
            raise Unavailable(
                f"There is an audit trail in the database, and the key that signed it is not in {path}.",
                next_step="Copy that file from the home that made it or from a backup; without it nothing is proven.",
            )
        key = cls(secret or make_secret(path))
        if secret is None:
            path.with_name("audit.pub").write_text(key.public.hex() + "\n", "ascii")
        return key

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def mark(self, content: bytes, linked: bytes) -> bytes:
        return hmac.digest(self._marking_key, content + linked, "sha256")
