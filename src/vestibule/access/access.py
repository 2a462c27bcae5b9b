"""The two questions every request is asked at the door: who are you, and may you now?"""

from __future__ import annotations

from vestibule.access.authenticator import Authenticator
from vestibule.access.keys import Keys
from vestibule.access.limits import RequestRate
from vestibule.core.caller import Caller, Credential, Scope
from vestibule.core.errors import Forbidden


class Access:
    def __init__(self, authenticator: Authenticator, rate: RequestRate) -> None:
        self._authenticator = authenticator
        self._rate = rate

    @classmethod
    def over(cls, keys: Keys, requests_per_minute: int, *, open_to_loopback: bool = False) -> Access:
        """Guard with the keys of the database; `open_to_loopback` is the demo's door, see `Authenticator`."""
        return cls(Authenticator(keys, open_to_loopback=open_to_loopback), RequestRate(requests_per_minute))

    async def authenticate(self, credential: Credential) -> Caller:
        """Return who asks. Raise `Unauthorized` without a key of ours, `Unavailable` without the database."""
        return await self._authenticator.authenticate(credential)

    def admit(self, caller: Caller, scope: Scope) -> None:
        """Count one request. Raise `RateLimited` over the limit of the key, `Forbidden` without `scope`."""
        self._rate.take(caller.key_id)
        require(caller, scope)


def require(caller: Caller, scope: Scope) -> None:
    """Raise `Forbidden` unless the caller's key carries `scope`."""
    if scope not in caller.scopes:
        raise Forbidden(
            f"This key lacks the scope `{scope}`.",
            next_step=f"Ask an administrator for one: vestibule keys create --tenant {caller.tenant} --scope {scope}.",
        )
