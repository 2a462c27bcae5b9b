"""Who may see and do what in the console, once: for the navigation, for the pages, and for the server that refuses.

A right is any of some scopes, the same that let a key in at the API. Knows no session.
"""

from __future__ import annotations

import msgspec

from vestibule.access.authenticator import DEMO_CALLER
from vestibule.access.roles import SCOPES_OF_ROLE
from vestibule.core.caller import ROLES, Caller, Scope
from vestibule.core.errors import Forbidden

_PEOPLE = {"viewer": "viewers", "operator": "operators", "auditor": "auditors", "admin": "administrators"}


class Right(msgspec.Struct, frozen=True):
    """Without `scopes` it is everybody's who is signed in. `what` is said to who has it not."""

    what: str
    scopes: frozenset[Scope] = frozenset()

    def lacks(self, caller: Caller) -> str:
        """Why the caller has it not, "" for who has. Whoever the demo lets in may look at everything."""
        if not self.scopes or self.scopes & caller.scopes or caller == DEMO_CALLER:
            return ""
        people = [_PEOPLE[role] for role in ROLES if self.scopes & set(SCOPES_OF_ROLE[role])]
        return f"for {' and '.join(people)}" if len(people) < 3 else f"for {', '.join(people[:-1])} and {people[-1]}"

    def require(self, caller: Caller) -> None:
        """Raise `Forbidden` for who has it not."""
        if why := self.lacks(caller):
            raise Forbidden(
                f"{self.what} is {why}.",
                next_step=f"Ask an administrator for a key with the scope {' or '.join(sorted(self.scopes))}.",
            )


OVERVIEW = Right("The Overview")
PLAYGROUND = Right("The Playground", frozenset({"inference"}))
PRIVACY = Right("The page Privacy", frozenset({"audit", "admin"}))
SYSTEM = Right("The page System", frozenset({"knowledge", "admin"}))
TRY_A_TEXT = Right("Trying a text", frozenset({"admin"}))
