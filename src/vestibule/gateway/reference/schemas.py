"""The JSON Schemas (draft 2020-12) of all that is sent and answered, from the types that decode and encode it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from vestibule.core.settings import Allowance
from vestibule.erasure import ErasureReport
from vestibule.gateway.agents import AgentTemplateList, WireAgentTemplate
from vestibule.gateway.audit import AuditList, AuditVerification
from vestibule.gateway.batches.wire import BatchBody, BatchList, WireBatch
from vestibule.gateway.configuration import (
    AppliedReply,
    ApplyBody,
    ConfigurationBody,
    RollbackBody,
    Validation,
    VersionList,
    WireConfiguration,
)
from vestibule.gateway.controls import ControlList
from vestibule.gateway.errors import ErrorBody
from vestibule.gateway.experiments import ExperimentList, PromoteBody, Promotion, StopBody
from vestibule.gateway.feedback import FeedbackBody, FeedbackReply
from vestibule.gateway.files.wire import DeletedFile, FileList, WireFile
from vestibule.gateway.health import Health
from vestibule.gateway.limits import LimitList, UsageReport, WireLimits
from vestibule.gateway.models import ModelList, WireModel
from vestibule.gateway.privacy import CheckBody, EraseBody
from vestibule.gateway.reference.fields import described
from vestibule.gateway.responses.reply import DeletedResponse, ItemList
from vestibule.gateway.responses.reply import Response as WireResponse
from vestibule.gateway.responses.request import ResponseBody
from vestibule.gateway.routing import RoutingExplanation
from vestibule.gateway.savings import SavingsReport
from vestibule.gateway.wire.chat_reply import ChatCompletion, ChatCompletionChunk
from vestibule.gateway.wire.chat_request import ChatBody
from vestibule.gateway.wire.embedding import EmbeddingBody, EmbeddingList
from vestibule.gateway.wire.key import KeyBody, KeyList, RotateBody, WireKey
from vestibule.gateway.wire.moderation import ModerationBody, ModerationReply
from vestibule.gateway.wire.tenant import TenantBody, TenantChange, TenantList, UserBody, UserChange, UserList
from vestibule.privacy.check import CheckReport, ConversationReport
from vestibule.routing.experiments import ExperimentReport

Schema = dict[str, Any]

_SENT = (
    *(ChatBody, ResponseBody, EmbeddingBody, ModerationBody, BatchBody),
    *(KeyBody, RotateBody, TenantBody, TenantChange, UserBody, UserChange, Allowance, CheckBody, EraseBody),
    *(ConfigurationBody, ApplyBody, RollbackBody),
    *(StopBody, PromoteBody, FeedbackBody),
)
_ANSWERED = (
    *(ChatCompletion, ChatCompletionChunk, WireResponse, DeletedResponse, ItemList),
    *(EmbeddingList, ModerationReply, ModelList, WireModel, ControlList, Health, ErrorBody),
    *(WireAgentTemplate, AgentTemplateList),
    *(WireFile, FileList, DeletedFile, WireBatch, BatchList),
    *(WireKey, KeyList, TenantList, UserList, LimitList, WireLimits, UsageReport),
    *(WireConfiguration, VersionList, Validation, AppliedReply),
    *(RoutingExplanation, SavingsReport),
    *(CheckReport, ConversationReport, ErasureReport, AuditList, AuditVerification),
    *(ExperimentReport, ExperimentList, Promotion, FeedbackReply),
)
_DEPRECATED = (("ChatBody", "max_tokens", "max_completion_tokens"),)
_REFERENCE = "#/components/schemas/{name}"
_FORMS = {
    "FileForm": {
        "type": "object",
        "required": ["purpose", "file"],
        "properties": {
            "purpose": {"enum": ["batch"]},
            "file": {"type": "string", "contentMediaType": "application/octet-stream"},
            "expires_after[anchor]": {"enum": ["created_at"]},
            "expires_after[seconds]": {"type": "integer", "minimum": 3600, "maximum": 2592000},
        },
    }
}


def schemas() -> dict[str, Schema]:
    """By names that are names everywhere: what is there twice carries the name of its module. Of what is only answered
    every field is required that is always there."""
    types = (*_SENT, *_ANSWERED)
    _, found = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    for struct in set(_structs(_ANSWERED)) - set(_structs(_SENT)):
        name = struct.__name__ if struct.__name__ in found else f"{struct.__module__}.{struct.__qualname__}"
        found[name]["required"] = [
            field.encode_name for field in msgspec.structs.fields(struct) if _is_sure(struct, field)
        ]
    names = {name: _plain(name) for name in found}
    assert len(set(names.values())) == len(names), sorted(names.values())
    both = [{"$ref": _REFERENCE.format(name=name)} for name in ("CheckReport", "ConversationReport")]
    renamed: dict[str, Schema] = {
        names[name]: described(names[name], _renamed(schema, names)) for name, schema in found.items()
    }
    for name, field, instead in _DEPRECATED:
        renamed[name]["properties"][field] |= {"deprecated": True, "description": f"use {instead}"}
    return dict(sorted((renamed | {"PrivacyCheckReply": {"anyOf": both}} | _FORMS).items()))


def _structs(types: Iterable[type]) -> Iterator[type[msgspec.Struct]]:
    """Every struct that these are made of."""
    waiting: list[object] = list(msgspec.inspect.multi_type_info(types))
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, (list, tuple)):
            waiting.extend(one)
        elif isinstance(one, msgspec.inspect.Field):
            waiting.append(one.type)
        elif isinstance(one, msgspec.inspect.Type) and id(one) not in seen:
            seen.add(id(one))
            if isinstance(one, msgspec.inspect.StructType):
                yield one.cls
            waiting.extend(getattr(one, name) for name in one.__struct_fields__)


def _is_sure(struct: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> bool:
    """Whether it is there in each answer: one with a default is not where defaults are left out or it may be unset."""
    return field.default is not UNSET and (field.required or not struct.__struct_config__.omit_defaults)


def _plain(name: str) -> str:
    *_, module, last = ("", *name.split("."))
    return "".join(part.capitalize() for part in module.split("_")) + last.removeprefix("_")


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    if isinstance(schema, list):
        return [_renamed(part, names) for part in schema]
    if not isinstance(schema, dict):
        return _reference(schema, names)
    return {key: _renamed(part, names) for key, part in schema.items()}


def _reference(value: Any, names: dict[str, str]) -> Any:
    beginning = _REFERENCE.format(name="")
    if isinstance(value, str) and value.startswith(beginning):
        return beginning + names[value.removeprefix(beginning)]
    return value
