"""The egress property, bounded to a minute or two: `make soak-egress` runs it in full."""

from __future__ import annotations

import base64
import json
import random

import pytest

from tests.egress.conversations import converse
from tests.egress.outcome import failures, report
from tests.egress.pictures import PLACE, WAYS, images, said, with_place
from tests.egress.planting import BLOCKED, in_json, plant
from tests.egress.property import examine
from tests.egress.restoring import expected
from tests.egress.searching import Searched, strings
from tests.egress.servers.speech import Asked, Reply, Speech
from tests.egress.sorts import SORTS
from tests.privacy.images.files import MAKERS, file

SEED = 4


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_planted_byte_leaves() -> None:
    result = examine(SEED, 150)
    assert failures(result) == [], report(result)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_leaks_are_found_when_the_gate_is_patched_open() -> None:
    result = examine(SEED, 80, open_gate=True)
    leaked = {line.partition(" ")[0] for line in result.leaks}
    assert len(leaked & set(BLOCKED)) >= 3, report(result)
    assert failures(result)


@pytest.mark.parametrize("type", SORTS)
def test_a_planted_value_is_found_in_a_body_however_it_was_disguised(type: str) -> None:
    rng = random.Random(f"found/{type}")
    for planted in [*(plant(rng, type) for _ in range(25)), *(in_json(rng, type) for _ in range(5))]:
        body = {"messages": [{"role": "user", "content": planted.text}]}
        for ascii_only in (True, False):
            sent = json.dumps(body, ensure_ascii=ascii_only).encode()
            assert Searched([sent], ()).find(planted.traces), planted
    assert Searched([b'{"messages": [{"content": "What is a typical COP?"}]}'], ()).find(planted.traces) is None


@pytest.mark.parametrize("way", [*WAYS, PLACE])
def test_what_an_image_says_is_found_however_it_says_it(way: str) -> None:
    """In the file as it was sent; in one that only shows, nothing is."""
    rng = random.Random(f"image/{way}")
    for planted in (plant(rng, type) for type in SORTS):
        data = with_place(planted.text) if way == PLACE else MAKERS[way](planted.text)
        url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        sent = json.dumps({"messages": [{"content": [{"type": "image_url", "image_url": {"url": url}}]}]}).encode()
        assert Searched([sent], ()).find(planted.traces), planted
        assert Searched([sent.replace(url.encode(), b"")], ()).find(planted.traces) is None
        assert images(strings(sent)) == [data]


def test_images_are_among_the_conversations() -> None:
    drawn = [converse(SEED, number) for number in range(200)]
    shown = [one for one in drawn if any(place.startswith("image") for place in one.places)]
    assert 15 <= len(shown) <= 45
    for one in shown:
        assert '"image_url"' in json.dumps(one.body)
        assert not one.is_plain


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_file_that_only_shows_says_nothing(format: str) -> None:
    assert said(file(format)) == []


def test_a_conversation_is_a_function_of_seed_and_number() -> None:
    assert [converse(SEED, n).body for n in range(50)] == [converse(SEED, n).body for n in range(50)]
    assert converse(SEED, 1).body != converse(SEED + 1, 1).body


def test_what_an_answer_must_be_is_read_off_what_arrived() -> None:
    conversation = converse(SEED, 0)
    conversation.body["messages"] = [{"role": "user", "content": "Ask Maria Lund or Jo Berg about Maria Lund's pump."}]
    speech = Speech(meant={"[person_2]": "⟦PERSON_2⟧"})
    arrived = "Ask ⟦PERSON_1⟧ or ⟦PERSON_2⟧ about ⟦PERSON_1⟧'s pump."
    speech.answers.append((Asked(arrived), Reply("I asked [person_2] and ⟦PERSON_1⟧ of ⟦PERSON_3⟧.")))
    speech.answers.append((Asked("Ask ⟦PERSON_1⟧ about something else."), Reply("No.")))
    assert list(expected(conversation, speech)) == ["I asked Jo Berg and Maria Lund of ⟦PERSON_3⟧."]


def test_of_two_side_by_side_any_end_of_the_first_may_be_meant() -> None:
    conversation = converse(SEED, 0)
    conversation.body["messages"] = [{"role": "user", "content": "Send it to 4 Mill Lane Jo Berg."}]
    speech = Speech()
    speech.answers.append((Asked("Send it to ⟦ADDRESS_1⟧ ⟦PERSON_1⟧."), Reply("To ⟦PERSON_1⟧.")))
    assert set(map(str, expected(conversation, speech))) == {
        "To Mill Lane Jo Berg.",
        "To Lane Jo Berg.",
        "To Jo Berg.",
        "To Berg.",
    }
