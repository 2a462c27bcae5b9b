"""A chat request as the rest of the product sees it. The wire shape is the gateway's business."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Role = Literal["system", "developer", "user", "assistant", "tool"]
Priority = Literal["interactive", "batch"]
CacheMode = Literal["default", "bypass", "refresh", "only"]
ImageType = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
TaskKind = Literal["coordination", "lookup", "analysis", "optimisation", "forecast", "report", "code"]


class ToolCall(msgspec.Struct, frozen=True):
    """A call the model asks the caller to make. `arguments` is JSON as the model wrote it, not parsed."""

    id: str
    name: str
    arguments: str = ""


class Tool(msgspec.Struct, frozen=True):
    """A function the caller offers; `parameters` is its JSON schema."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}


class ToolChoice(msgspec.Struct, frozen=True):
    """Whether a function may, must or must not be called; `name` where one of them must."""

    mode: Literal["auto", "none", "required"] = "auto"
    name: str | None = None


class ResponseFormat(msgspec.Struct, frozen=True):
    """`schema` is there for `json_schema` only; `strict` asks the provider itself to keep to it."""

    kind: Literal["text", "json_object", "json_schema"] = "text"
    name: str = ""
    schema: dict[str, Any] | None = None
    strict: bool = False


class Image(msgspec.Struct, frozen=True):
    """A file as the caller sent it; `name` is its name there, where it came with one."""

    media_type: ImageType
    data: bytes
    name: str = ""
    detail: Literal["auto", "low", "high"] = "auto"


class ImageLink(msgspec.Struct, frozen=True):
    """An image that is elsewhere: the one that is to be the turn's image number `at`. `place` is where in the request
    its address stands."""

    url: str
    place: str
    at: int = 0
    detail: Literal["auto", "low", "high"] = "auto"


class Message(msgspec.Struct, frozen=True):
    """`tool_calls` belong to an assistant's turn; `tool_call_id` says which of them a tool's turn answers. `images`
    come with a user's turn, behind its text; those that are `links` have yet to be fetched."""

    role: Role
    content: str = ""
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    images: tuple[Image, ...] = ()
    links: tuple[ImageLink, ...] = ()

    @property
    def size(self) -> int:
        """Characters of text and bytes of images."""
        return len(self.content) + sum(len(image.data) for image in self.images)


class Controls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Linguistic potentiometers in [0, 1] and switches; None means the default of the tenant."""

    citations: bool | None = None


class PrivacyOptions(msgspec.Struct, frozen=True, rename={"level": "class"}, forbid_unknown_fields=True):
    """`consent` to the cloud for this request; False keeps it at home whatever the policy says."""

    level: Literal["public", "internal", "confidential", "restricted"] | None = None
    consent: bool | None = None


class RouteOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`adapters`: LoRA adapters of the model by their names, and how much of each there is to be; 1 is as trained.
    `task` is the kind of work it is, where it need not be recognised."""

    deadline_s: float | None = None
    adapters: dict[str, Annotated[float, msgspec.Meta(ge=-4, le=4)]] = {}
    task: TaskKind | None = None


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `vestibule` object of a request. `grammar` (GBNF) is what the answer is held to as it is written. `session`
    is any name for what belongs together: its requests are answered where the ones before were read."""

    controls: Controls = Controls()
    knowledge: bool = True
    buildings: list[str] | None = None
    privacy: PrivacyOptions = PrivacyOptions()
    cache: CacheMode = "default"
    route: RouteOptions = RouteOptions()
    grammar: str | None = None
    session: Annotated[str, msgspec.Meta(min_length=1, max_length=256)] | None = None


class Sampling(msgspec.Struct, frozen=True):
    """`logprobs` asks how probable each token was, and for so many that might have stood in its place."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    logprobs: int | None = None


class ChatRequest(msgspec.Struct, frozen=True):
    """`choices` is how many answers are wanted; without `parallel_calls` one function may be called at once. An
    answer rests on `most_passages` of the documents, where it is said how many. Nobody waits for a `batch`; callers
    cannot say so themselves. Requests of the same `session` belong together, "" where nothing is said; `user` is who
    the caller says asks. An experiment gives `arms`, and the model that is `preferred` where `auto` was asked."""

    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = False
    sampling: Sampling = Sampling()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    response_format: ResponseFormat = ResponseFormat()
    options: Options = Options()
    metadata: dict[str, Any] = {}
    choices: int = 1
    parallel_calls: bool = True
    most_passages: int | None = None
    priority: Priority = "interactive"
    session: str = ""
    user: str = ""
    preferred: str | None = None
    arms: tuple[str, ...] = ()

    @property
    def has_links(self) -> bool:
        return any(message.links for message in self.messages)

    @property
    def question(self) -> str:
        """The last user turn."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")
