"""What may leave the house and for how long what is kept: the governance policy, as a value, its file and its linter.

Knows no text, no span finder and no socket: it is told types, classes and destinations and answers.
"""

from vestibule.privacy.policy.bounds import Finding
from vestibule.privacy.policy.document import PolicyError
from vestibule.privacy.policy.lint import lint
from vestibule.privacy.policy.policy import Departure, Policy, Verdict
from vestibule.privacy.policy.store import PolicyStore

__all__ = ["Departure", "Finding", "Policy", "PolicyError", "PolicyStore", "Verdict", "lint"]
