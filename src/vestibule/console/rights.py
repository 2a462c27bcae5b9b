"""Who may see and do what in the console, once: for the navigation, for the pages, and for the server that refuses.

A right is any of some scopes, the same that let a key in at the API; what is of the whole house is for its own tenant's
people. Knows no session.
"""

from __future__ import annotations

import msgspec

from vestibule.access.authenticator import DEMO_CALLER
from vestibule.access.keys import ADMIN_TENANT
from vestibule.access.roles import SCOPES_OF_ROLE
from vestibule.core.caller import ROLES, Caller, Scope
from vestibule.core.errors import Forbidden

_PEOPLE = {"viewer": "viewers", "operator": "operators", "auditor": "auditors", "admin": "administrators"}


class Right(msgspec.Struct, frozen=True):
    """Without `scopes` it is everybody's who is signed in. `what` is said to who has it not. What is `of_house` is not
    for the people of a single tenant; what `changes` something is not for whoever the demo lets in."""

    what: str
    scopes: frozenset[Scope] = frozenset()
    of_house: bool = False
    changes: bool = False

    def lacks(self, caller: Caller) -> str:
        """Why the caller has it not, "" for who has. Whoever the demo lets in may look at everything."""
        if caller == DEMO_CALLER and not self.changes:
            return ""
        if (not self.scopes or self.scopes & caller.scopes) and (not self.of_house or caller.tenant == ADMIN_TENANT):
            return ""
        people = [_PEOPLE[role] for role in ROLES if self.scopes & set(SCOPES_OF_ROLE[role])]
        told = " and ".join(people) if len(people) < 3 else f"{', '.join(people[:-1])} and {people[-1]}"
        return f"for {told} of the whole house" if self.of_house else f"for {told}"

    def require(self, caller: Caller) -> None:
        """Raise `Forbidden` for who has it not."""
        if why := self.lacks(caller):
            raise Forbidden(
                f"{self.what} is {why}.",
                next_step=f"Ask an administrator for a key with the scope {' or '.join(sorted(self.scopes))}"
                + (f" of the tenant `{ADMIN_TENANT}`." if self.of_house else "."),
            )


OVERVIEW = Right("The Overview")
PLAYGROUND = Right("The Playground", frozenset({"inference"}))
PRIVACY = Right("The page Privacy", frozenset({"audit", "admin"}))
SYSTEM = Right("The page System", frozenset({"knowledge", "admin"}))
TRY_A_TEXT = Right("Trying a text", frozenset({"admin"}))
ROUTING = Right("The page Routing", frozenset({"knowledge", "audit", "admin"}))
TRY_A_QUESTION = Right("Trying a question", frozenset({"admin"}))
VERSIONS = Right("What holds for the whole house", frozenset({"knowledge", "audit", "admin"}), of_house=True)
CHANGE_VERSIONS = Right("Changing the configuration", frozenset({"admin"}), of_house=True, changes=True)
