"""What each field of our own means, where its name and type do not say it: the `vestibule` of requests and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIELDS: Mapping[str, Mapping[str, str]] = {
    "Options": {
        "controls": "What the answer is to be like; `GET /v1/controls` lists what can be said.",
        "knowledge": "Whether documents of the house are searched for the answer.",
        "buildings": "Names of the buildings that are meant; left out, those the question names.",
        "privacy": "How private the request is at least, and whether it may leave.",
        "cache": "`bypass` neither reads nor writes the cache, `refresh` writes, `only` asks no model.",
        "route": "How long it may take, and what the model is to be loaded with.",
        "grammar": "A grammar (GBNF) that the answer keeps to, of a model that this house runs from a GGUF file.",
    },
    "Controls": {"citations": "Whether statements are followed by numbers that lead to their sources."},
    "PrivacyOptions": {
        "class": "Raises the class of the request; it is never lowered.",
        "consent": "false keeps this request at home, whatever the policy allows.",
    },
    "RouteOptions": {
        "deadline_s": "Seconds within which the whole answer is wanted.",
        "adapters": "How much of each LoRA adapter of the model, by its name; 1 is as trained.",
    },
    "Report": {
        "id": "The id of the answer, for feedback and for the audit trail.",
        "privacy": "How private question and sources were together, and what left.",
        "route": "Who answered, where, and why.",
        "citations": "What `[1]`, `[2]` … in the text stand for.",
        "quality": "What was checked.",
        "cost": "What it cost, and what was saved by not asking outside.",
        "cache": "Whether it was answered before.",
        "timings_ms": "Milliseconds of each step, in their order, and of the `total`.",
        "logprobs": "Where they were asked for: `withheld` where the answer is not the model's own words to the end.",
    },
    "PrivacyReport": {
        "class": "`public`, `internal`, `confidential` or `restricted`.",
        "reasons": "Types of what was found and rules that held; never the text itself.",
        "left": "Whether anything left the house.",
        "pseudonymised": "How many names and numbers left as placeholders.",
        "unrestored": "Placeholders of the answer that stand for nothing that was sent.",
    },
    "RouteReport": {
        "model": "The model that answered.",
        "provider": "Who runs it.",
        "location": "Decided by the address that was connected to.",
        "reason": "Why this one.",
        "attempts": "Each try, the last of them the one that answered.",
        "config_version": "The version of the configuration that the request began with.",
    },
    "Attempt": {
        "model": "The model that was asked.",
        "outcome": "`answered`, a fault, or the code of an error.",
        "prompt_tokens": "As the provider reported it; left out where it did not.",
        "completion_tokens": "As the provider reported it; left out where it did not.",
    },
    "Citation": {
        "index": "The number in the text.",
        "document_id": "The document; of computed results it begins with `data/`.",
        "title": "The name of the document or of the measurement.",
        "locator": "Where in it: a section, a page, a period.",
        "quote": "The exact words that the statement rests on.",
    },
    "QualityReport": {
        "score": "null where it was not measured.",
        "checks": "The share of sentences that passed, by the check; null where there was nothing to check.",
    },
    "CostReport": {
        "amount": "0 for models at home.",
        "currency": "ISO 4217.",
        "saved": "null where it is not known.",
    },
    "CacheReport": {
        "status": "`bypass` where it was not looked at.",
        "level": "`shared` where the same question was just being answered.",
        "age_s": "Seconds since it was answered first.",
    },
}


def described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of that name with what its fields mean."""
    if name not in FIELDS:
        return schema
    said = {field: {"description": meaning} for field, meaning in FIELDS[name].items()}
    properties = {field: {**of, **said.get(field, {})} for field, of in schema["properties"].items()}
    return {**schema, "properties": properties}
