"""The questions every request is asked at the door: who are you, and may you now, this, with that model?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vestibule.access.authenticator import Authenticator, NoTokens, TokenReader
from vestibule.access.guessing import Guessing
from vestibule.access.keys import Keys
from vestibule.access.limits import Limiter, Reservation, Standing
from vestibule.access.origins import Origins
from vestibule.access.sessions import Sessions
from vestibule.access.users import Users
from vestibule.core.caller import Caller, Credential, Scope
from vestibule.core.errors import Forbidden, Unauthorized, Unavailable
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import AccessSettings, IssuerSettings, Limits


class Access:
    def __init__(
        self,
        authenticator: Authenticator,
        limiter: Limiter,
        sessions: Sessions | None = None,
        origins: Origins | None = None,
    ) -> None:
        self._authenticator = authenticator
        self.limiter = limiter
        self._sessions = sessions
        self._origins = origins

    @classmethod
    def over(
        cls,
        keys: Keys,
        limits: Limiter | int,
        *,
        open_to_loopback: bool = False,
        settings: AccessSettings | None = None,
        issuers: Sequence[IssuerSettings] = (),
        home_hosts: Collection[str] = (),
    ) -> Access:
        """Guard with the keys and sessions of the database and the tokens of `issuers`; `open_to_loopback` is the
        demo's door, see `Authenticator`. `limits` may be how many requests a key may make in a minute, and no more."""
        settings = settings or AccessSettings()
        changes = keys.database.changes
        tokens = _issuers(issuers, keys, home_hosts) if issuers else NoTokens()
        origins = frozenset(origin for issuer in issuers for origin in issuer.origins)
        sessions = Sessions(keys.database)

        def revision() -> tuple[object, int]:
            return changes.stamp("access", ""), changes.told("access", "") + keys.changed + sessions.changed

        authenticator = Authenticator(
            keys,
            sessions,
            tokens,
            open_to_loopback=open_to_loopback,
            offline_s=settings.offline_s,
            guessing=Guessing(settings.failures_per_minute),
            revision=revision,
        )
        limiter = limits if isinstance(limits, Limiter) else Limiter(Limits(requests_per_minute=limits))
        return cls(authenticator, limiter, sessions, Origins(keys, origins, revision))

    async def authenticate(self, credential: Credential) -> Caller:
        """Return who asks. Raise `Unauthorized` without a key of ours, `Forbidden` from where it may not be used,
        `RateLimited` for who guesses, `Unavailable` without the database."""
        return await self._authenticator.authenticate(credential)

    async def confirm(self, credential: Credential) -> None:
        """Ask once more while an answer is being told; cheap for who was just here. Raise `Unauthorized` where the
        right to it was taken away since; while nobody can tell, it goes on."""
        try:
            await self._authenticator.authenticate(credential)
        except Unavailable:
            return

    def admit(self, caller: Caller, scope: Scope) -> None:
        """Count one request. Raise `RateLimited` over a limit of the key or its tenant, `Forbidden` without `scope`."""
        self.limiter.count(caller)
        require(caller, scope)

    async def reserve(self, caller: Caller, scope: Scope) -> Reservation:
        """The same for a request of a model: it has its place among those under way until the reservation is closed,
        and takes from it what each attempt may use."""
        reservation = await self.limiter.admit(caller)
        try:
            require(caller, scope)
        except Forbidden:
            reservation.close()
            raise
        return reservation

    def standing(self, caller: Caller) -> tuple[Standing, Standing]:
        """Of requests and of tokens a minute, as the strictest limit of the caller has it."""
        return self.limiter.standing(caller)

    def allow_model(self, caller: Caller, model: str) -> None:
        """Raise `Forbidden`, with those there are, for a model the key may not name."""
        if not caller.may_name(model):
            raise Forbidden(
                f"This key may not use the model `{model[:80]}`.",
                next_step=f"It may use: {', '.join(f'`{name}`' for name in sorted(caller.models or ()))}.",
                param="model",
            )

    def allow_level(self, caller: Caller, level: PrivacyClass) -> None:
        """Raise `Forbidden` for a request above the class the key may ask with."""
        if level > caller.clearance:
            raise Forbidden(
                f"This request is {level.label}, and its key may ask up to {caller.clearance.label}.",
                next_step="Take out what makes it so (POST /admin/v1/privacy/check shows it), or use another key.",
            )

    async def permits_origin(self, origin: str) -> bool:
        """Whether pages of this web origin may call at all, with some credential."""
        return self._origins is not None and await self._origins.permits(origin)

    async def open_session(self, credential: Credential) -> str:
        """Sign in with a key or a token; return the secret name of a new session. Raise as `authenticate` does."""
        caller = await self.authenticate(credential)
        if self._sessions is None:
            raise Unauthorized("Nobody signs in here.", next_step="Call with an API key.")
        return await self._sessions.open(caller)

    async def close_session(self, name: str) -> None:
        if self._sessions:
            await self._sessions.close(name)

    async def close_sessions(self, caller: Caller) -> None:
        """End every session of who `caller` is, wherever that was opened."""
        if self._sessions:
            await self._sessions.close_all(caller)

    async def form_key(self) -> bytes | None:
        """What all workers sign the console's forms with, None where there are no sessions to share."""
        return await self._sessions.form_key() if self._sessions else None

    @property
    def away_s(self) -> float | None:
        """For how long the database has not answered who somebody is; None while it does."""
        return self._authenticator.away_s


def require(caller: Caller, scope: Scope) -> None:
    """Raise `Forbidden` unless the caller's key carries `scope`."""
    if scope not in caller.scopes:
        raise Forbidden(
            f"This key lacks the scope `{scope}`.",
            next_step=f"Ask an administrator for one: vestibule keys create --tenant {caller.tenant} --scope {scope}.",
        )


def _issuers(settings: Sequence[IssuerSettings], keys: Keys, home_hosts: Collection[str]) -> TokenReader:
    from vestibule.access.oidc import Issuers  # takes a client and a reader of tokens along, which few houses need

    return Issuers(settings, Users(keys.database), home_hosts)
