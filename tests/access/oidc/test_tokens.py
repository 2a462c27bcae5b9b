"""Tokens of a real identity provider: which come in and as what, which do not, and how its keys are had."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from tests.access.clock import Clock
from tests.access.oidc.provider import AUDIENCE, EC, ED, RSA, RSA_2, Provider, SigningKey, forged, serving
from vestibule.access import Access
from vestibule.access.authenticator import KeysUnavailable
from vestibule.access.keys import Keys, digest_of
from vestibule.access.oidc.issuers import LONGEST
from vestibule.access.oidc.key_set import AFTER_FAILURE_S, APART_S, FRESH_S, LARGEST, KeySet
from vestibule.access.sessions import Sessions
from vestibule.access.tenants import Tenants
from vestibule.access.users import Users
from vestibule.core.caller import Caller, Credential
from vestibule.core.errors import Forbidden, Unauthorized, Unavailable
from vestibule.core.settings import IssuerSettings
from vestibule.storage.database import Database


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serving(Provider()) as running:
        yield running


class Door:
    """The house's door with one identity provider, for one tenant."""

    def __init__(self, database: Database, provider: Provider, tenant: str) -> None:
        self.database, self.provider, self.tenant = database, provider, tenant
        self.use(tenant=tenant, roles={"energy": "operator", "it": "admin"})

    def use(self, **settings: Any) -> None:
        issuer = IssuerSettings(self.provider.url, AUDIENCE, **settings)
        self.access = Access.over(Keys(self.database), 60, issuers=[issuer])

    async def enter(self, token: str) -> Caller:
        return await self.access.authenticate(Credential(token, "192.0.2.1"))


@pytest.fixture
def door(database: Database, provider: Provider, tenant: str) -> Door:
    return Door(database, provider, tenant)


class TestWhoComesIn:
    @pytest.mark.parametrize("key", [RSA, EC, ED], ids=lambda key: key.algorithm)
    async def test_the_bearer_of_a_signed_token_with_a_role(self, door: Door, key: SigningKey) -> None:
        caller = await door.enter(door.provider.token(key))
        assert caller.tenant == door.tenant
        assert caller.scopes == {"inference", "knowledge", "feedback"}
        assert caller.key_id.startswith("oidc_")
        assert "anna" not in caller.key_id

    async def test_a_token_without_a_key_id_where_there_is_one_key(self, door: Door) -> None:
        door.provider.published = [RSA.public]
        assert (await door.enter(door.provider.token(kid=None))).tenant == door.tenant

    async def test_claims_say_tenant_and_roles(self, door: Door) -> None:
        door.use(tenant_claim="org", role_claim="realm_access.roles", roles={"auditors": "auditor", "all": "viewer"})
        roles = {"roles": ["auditors", "all", "unknown", 3]}
        caller = await door.enter(door.provider.token(org=door.tenant, realm_access=roles, aud=["other", AUDIENCE]))
        assert caller.tenant == door.tenant
        assert caller.scopes == {"audit", "inference", "feedback"}

    async def test_a_single_role_may_be_a_word(self, door: Door) -> None:
        assert "admin" in (await door.enter(door.provider.token(roles="it"))).scopes

    async def test_a_user_has_the_role_given_here(self, door: Door) -> None:
        users = Users(door.database)
        anna = await users.create(door.tenant, "Anna", "viewer", issuer=door.provider.url, subject="anna")
        caller = await door.enter(door.provider.token(roles=["it"]))
        assert caller.key_id == anna.id
        assert caller.scopes == {"inference", "feedback"}

    async def test_clocks_may_differ_a_little(self, door: Door) -> None:
        now = time.time()
        assert await door.enter(door.provider.token(exp=now - 10))
        assert await door.enter(door.provider.token(nbf=now + 10, iat=now + 10))

    async def test_pages_of_the_issuer_s_origins(self, door: Door) -> None:
        door.use(tenant=door.tenant, roles={"energy": "viewer"}, origins=("https://app.example",))
        assert (await door.enter(door.provider.token())).origins == {"https://app.example"}
        assert await door.access.permits_origin("https://app.example")
        assert not await door.access.permits_origin("https://evil.example")


class TestWhoDoesNot:
    @pytest.mark.parametrize(
        ("claims", "why"),
        [
            ({"exp": 1}, "expired"),
            ({"exp": None}, "lacks the claim `exp`"),
            ({"sub": None}, "lacks the claim `sub`"),
            ({"aud": "another"}, "another audience"),
            ({"aud": None}, "lacks the claim `aud`"),
            ({"iss": "https://elsewhere.example"}, "issuer"),
            ({"iss": None}, "issuer"),
            ({"iss": 3}, "issuer"),
            ({"nbf": 99_999_999_999}, "not valid yet"),
            ({"exp": "soon"}, "do not hold"),
            ({"sub": 3}, "do not hold"),
        ],
    )
    async def test_claims_that_do_not_hold(self, door: Door, claims: dict[str, object], why: str) -> None:
        # PyJWT itself refuses to sign some of them
        payload = door.provider.claims(**claims)
        token = _signed(payload)
        with pytest.raises(Unauthorized, match=why):
            await door.enter(token)

    async def test_none_is_no_algorithm(self, door: Door) -> None:
        for alg in ("none", "None", "NONE", ""):
            for header in ({"alg": alg, "kid": RSA.kid}, {"alg": alg}, {"kid": RSA.kid}):
                with pytest.raises(Unauthorized):
                    await door.enter(forged(header, door.provider.claims()))

    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    async def test_a_public_key_is_no_shared_secret(self, door: Door, algorithm: str) -> None:
        """The classic confusion: signed with the public key as if that were a secret."""
        hashes = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
        header: dict[str, object] = {"alg": algorithm, "typ": "JWT", "kid": RSA.kid}
        signed_part = forged(header, door.provider.claims()).rpartition(".")[0]
        for secret in (RSA.public_pem, str(RSA.public["n"]).encode(), b""):
            signature = hmac.new(secret, signed_part.encode(), hashes[algorithm]).digest()
            with pytest.raises(Unauthorized):
                await door.enter(forged(header, door.provider.claims(), signature))

    async def test_a_symmetric_key_that_is_published_counts_for_nothing(self, door: Door) -> None:
        secret = b"k" * 32
        door.provider.published = [{"kty": "oct", "k": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s", "kid": "s"}]
        token = jwt.encode(door.provider.claims(), secret, "HS256", {"kid": "s"})
        with pytest.raises(Unauthorized, match="does not publish"):
            await door.enter(token)

    async def test_another_algorithm_than_the_key_s(self, door: Door) -> None:
        token = jwt.encode(door.provider.claims(), RSA.pem, "PS256", {"kid": RSA.kid})
        with pytest.raises(Unauthorized, match="algorithm"):
            await door.enter(token)
        with pytest.raises(Unauthorized):
            await door.enter(jwt.encode(door.provider.claims(), EC.pem, "ES256", {"kid": RSA.kid}))

    async def test_keys_in_the_token_are_not_believed(self, door: Door) -> None:
        """`jwk`, `jku` and `x5u` of a header would let anybody bring their own key."""
        for extra in (
            {"jwk": RSA_2.public},
            {"jku": f"{door.provider.url}/mine"},
            {"x5u": f"{door.provider.url}/mine"},
        ):
            token = jwt.encode(door.provider.claims(), RSA_2.pem, "RS256", {"kid": RSA.kid, **extra})
            with pytest.raises(Unauthorized):
                await door.enter(token)
        assert all("mine" not in path for path in door.provider.fetches)

    async def test_a_changed_token(self, door: Door) -> None:
        header, claims, signature = door.provider.token().split(".")
        with pytest.raises(Unauthorized):
            await door.enter(f"{header}.{claims[:-2]}{'AA' if claims[-2:] != 'AA' else 'BB'}.{signature}")
        with pytest.raises(Unauthorized):
            await door.enter(f"{header}.{claims}.")

    @pytest.mark.parametrize("token", ["ey.ey.ey", "eyJ.e30.", "ey" + "x" * LONGEST + ".a.b", "eyé.ü.ö", "ey..."])
    async def test_what_is_no_token(self, door: Door, token: str) -> None:
        with pytest.raises(Unauthorized):
            await door.enter(token)
        assert door.provider.fetches == []

    async def test_a_critical_header_that_is_not_understood(self, door: Door) -> None:
        headers = {"kid": RSA.kid, "crit": ["exp"], "exp": 1}
        with pytest.raises(Unauthorized):
            await door.enter(jwt.encode(door.provider.claims(), RSA.pem, "RS256", headers))

    async def test_somebody_without_a_role(self, door: Door) -> None:
        for roles in (["unknown"], [], None, {"energy": 1}):
            with pytest.raises(Forbidden, match="no role"):
                await door.enter(door.provider.token(roles=roles))

    async def test_a_tenant_there_is_not_or_that_is_shut(self, door: Door) -> None:
        door.use(tenant_claim="org", roles={"energy": "viewer"})
        for org in ("nobody-here", None, 7, ["x"]):
            with pytest.raises(Forbidden):
                await door.enter(door.provider.token(org=org))
        await Tenants(door.database).change(door.tenant, disabled=True)
        with pytest.raises(Forbidden, match="may not use"):
            await door.enter(door.provider.token(org=door.tenant))

    async def test_a_user_who_was_shut_out(self, door: Door) -> None:
        users = Users(door.database)
        anna = await users.create(door.tenant, "Anna", "viewer", issuer=door.provider.url, subject="anna")
        await users.change(anna.id, disabled=True)
        with pytest.raises(Forbidden):
            await door.enter(door.provider.token())

    async def test_another_tenant_s_user_of_the_same_name_changes_nothing(self, door: Door) -> None:
        await Tenants(door.database).create(f"{door.tenant}-2")
        await Users(door.database).create(
            f"{door.tenant}-2", "Mallory", "admin", issuer=door.provider.url, subject="anna"
        )
        assert (await door.enter(door.provider.token())).scopes == {"inference", "knowledge", "feedback"}


class TestKeys:
    async def test_what_is_fetched_carries_nothing_of_ours(self, door: Door) -> None:
        token = door.provider.token()
        await door.enter(token)
        assert door.provider.fetches == ["/.well-known/openid-configuration", "/keys"]
        for sent in door.provider.sent:
            assert token.encode() not in sent
            assert b"uthorization" not in sent
            assert b"ookie" not in sent

    async def test_they_are_kept(self, door: Door) -> None:
        for _ in range(5):
            await door.enter(door.provider.token(jti=str(time.perf_counter_ns())))
        assert len(door.provider.fetches) == 2

    async def test_a_new_key_is_fetched_and_unknown_ones_once_a_minute(self, provider: Provider, clock: Clock) -> None:
        keys = _key_set(provider, clock)
        assert await keys.find(RSA.kid)
        provider.published = [RSA_2.public]
        for _ in range(20):
            assert await keys.find(RSA_2.kid) is None
        assert len(provider.fetches) == 1
        clock.now += APART_S + 1
        assert await keys.find(RSA_2.kid)
        assert await keys.find(RSA.kid) is None, "a key that is withdrawn is gone with the next fetch"
        assert len(provider.fetches) == 2

    async def test_a_withdrawn_key_is_gone_within_five_minutes(self, provider: Provider, clock: Clock) -> None:
        keys = _key_set(provider, clock)
        assert await keys.find(RSA.kid)
        provider.published = [RSA_2.public]
        clock.now += FRESH_S + 1
        assert await keys.find(RSA.kid) is None

    async def test_keys_stay_good_while_the_provider_is_away(self, provider: Provider, clock: Clock) -> None:
        keys = _key_set(provider, clock)
        assert await keys.find(RSA.kid)
        provider.status = 500
        clock.now += FRESH_S + 1
        assert await keys.find(RSA.kid)

    async def test_without_any_key_nobody_can_tell_and_it_recovers(self, provider: Provider, clock: Clock) -> None:
        keys = _key_set(provider, clock)
        provider.status = 503
        for _ in range(3):
            with pytest.raises(KeysUnavailable, match="does not give"):
                await keys.find(RSA.kid)
        assert len(provider.fetches) == 1
        provider.status = 200
        clock.now += AFTER_FAILURE_S + 0.1
        assert await keys.find(RSA.kid)

    @pytest.mark.parametrize("wrong", ["redirect", "large", "issuer", "garbage"])
    async def test_what_is_no_key_set_is_not_believed(self, provider: Provider, clock: Clock, wrong: str) -> None:
        settings = IssuerSettings(provider.url, AUDIENCE, tenant="t")
        match wrong:
            case "redirect":
                provider.status = 302
            case "large":
                provider.padding = LARGEST
            case "issuer":
                provider.issuer = "https://elsewhere.example"
            case "garbage":
                provider.published = "not a list"  # type: ignore[assignment]  # what a broken provider may send
        with pytest.raises(Unavailable):
            await KeySet(settings, (), clock).find(RSA.kid)

    async def test_keys_of_a_stranger_on_the_way_are_not_asked_for(self, clock: Clock) -> None:
        settings = IssuerSettings("https://login.example", AUDIENCE, jwks_url="http://keys.example/", tenant="t")
        with pytest.raises(Unavailable):
            await KeySet(settings, (), clock).find("any")

    @pytest.mark.parametrize(
        "changed",
        [{"use": "enc"}, {"alg": "RS512"}, {"alg": "HS256"}, {"kty": "oct"}, {"crv": "P-521"}, {"n": "AQAB"}, {"n": 5}],
    )
    async def test_keys_we_have_no_use_for_are_left_out(
        self, provider: Provider, clock: Clock, changed: dict[str, object]
    ) -> None:
        provider.published = [{**RSA.public, **changed}, {}, EC.public]
        keys = _key_set(provider, clock)
        assert await keys.find(RSA.kid) is None
        assert await keys.find(EC.kid)


async def test_the_issuer_s_trouble_stops_no_key(door: Door) -> None:
    issued = await Keys(door.database).create(door.tenant, ["inference"])
    door.provider.status = 500
    with pytest.raises(Unavailable, match="public keys"):
        await door.enter(door.provider.token())
    assert door.access.away_s is None
    assert (await door.enter(issued.token)).tenant == door.tenant


async def test_a_session_opened_with_a_token_keeps_its_role_and_ends_with_its_user(door: Door) -> None:
    users = Users(door.database)
    anna = await users.create(door.tenant, "Anna", "operator", issuer=door.provider.url, subject="anna")
    name = await door.access.open_session(Credential(door.provider.token(), "192.0.2.1"))
    caller = await door.access.authenticate(Credential(session=name))
    assert caller.key_id == anna.id
    assert caller.scopes == {"inference", "knowledge", "feedback"}
    await users.change(anna.id, role="viewer")
    assert await Sessions(door.database).find(digest_of(name)) is None


def _key_set(provider: Provider, clock: Clock) -> KeySet:
    return KeySet(IssuerSettings(provider.url, AUDIENCE, f"{provider.url}/keys", tenant="t"), (), clock)


def _signed(payload: dict[str, object]) -> str:
    """Signed whatever it says: `jwt.encode` refuses some claims."""
    header: dict[str, object] = {"alg": "RS256", "typ": "JWT", "kid": RSA.kid}
    signed_part = forged(header, payload).rpartition(".")[0]
    algorithm = jwt.get_algorithm_by_name("RS256")
    signature = algorithm.sign(signed_part.encode(), algorithm.prepare_key(RSA.pem))
    return forged(header, payload, signature)
