"""Who does not speak the language of a question is left out, unless nobody else may be asked; and it is said."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.routing.deciding import HARD, always, decide, never, order, router
from tests.routing.test_plan import model
from vestibule.core.chat import ChatRequest, Message
from vestibule.core.configuration import Document, Routes
from vestibule.routing.catalogue import Model
from vestibule.routing.plan import Plan

VIETNAMESE = "Tòa nhà nào dùng nhiều điện nhất trong tháng trước?"
ENGLISH = "What was the peak of the load in July?"


def speaking(name: str, url: str, *languages: str) -> Model:
    return replace(model(name, url), languages=frozenset(languages) or None)


SMALL = speaking("small", "http://127.0.0.1:9001", "en", "de")
LARGE = speaking("large", "http://127.0.0.1:9002", "en", "vi")
ANY = speaking("any", "http://127.0.0.1:9003")
CLOUD = speaking("gpt", "https://api.example.com/v1", "en", "de", "vi")
FAR = speaking("far", "https://far.example.com/v1", "en")
QUOTING = replace(speaking("quoting", "http://127.0.0.1:9004"), can=frozenset())


def asked(text: str, name: str = "auto") -> ChatRequest:
    return ChatRequest(name, (Message("user", text),))


def reasons(made: Plan) -> dict[str, str]:
    return {c.model.id: c.reason for c in made.candidates if c.rejected}


def test_who_does_not_speak_it_is_left_out_at_home_and_outside() -> None:
    made = decide(router((SMALL, LARGE, CLOUD, FAR)), asked(VIETNAMESE))
    assert order(made) == ["large", "gpt"]
    assert reasons(made) == {"small": "does not speak Vietnamese", "far": "does not speak Vietnamese"}
    assert order(decide(router((SMALL, LARGE, CLOUD, FAR)), asked(ENGLISH))) == ["small", "large", "gpt", "far"]


def test_of_whom_it_is_not_known_it_is_not_held_against() -> None:
    made = decide(router((SMALL, ANY)), asked(VIETNAMESE), never)
    assert (order(made), list(reasons(made))) == (["any"], ["small"])


def test_a_language_that_is_not_told_leaves_nobody_out() -> None:
    for text in ("4711", "SELECT sum(kwh) FROM readings", "Nguyễn Thị Hạnh", ""):
        assert order(decide(router((SMALL, LARGE)), asked(text), never)) == ["small", "large"]


def test_where_nobody_speaks_it_all_may_be_asked_and_it_is_said() -> None:
    made = decide(router((SMALL, FAR)), asked(VIETNAMESE))
    assert order(made) == ["small", "far"]
    note = ", though it does not speak Vietnamese, and nobody does who may be asked"
    assert made.eligible[0].reason == f"home comes first{note}"
    assert made.eligible[1].reason.endswith(f"cloud rule 1 allows public{note}")


def test_who_may_not_be_asked_does_not_count() -> None:
    """A model outside that speaks it, but nothing may leave; one at home that rests."""
    made = decide(router((SMALL, CLOUD)), asked(VIETNAMESE), never)
    assert (order(made), reasons(made)) == (["small"], {"gpt": "no cloud rule allows public"})
    assert made.eligible[0].reason.endswith("and nobody does who may be asked")
    used_up = Document(routes=Routes(cloud_share=0.0))
    assert order(decide(router((SMALL, CLOUD)), asked(VIETNAMESE), always, document=used_up)) == ["small"]
    resting = router((SMALL, LARGE), resting=lambda m: "resting" if m is LARGE else "")
    assert order(decide(resting, asked(VIETNAMESE), never)) == ["small"]


def test_who_can_only_quote_replaces_nobody() -> None:
    made = decide(router((SMALL, QUOTING)), asked(VIETNAMESE), never)
    assert order(made) == ["small", "quoting"]
    assert order(decide(router((SMALL, LARGE, QUOTING)), asked(VIETNAMESE), never)) == ["large", "quoting"]


def test_a_named_model_is_asked_and_it_is_said() -> None:
    (named,) = decide(router((SMALL, LARGE)), asked(VIETNAMESE, "small")).eligible
    assert named.model.id == "small"
    assert named.reason.startswith("named by the caller, though it does not speak Vietnamese")
    (named,) = decide(router((SMALL, LARGE)), asked(VIETNAMESE, "large")).eligible
    assert named.reason == "named by the caller"


def test_who_follows_a_model_has_to_speak_it_too() -> None:
    followed = Document(routes=Routes(fallbacks={"small": ("any", "far", "large")}))
    made = decide(router((SMALL, LARGE, ANY, FAR)), asked(VIETNAMESE, "small"), document=followed)
    assert (order(made), reasons(made)) == (["small", "any", "large"], {"far": "does not speak Vietnamese"})
    assert made.eligible[0].reason == "named by the caller, though it does not speak Vietnamese"
    extra = replace(SMALL, id="extra", automatic=False)
    document = Document(routes=Routes(fallbacks={"large": ("extra",)}))
    made = decide(router((LARGE, extra)), asked(VIETNAMESE), document=document)
    assert (order(made), reasons(made)) == (["large"], {"extra": "does not speak Vietnamese"})
    alone = decide(
        router((FAR, extra)), asked(VIETNAMESE), document=Document(routes=Routes(fallbacks={"far": ("extra",)}))
    )
    assert (order(alone), reasons(alone)) == (["far", "extra"], {})


@pytest.mark.parametrize("text", [VIETNAMESE, ENGLISH])
def test_what_is_too_hard_at_home_goes_to_who_speaks_it(text: str) -> None:
    steered = router((SMALL, LARGE, FAR, CLOUD), difficulty=HARD, capable={"gpt": 0.9, "far": 0.95})
    assert order(decide(steered, asked(text)))[0] == ("gpt" if text is VIETNAMESE else "far")
