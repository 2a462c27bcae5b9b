"""An identity provider on a real socket: publishes keys as it is told to, and signs whatever a test asks for."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

AUDIENCE = "vestibule"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class SigningKey:
    def __init__(self, kid: str, algorithm: str, private: PrivateKey) -> None:
        self.kid, self.algorithm, self._private = kid, algorithm, private

    @property
    def pem(self) -> bytes:
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_pem(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def public(self) -> dict[str, Any]:
        described = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self._private.public_key(), as_dict=True)
        return {**described, "kid": self.kid, "use": "sig"}


RSA = SigningKey("rsa-1", "RS256", rsa.generate_private_key(65537, 2048))
RSA_2 = SigningKey("rsa-2", "RS256", rsa.generate_private_key(65537, 2048))
EC = SigningKey("ec-1", "ES256", ec.generate_private_key(ec.SECP256R1()))
ED = SigningKey("ed-1", "EdDSA", ed25519.Ed25519PrivateKey.generate())


class Provider:
    """`fetches` are the paths that were asked for, with whatever came along."""

    def __init__(self) -> None:
        self.url = ""
        self.published: list[dict[str, Any]] = [RSA.public, EC.public, ED.public]
        self.fetches: list[str] = []
        self.sent: list[bytes] = []
        self.status = 200
        self.padding = 0
        self.issuer: str | None = None

    def claims(self, **changed: object) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "anna",
            "exp": now + 300,
            "nbf": now - 5,
            "iat": now,
            "roles": ["energy"],
        }
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def token(self, key: SigningKey = RSA, *, kid: str | None = "", **claims: object) -> str:
        headers = {"kid": key.kid if kid == "" else kid} if kid is not None else {}
        return jwt.encode(self.claims(**claims), key.pem, key.algorithm, headers)

    async def answer(self, request: web.Request) -> web.Response:
        self.fetches.append(request.path_qs)
        self.sent.append(await request.read() + str(dict(request.headers)).encode())
        if self.status != 200:
            return web.Response(status=self.status, headers={"location": f"{self.url}/keys"})
        if request.path == "/.well-known/openid-configuration":
            return web.json_response({"issuer": self.issuer or self.url, "jwks_uri": f"{self.url}/keys"})
        return web.json_response({"keys": self.published, "padding": "x" * self.padding})


def forged(header: Mapping[str, object], claims: Mapping[str, object], signature: bytes = b"") -> str:
    """A token with any header and any signature."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@asynccontextmanager
async def serving(provider: Provider) -> AsyncIterator[Provider]:
    app = web.Application()
    app.router.add_get("/{path:.*}", provider.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
