"""A preset of the catalogue lies under a request, never over it, and only for models that the catalogue knows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.providers.test_extractive import MANUAL, RESULT
from vestibule.core.chat import Message, Sampling
from vestibule.core.configuration import SamplingPreset, Tuned
from vestibule.core.generation import ModelRequest, Source
from vestibule.fleet import KNOWN_MODELS
from vestibule.providers.memory.catalogue import read_catalogue
from vestibule.providers.presets import as_asked, kind_of, preset_for, speed_of, tuned

KNOWN = read_catalogue(KNOWN_MODELS)
REQUEST = ModelRequest((Message("user", "Why was July high?"),))


@pytest.mark.parametrize(
    "name",
    [
        "qwen2.5:7b",
        "qwen2.5:7b-instruct-q8_0",
        "Qwen2.5-7B-Instruct.Q4_K_M",
        "qwen2.5-7b-instruct",
        "llama3.2",
        "llama3.2:latest",
        "llama3.2:3b",
        "llama-3.2-3b-instruct.q4_k_m",
    ],
)
def test_models_of_the_catalogue_are_known_by_their_names(name: str) -> None:
    assert preset_for(name, KNOWN) is not as_asked
    assert speed_of(name, KNOWN) is not None


@pytest.mark.parametrize("name", ["llama3.2:1b", "llama3.2-vision:11b", "qwen2.5:72b", "qwen2.5:0.5b", "gpt-4o", "x"])
def test_others_are_sampled_as_they_are_asked(name: str) -> None:
    assert preset_for(name, KNOWN)(REQUEST) is REQUEST
    assert speed_of(name, KNOWN) is None


def test_a_smaller_model_is_said_to_be_faster() -> None:
    small, large = speed_of("llama3.2:3b", KNOWN), speed_of("qwen2.5:7b", KNOWN)
    assert small is not None
    assert large is not None
    assert small.says_per_s > large.says_per_s
    assert small.reads_per_s > large.reads_per_s


def test_what_the_answer_rests_on_decides() -> None:
    requests = {
        "coordination": REQUEST,
        "lookup": replace(REQUEST, sources=(Source(1, MANUAL),)),
        "analysis": replace(REQUEST, sources=(Source(1, MANUAL), Source(2, RESULT))),
    }
    preset = preset_for("qwen2.5:7b", KNOWN)
    for kind, request in requests.items():
        assert kind_of(request) == kind
        sampled = preset(request).sampling
        assert (sampled.temperature, sampled.top_p) == (KNOWN.presets[kind].temperature, KNOWN.presets[kind].top_p)


@pytest.mark.parametrize("own", [Sampling(temperature=1.5), Sampling(top_p=0.2)])
def test_a_caller_who_says_how_is_not_overruled(own: Sampling) -> None:
    request = replace(REQUEST, sampling=own)
    assert preset_for("qwen2.5:7b", KNOWN)(request) is request


def test_what_the_preset_does_not_say_stays() -> None:
    request = replace(REQUEST, sampling=Sampling(max_tokens=7, stop=("END",), seed=3))
    sampled = preset_for("qwen2.5:7b", KNOWN)(request).sampling
    assert (sampled.max_tokens, sampled.stop, sampled.seed) == (7, ("END",), 3)


LOOKUP = SamplingPreset(temperature=0.1, top_p=0.5)
TUNED = Tuned(tasks={"lookup": LOOKUP}, models={"small": {"lookup": SamplingPreset(temperature=0.9)}})


def test_a_versions_preset_of_a_model_goes_before_that_of_the_task_and_the_caller_before_both() -> None:
    assert tuned(REQUEST, TUNED, "other", "lookup").sampling == Sampling(temperature=0.1, top_p=0.5)
    assert tuned(REQUEST, TUNED, "small", "lookup").sampling == Sampling(temperature=0.9, top_p=0.5)
    asked = replace(REQUEST, sampling=Sampling(top_p=0.7, seed=3))
    assert tuned(asked, TUNED, "small", "lookup").sampling == Sampling(temperature=0.9, top_p=0.7, seed=3)


def test_without_a_preset_for_it_the_request_is_as_it_was() -> None:
    assert tuned(REQUEST, TUNED, "small", "report") is REQUEST
    assert tuned(REQUEST, Tuned(), "small", "lookup") is REQUEST


def test_where_nobody_names_the_task_what_the_answer_rests_on_does() -> None:
    resting = replace(REQUEST, sources=(Source(1, MANUAL),))
    assert tuned(resting, TUNED, "other", None).sampling.temperature == 0.1
    assert tuned(REQUEST, TUNED, "other", None) is REQUEST
