"""The catalogue and the plan: who may answer, in which order, and why not the others."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.routing.deciding import always, decide, never, router
from vestibule.core.chat import ChatRequest, Image, Message, ResponseFormat, Tool, ToolChoice
from vestibule.core.clearance import Sealer
from vestibule.core.errors import NoCandidate, NotFound
from vestibule.providers.base import Provider
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.catalogue import SEEING_MODEL, Catalogue, FormatPromise, Model, locate
from vestibule.routing.plan import Plan, Verdict

SCHEMA = {"type": "object", "properties": {"kwh": {"type": "number"}}}


def provider(url: str) -> Provider:
    return OpenAIProvider("p", url, CloudTransport(Sealer()))


def model(name: str, url: str, automatic: bool = True) -> Model:
    made = provider(url)
    return Model(name, name, made, locate(made, ()), automatic)


def plan(catalogue: Catalogue, request: ChatRequest, may_leave: Callable[[Model], Verdict]) -> Plan:
    return decide(router(catalogue), request, may_leave)


HOME = model("home", "http://127.0.0.1:9000")
CLOUD = model("gpt-4o", "https://api.example.com/v1")
TINY = model("tiny", "http://127.0.0.1:9001", automatic=False)
CATALOGUE = Catalogue([CLOUD, HOME, TINY])


FORCED = ToolChoice("required")


def asked(name: str, **more: Any) -> ChatRequest:
    return ChatRequest(name, (Message("user", "How much?"),), **more)


@pytest.mark.parametrize(
    ("wanted", "lacking"),
    [
        ({"tools": (Tool("f"),), "tool_choice": ToolChoice("required")}, "has no tools"),
        ({"response_format": ResponseFormat("json_object")}, "has no json"),
        ({"response_format": ResponseFormat("json_schema", "answer", SCHEMA)}, "has no json"),
        (
            {"response_format": ResponseFormat("json_object"), "tools": (Tool("f"),), "tool_choice": FORCED},
            "has no json and has no tools",
        ),
    ],
)
def test_who_cannot_do_what_is_needed_is_left_out_and_it_is_said(wanted: dict[str, Any], lacking: str) -> None:
    plain = msgspec.structs.replace(HOME, id="plain", can=frozenset())
    made = plan(Catalogue([plain, HOME]), asked("auto", **wanted), never)
    assert [c.model.id for c in made.eligible] == ["home"]
    with pytest.raises(NoCandidate, match=f"plain: {lacking}"):
        plan(Catalogue([plain, HOME]), asked("plain", **wanted), never)


def test_functions_that_may_be_called_need_not_be() -> None:
    plain = msgspec.structs.replace(HOME, id="plain", can=frozenset())
    made = plan(Catalogue([plain]), asked("auto", tools=(Tool("f"),)), never)
    assert [c.model.id for c in made.eligible] == ["plain"]


def test_an_image_wants_a_model_that_takes_images() -> None:
    shown = (Message("user", "What is it?", images=(Image("image/png", b""),)), Message("user", "And its colour?"))
    seeing = msgspec.structs.replace(HOME, id="seeing", can=SEEING_MODEL)
    made = plan(Catalogue([HOME, seeing]), ChatRequest("auto", shown), never)
    assert [c.model.id for c in made.eligible] == ["seeing"]
    with pytest.raises(NoCandidate, match="home: takes no images"):
        plan(Catalogue([HOME]), ChatRequest("home", shown), never)


@pytest.mark.parametrize(("promises", "kept"), [("never", []), ("strict", [True]), ("always", [False, True])])
def test_which_formats_a_model_keeps_to(promises: FormatPromise, kept: list[bool]) -> None:
    made = msgspec.structs.replace(HOME, promises=promises)
    formats = [ResponseFormat("json_schema", "answer", SCHEMA, strict=strict) for strict in (False, True)]
    assert [wanted.strict for wanted in formats if made.keeps(wanted)] == kept


def test_auto_stays_home_and_says_why_not_the_others() -> None:
    made = plan(CATALOGUE, asked("auto"), never)
    assert [c.model.id for c in made.eligible] == ["home"]
    assert {c.model.id: c.reason for c in made.candidates if c.rejected} == {"gpt-4o": "no cloud rule allows public"}


def test_what_the_policy_lets_leave_stands_behind_what_is_at_home() -> None:
    made = plan(CATALOGUE, asked("auto"), always)
    assert [c.model.id for c in made.eligible] == ["home", "gpt-4o"]
    assert made.eligible[1].reason == "home could not answer, and cloud rule 1 allows public"


def test_a_named_model_is_the_only_candidate() -> None:
    assert [c.model.id for c in plan(CATALOGUE, asked("tiny"), never).eligible] == ["tiny"]
    assert [c.model.id for c in plan(CATALOGUE, asked("gpt-4o"), never).eligible] == ["gpt-4o"]


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean `gpt-4o`"):
        plan(CATALOGUE, asked("gpt4o"), never)
    with pytest.raises(NotFound, match="Known: auto, gpt-4o, home, tiny"):
        plan(CATALOGUE, asked("zzz"), never)


def test_nobody_left_is_said_with_reasons() -> None:
    with pytest.raises(NoCandidate, match="gpt-4o: no cloud rule allows public"):
        plan(Catalogue([CLOUD]), asked("auto"), never)
    with pytest.raises(NoCandidate, match="no model is configured"):
        plan(Catalogue([]), asked("auto"), never)


def test_home_hosts_decide_where_a_server_is() -> None:
    assert locate(provider("http://gpu.example.net:8000"), ()) == "cloud"
    assert locate(provider("http://gpu.example.net:8000"), ("gpu.example.net",)) == "home"


def test_names_and_order() -> None:
    assert CATALOGUE.names() == ["auto", "gpt-4o", "home", "tiny"]
    assert [m.id for m in CATALOGUE] == ["gpt-4o", "home", "tiny"]
