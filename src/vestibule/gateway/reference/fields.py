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
        "session": "A name of yours for what belongs together; left out, `prompt_cache_key` or `user` is taken for it.",
    },
    "Controls": {"citations": "Whether statements are followed by numbers that lead to their sources."},
    "PrivacyOptions": {
        "class": "Raises the class of the request; it is never lowered.",
        "consent": "false keeps this request at home, whatever the policy allows.",
    },
    "RouteOptions": {
        "deadline_s": "Seconds within which the whole answer is wanted.",
        "adapters": "How much of each LoRA adapter of the model, by its name; 1 is as trained.",
        "task": "The kind of work it is; left out, it is recognised.",
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
        "task": "The kind of work it was taken for; null for a question of no special kind, or a model that was named.",
        "predicted": "What was expected of this model when it was asked.",
        "candidates": "How many models were weighed, with those that were left out.",
        "experiments": "The experiments that it took part in, and the arm that it had; left out where there is none.",
    },
    "Predicted": {
        "first_token_s": "Seconds from asking the model to its first word.",
        "finish_s": "Seconds from asking it to the end of its answer.",
        "basis": "`measured` from its own answers, `stated` for models of its kind, or `unknown`.",
        "wait_s": "Seconds of these that it waits for its turn.",
        "first_token_p95_s": "Nineteen of twenty first words come within so many seconds; null where few were seen.",
        "finish_p95_s": "Nineteen of twenty answers end within so many seconds; null where few were seen.",
    },
    "RoutingExplanation": {
        "chosen": "The model that would be asked first; null where none may answer.",
        "candidates": "In the order they would be asked, then those that would not.",
        "config_version": "The version of the configuration in force.",
        "task": "The kind of work it is taken for.",
        "difficulty": "From 0 to 1; null where nothing is weighed, as a model is named.",
        "class": "`public`, `internal`, `confidential` or `restricted`, without what a search would find.",
    },
    "WireCandidate": {
        "model": "The model.",
        "provider": "Who runs it.",
        "location": "Decided by its address.",
        "score": "The sum of its parts; null where it was not weighed.",
        "parts": "What speaks for it, above 0, and against it.",
        "rejected": "Whether it is not asked at all.",
        "reason": "Why it is asked in its place, or is not.",
        "predicted": "What is expected of its answer; null where it was not weighed.",
    },
    "WirePrediction": {
        "first_token_s": "Seconds from asking it to its first word.",
        "finish_s": "Seconds from asking it to the end of its answer.",
        "cost_eur": "null where it is not known.",
        "quality": "The probability that its answer is good enough.",
        "basis": "Of the seconds: `measured` from its own answers, `stated` for models of its kind, or `unknown`.",
    },
    "SavingsReport": {
        "hours": "How far it looks back.",
        "savings": "Sums of the answers of that time.",
        "method": "How they are reckoned.",
        "object": "Always `savings`.",
    },
    "Savings": {
        "answers": "Requests that were answered.",
        "at_home": "Of these, by a model at home.",
        "cached": "Of these, from the cache.",
        "priced": "Of these, those whose cost in the cloud is known: the amounts, in EUR, are of them alone.",
        "cloud_eur": "What they would have cost outside; null where no price is known.",
        "spent_eur": "What they did cost outside.",
        "home_eur": "What energy and machine cost at home.",
        "saved_eur": "The first less the other two.",
        "share": "What was paid of what the cloud would have taken.",
        "kwh": "Energy drawn at home by all answers.",
        "co2e_g": "Grams of CO2e of that energy.",
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
        "amount": "What left the house for it, and energy and machine at home.",
        "currency": "ISO 4217.",
        "saved": "Against asking the cheapest model outside that could have answered; null where no price is known.",
        "kwh": "Energy drawn at home; null where no model there was asked.",
        "co2e_g": "Grams of CO2e of that energy.",
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
