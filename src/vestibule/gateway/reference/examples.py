"""An example of each type that is sent or answered, by the type's name in the OpenAPI document."""

from __future__ import annotations

from typing import Any

import msgspec

from vestibule.gateway.agents import on_the_wire
from vestibule.gateway.controls import ControlList, described
from vestibule.gateway.wire.moderation import CATEGORIES
from vestibule.generation.agents import agent_templates
from vestibule.monitoring.savings import METHOD

Example = dict[str, Any]

_QUESTION = "Why was the electricity use of the Harbour Office high in the second week of July?"
_ANSWER = "It used 38,240 kWh, 21 % more than expected [1]: the outdoor air damper of AHU-1 was stuck open [2]."
_CREATED = 1_784_541_600
_DAY = "2026-07-20T10:00:00Z"
_REPORT: Example = {
    "id": "chatcmpl-7c1f0a52",
    "privacy": {
        "class": "restricted",
        "reasons": ["one building's own data are restricted"],
        "left": False,
        "pseudonymised": 0,
        "unrestored": 0,
    },
    "route": {
        "model": "qwen3:4b",
        "provider": "ollama",
        "location": "home",
        "reason": "home comes first; preferred for lookup",
        "attempts": [{"model": "qwen3:4b", "outcome": "answered", "prompt_tokens": 812, "completion_tokens": 37}],
        "config_version": 1,
        "task": "lookup",
        "predicted": {
            "first_token_s": 0.84,
            "finish_s": 2.31,
            "basis": "measured",
            "wait_s": 0.0,
            "first_token_p95_s": 1.2,
            "finish_p95_s": 4.05,
        },
        "candidates": 4,
    },
    "citations": [
        {
            "index": 1,
            "document_id": "data/harbour-office",
            "title": "Harbour Office, electricity",
            "locator": "6–12 July 2026",
            "quote": "The Harbour Office used 38,240 kWh.",
        }
    ],
    "quality": {"score": None, "checks": {"numbers": 1.0}},
    "cost": {"amount": 0.000021, "currency": "EUR", "saved": 0.003119, "kwh": 0.000045, "co2e_g": 0.0171},
    "cache": {"status": "miss"},
    "timings_ms": {"classify": 0.3, "retrieve": 14.2, "generate": 812.5, "total": 828.1},
}
_EXPERIMENT: Example = {
    "id": "wording",
    "edition": "5f0c9b1d2a7e4c36",
    "state": "running",
    "metric": "quality",
    "sticky": "session",
    "share": 0.2,
    "confidence": 0.95,
    "enough": 30,
    "arms": [
        {
            "id": "as-it-was",
            "weight": 1.0,
            "requests": 512,
            "units": 148,
            "verdict": "first",
            "metrics": {
                "quality": {
                    "units": 146,
                    "mean": 0.91,
                    "interval": {"low": 0.87, "high": 0.95},
                    "difference": None,
                    "difference_interval": None,
                    "verdict": "first",
                }
            },
            "stopped": "",
        },
        {
            "id": "brief",
            "weight": 1.0,
            "requests": 498,
            "units": 151,
            "verdict": "undecided",
            "metrics": {
                "quality": {
                    "units": 150,
                    "mean": 0.92,
                    "interval": {"low": 0.88, "high": 0.96},
                    "difference": 0.01,
                    "difference_interval": {"low": -0.04, "high": 0.06},
                    "verdict": "undecided",
                }
            },
            "stopped": "",
        },
    ],
    "config_version": 12,
}
_USAGE: Example = {
    "prompt_tokens": 812,
    "completion_tokens": 37,
    "total_tokens": 849,
    "prompt_tokens_details": {"cached_tokens": 0},
}
_COMPLETION: Example = {
    "id": "chatcmpl-7c1f0a52",
    "object": "chat.completion",
    "created": _CREATED,
    "model": "qwen3:4b",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": _ANSWER, "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": _USAGE,
    "vestibule": _REPORT,
}
_RESPONSE: Example = {
    "id": "resp_7c1f0a52",
    "object": "response",
    "created_at": _CREATED,
    "completed_at": _CREATED + 1,
    "model": "qwen3:4b",
    "status": "completed",
    "output": [
        {
            "id": "msg_7c1f0a52",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": _ANSWER, "annotations": [], "logprobs": []}],
        }
    ],
    "usage": {
        "input_tokens": 812,
        "output_tokens": 37,
        "total_tokens": 849,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    },
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "previous_response_id": None,
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "max_tool_calls": None,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "temperature": None,
    "top_p": None,
    "max_output_tokens": None,
    "metadata": {},
    "safety_identifier": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "background": False,
    "truncation": "disabled",
    "service_tier": "default",
    "top_logprobs": 0,
    "vestibule": _REPORT,
}
_MODEL: Example = {"id": "qwen3:4b", "object": "model", "created": 0, "owned_by": "vestibule"}
_FILE: Example = {
    "id": "file-7c1f0a52",
    "object": "file",
    "bytes": 2048,
    "created_at": _CREATED,
    "expires_at": _CREATED + 2_592_000,
    "filename": "questions.jsonl",
    "purpose": "batch",
    "status": "processed",
}
_BATCH: Example = {
    "id": "batch_7c1f0a52",
    "object": "batch",
    "endpoint": "/v1/chat/completions",
    "input_file_id": "file-7c1f0a52",
    "completion_window": "24h",
    "status": "in_progress",
    "created_at": _CREATED,
    "in_progress_at": _CREATED + 2,
    "expires_at": _CREATED + 86_400,
    "request_counts": {"total": 100, "completed": 40, "failed": 0},
    "metadata": {"report": "july"},
}
_TEMPLATE: Example = msgspec.to_builtins(on_the_wire(agent_templates()[0]))
_KEY: Example = {
    "id": "key_7c1f0a52",
    "object": "api_key",
    "prefix": "sk-vst-7c1f",
    "name": "dashboard",
    "tenant": "harbour",
    "scopes": ["inference"],
    "state": "active",
    "created_at": _DAY,
    "revoked_at": None,
    "last_used_at": None,
    "expires_at": "2027-07-20T10:00:00Z",
    "previous_until": None,
    "models": None,
    "class": "restricted",
    "origins": ["https://energy.example.com"],
    "networks": [],
    "user": None,
    "key": None,
}
_TENANT: Example = {"id": "harbour", "name": "Harbour Estates", "created_at": _DAY, "disabled_at": None}
_USER: Example = {
    "id": "user_7c1f0a52",
    "tenant": "harbour",
    "name": "Anna Berg",
    "role": "operator",
    "issuer": "https://login.example.com",
    "subject": "248289761001",
    "created_at": _DAY,
    "disabled_at": None,
}
_HOLDS: Example = {
    "requests_per_minute": 600,
    "tokens_per_minute": None,
    "concurrency": 8,
    "tokens_per_day": None,
    "eur_per_month": 50.0,
}
_LIMITS: Example = {
    "object": "limits",
    "kind": "tenant",
    "id": "harbour",
    "own": {"concurrency": 8, "eur_per_month": 50.0},
    "holds": _HOLDS,
}
_VERSION: Example = {
    "object": "configuration.version",
    "number": 7,
    "base": 6,
    "author": "key_7c1f0a52",
    "reason": "reports may take longer",
    "made_at": _DAY,
    "live_at": _DAY,
    "digest": "5f9c4ab08cac7457e9111a30e4664920607ea2c115a1433d7be98e97e64244ca",
}
_TUNED: Example = {"routes": {"tasks": {"report": {"deadline_s": 120}}}}
_CHANGE: Example = {"path": "routes.tasks.report.deadline_s", "before": 60, "after": 120}
_MISTAKE: Example = {
    "line": 4,
    "path": "routes.tasks.report.prefer[0]",
    "message": "names the model `qwen3:4`, which is not there.",
    "mend": "Did you mean `qwen3:4b`?",
    "severity": "error",
}
_SPAN: Example = {
    "type": "EMAIL",
    "start": 4,
    "end": 28,
    "score": 0.99,
    "recognizer": "email",
    "rule": "pseudonymise",
}


def _list(*data: Example, **besides: object) -> Example:
    return {"object": "list", "data": list(data), **besides}


EXAMPLES: dict[str, Example] = {
    "ChatBody": {
        "model": "auto",
        "messages": [{"role": "user", "content": _QUESTION}],
        "temperature": 0.2,
        "vestibule": {"controls": {"citations": True}, "buildings": ["Harbour Office"]},
    },
    "ChatCompletion": _COMPLETION,
    "ResponseBody": {"model": "auto", "input": _QUESTION, "store": True},
    "Response": _RESPONSE,
    "DeletedResponse": {"id": "resp_7c1f0a52", "object": "response", "deleted": True},
    "ItemList": _list(*_RESPONSE["output"], first_id="msg_7c1f0a52", last_id="msg_7c1f0a52", has_more=False),
    "EmbeddingBody": {"model": "all-MiniLM-L6-v2", "input": ["chilled water plant", "air handling unit"]},
    "EmbeddingList": _list(
        {"object": "embedding", "index": 0, "embedding": [0.0213, -0.0481, 0.0102]},
        model="all-MiniLM-L6-v2",
        usage={"prompt_tokens": 4, "total_tokens": 4},
    ),
    "ModerationBody": {"input": "Ask ada@example.com for the door code."},
    "ModerationReply": {
        "id": "modr-7c1f0a52",
        "model": "vestibule-privacy",
        "results": [
            {
                "flagged": False,
                "categories": dict.fromkeys(CATEGORIES, False),
                "category_scores": dict.fromkeys(CATEGORIES, 0.0),
                "category_applied_input_types": {name: [] for name in CATEGORIES},
                "vestibule": {
                    "class": "confidential",
                    "reasons": ["EMAIL found in the question (pseudonymise)"],
                    "spans": [_SPAN],
                },
            }
        ],
    },
    "ModelList": _list(_MODEL),
    "WireModel": _MODEL,
    "FileForm": {"purpose": "batch", "file": "questions.jsonl"},
    "WireFile": _FILE,
    "FileList": _list(_FILE, has_more=False, first_id=_FILE["id"], last_id=_FILE["id"]),
    "DeletedFile": {"id": _FILE["id"], "object": "file", "deleted": True},
    "BatchBody": {
        "input_file_id": _FILE["id"],
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"report": "july"},
    },
    "WireBatch": _BATCH,
    "BatchList": _list(_BATCH, has_more=False, first_id=_BATCH["id"], last_id=_BATCH["id"]),
    "WireAgentTemplate": _TEMPLATE,
    "AgentTemplateList": _list(_TEMPLATE),
    "ControlList": msgspec.to_builtins(ControlList(described())),
    "Health": {"status": "ok", "components": {"database": {"ok": True, "reason": ""}}},
    "ErrorBody": {
        "error": {
            "message": "There is nothing of that id. Check the id.",
            "type": "not_found_error",
            "param": None,
            "code": "not_found",
        }
    },
    "KeyBody": {"name": "dashboard", "scopes": ["inference"], "origins": ["https://energy.example.com"]},
    "RotateBody": {"overlap_s": 3600},
    "WireKey": _KEY,
    "KeyList": _list(_KEY),
    "FeedbackBody": {"id": "chatcmpl-7c1f0a52", "rating": "up"},
    "FeedbackReply": {"object": "feedback", "id": "chatcmpl-7c1f0a52", "rating": "up"},
    "StopBody": {"arm": "brief", "reason": "answers too short for the night shift"},
    "PromoteBody": {"arm": "brief", "reason": "as good, and a third faster"},
    "Promotion": {"experiment": "wording", "arm": "brief", "config_version": 13},
    "ExperimentReport": _EXPERIMENT,
    "ExperimentList": _list(_EXPERIMENT),
    "TenantBody": {"id": "harbour", "name": "Harbour Estates"},
    "TenantChange": {"disabled": True},
    "Tenant": _TENANT,
    "TenantList": _list(_TENANT),
    "UserBody": {
        "name": "Anna Berg",
        "role": "operator",
        "issuer": "https://login.example.com",
        "subject": "248289761001",
    },
    "UserChange": {"role": "viewer"},
    "User": _USER,
    "UserList": _list(_USER),
    "ConfigurationBody": {"text": "routes:\n  tasks:\n    report: {deadline_s: 120}\n"},
    "ApplyBody": {"document": _TUNED, "reason": "reports may take longer", "if": 6},
    "RollbackBody": {"version": 5, "reason": "the answers came too late"},
    "WireConfiguration": {"object": "configuration", "version": 7, "document": _TUNED, "made": _VERSION},
    "VersionList": _list(_VERSION, live=7),
    "Validation": {"object": "configuration.validation", "valid": False, "mistakes": [_MISTAKE], "changes": []},
    "AppliedReply": {
        "object": "configuration.applied",
        "version": _VERSION,
        "changes": [_CHANGE],
        "warnings": [],
        "merged": False,
    },
    "Allowance": {"concurrency": 8, "eur_per_month": 50.0},
    "WireLimits": _LIMITS,
    "LimitList": _list(_LIMITS),
    "SavingsReport": {
        "object": "savings",
        "hours": 24.0,
        "savings": {
            "answers": 1840,
            "at_home": 1768,
            "cached": 211,
            "priced": 1840,
            "cloud_eur": 5.21,
            "spent_eur": 0.38,
            "home_eur": 0.12,
            "saved_eur": 4.71,
            "share": 0.096,
            "kwh": 0.31,
            "co2e_g": 117.8,
        },
        "method": METHOD,
    },
    "UsageReport": {
        "object": "usage",
        "since": "2026-07-01",
        "data": [
            {
                "tenant": "harbour",
                "key": "key_7c1f0a52",
                "model": "qwen3:4b",
                "location": "home",
                "requests": 412,
                "prompt_tokens": 280_310,
                "completion_tokens": 31_882,
                "cost_eur": 0.0,
            }
        ],
        "accounts": [
            {
                "kind": "tenant",
                "id": "harbour",
                "span": "month",
                "period": "2026-07",
                "limit": 50.0,
                "used": 3.42,
                "leased": 0.5,
            }
        ],
    },
    "CheckBody": {"text": "Ask ada@example.com for the door code."},
    "PrivacyCheckReply": {
        "class": "confidential",
        "reasons": ["EMAIL found in the question (pseudonymise)"],
        "spans": [_SPAN],
        "leaves": "Ask ⟦EMAIL_1⟧ for the door code.",
        "cloud": [{"provider": "mistral", "region": "eu", "allowed": False, "reason": "the policy keeps it"}],
        "policy": "1:781b8a0723f9",
    },
    "EraseBody": {"tenant": "harbour", "person": "Anna Berg"},
    "ErasureReport": {
        "tenant": "harbour",
        "person": "Anna Berg",
        "parts": [{"name": "cached answers", "found": 3, "erased": 0}],
        "audit_id": None,
        "stays": ["the audit trail, which names nobody"],
        "never_kept": ["prompts and answers"],
    },
    "AuditList": _list(
        {
            "id": "host-1:412",
            "at": _DAY,
            "kind": "decision",
            "request_id": "chatcmpl-7c1f0a52",
            "tenant": "harbour",
            "who": "key_7c1f0a52",
            "class": "internal",
            "reasons": [],
            "policy": "1:781b8a0723f9",
            "destination": "https://api.example.com:443",
            "model": "mistral-small",
            "action": "cleared",
            "attempt": 1,
            "pseudonymised": 2,
            "digest": "9f2c41d07ab65e88",
            "lost": 0,
            "configuration": 7,
        }
    ),
    "AuditVerification": {
        "object": "audit.verification",
        "proven": True,
        "records": 18_204,
        "unproven": 12,
        "anchor": 301,
        "anchor_at": _DAY,
        "findings": [],
    },
}

_DELTA = {"role": "assistant", "content": "It used 38,240 kWh"}
_CHUNK: Example = {
    "id": "chatcmpl-7c1f0a52",
    "object": "chat.completion.chunk",
    "created": _CREATED,
    "model": "qwen3:4b",
    "choices": [{"index": 0, "delta": _DELTA, "finish_reason": None, "logprobs": None}],
}
EVENTS = {
    "ChatCompletionChunk": f"data: {msgspec.json.encode(_CHUNK).decode()}\n\ndata: [DONE]\n\n",
    "": 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":4,'
    '"item_id":"msg_7c1f0a52","output_index":0,"content_index":0,"delta":"It used 38,240 kWh","logprobs":[]}\n\n',
}
"""What a stream looks like, by the type of its events; those of responses have many."""
