"""Versions of the configuration that an operator puts in force while people ask: each tries to let more out, or less.

Whatever one says, what may leave is the policy's and the gate's to decide. Knows no conversation.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, get_args

import yaml

from tests.egress.planting import BLOCKED, plant
from vestibule.core.chat import TaskKind

Document = dict[str, Any]

_RNG = random.Random("egress/prompts")
PROMPT_PLANTS = tuple(plant(_RNG, type) for type in ("EMAIL", "PHONE", _RNG.choice(BLOCKED)))
"""What an operator was careless enough to write into prompts."""
_EMAIL, _PHONE, _BLOCKED = (f"You help building operators. {planted.text}" for planted in PROMPT_PLANTS)
PROMPTED = frozenset({"named", "secret"})
"""Arms that put one of those before the conversation."""
_FALLBACKS = {"house-model": ["eu-model"], "house-large": ["us-model", "eu-model"], "eu-model": ["us-model"]}
_OUT: Document = {"cloud_share": 1.0, "window": 20}


def versions(policies: Mapping[str, str]) -> dict[str, Document]:
    """By name. What one says of prices and budgets is no matter here."""
    kinds = get_args(TaskKind)
    hardly = {"quality": 1.0, "prefer": ["eu-model", "us-model"], "exempt": True}
    return {
        "shipped": {},
        "outside first": {"routes": _OUT | {"tasks": dict.fromkeys(kinds, hardly), "weights": {"privacy": 0}}},
        "fallbacks": {"routes": _OUT | {"fallbacks": _FALLBACKS}},
        "experiments": {
            "routes": _OUT | {"fallbacks": _FALLBACKS},
            "prompts": {"with a name": _EMAIL, "with a secret": _BLOCKED},
            "experiments": [
                {
                    "id": "places",
                    "arms": [{"id": "any"}, {"id": "eu", "model": "eu-model"}, {"id": "us", "model": "us-model"}],
                },
                {
                    "id": "wordings",
                    "sticky": "user",
                    "arms": [
                        {"id": "none", "weight": 4},
                        {"id": "named", "prompt": "with a name", "sampling": {"temperature": 0.3}},
                        {"id": "secret", "prompt": "with a secret", "weight": 0.5},
                    ],
                },
            ],
        },
        "named models exchanged": {
            "routes": _OUT,
            "experiments": [
                {
                    "id": "at-home",
                    "tenants": ["facilities", "legal"],
                    "arms": [{"id": "small", "model": "house-model"}, {"id": "large", "model": "house-large"}],
                },
                {
                    "id": "outside",
                    "tenants": ["campus"],
                    "arms": [{"id": "eu", "model": "eu-model"}, {"id": "us", "model": "us-model"}],
                },
            ],
        },
        "arms over routes": {
            "routes": _OUT | {"weights": {"privacy": 0}},
            "experiments": [
                {
                    "id": "routes",
                    "arms": [
                        {"id": "any"},
                        {"id": "outward", "prefer": ["us-model"], "weights": {"latency": 0, "cost": 0, "privacy": 0}},
                    ],
                }
            ],
        },
        "standing prompt": {"routes": _OUT | {"fallbacks": _FALLBACKS}, "prompts": {"system": _PHONE}},
        "stays at home": {"routes": {"cloud_share": 0, "tasks": {kind: {"cloud": False} for kind in kinds}}},
        "policy without us": {"routes": _OUT, "policy": yaml.safe_load(f"version: 20\n{policies['no us']}")},
    }
