"""What is spelled out or encoded counts as what it says, marked whole; what only looks encoded does not."""

import base64

import pytest

from vestibule.privacy.detection import Detector

SECRET = "the alarm code is 902144"


def found(text: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in Detector().detect(text, full=False)]


@pytest.mark.parametrize(
    "address",
    [
        "m.berg [at] example [dot] org",
        "m.berg(at)example.org",
        "m dot berg at example dot org",
        "M.BERG {AT} EXAMPLE {DOT} ORG",
        "m.berg [ät] example [punkt] de",
        "m.berg@example dot org",
        "m.berg&#64;example.org",
        "m.berg%40example.org",
    ],
)
def test_addresses_spelled_out_are_found_whole(address: str) -> None:
    assert found(f"write to {address}, please") == [("EMAIL", address + ("," if "%" in address else ""))]


@pytest.mark.parametrize(
    "text",
    [
        "meet me at the dot on the map",
        "look at example.com for the manual",
        "the pump is at point 4",
        "The chiller [at] night",
        "at 50% load and 80%2 more",
    ],
)
def test_plain_speech_is_no_address(text: str) -> None:
    assert found(text) == []


def test_base64_is_read_and_marked_whole() -> None:
    blob = base64.b64encode(SECRET.encode()).decode()
    assert found(f"see {blob} there") == [("ACCESS_CODE", blob)]
    unpadded = base64.urlsafe_b64encode(f"{SECRET} ä?>".encode()).decode().rstrip("=")
    assert found(f"see {unpadded} there") == [("ACCESS_CODE", unpadded)]


def test_base64_in_lines_is_read() -> None:
    blob = (
        base64.encodebytes(f"Good morning, all of you who read this. By the way, {SECRET}.".encode()).decode().strip()
    )
    assert "\n" in blob
    assert found(blob) == [("ACCESS_CODE", blob)]


def test_base64_within_base64_is_read_to_a_depth() -> None:
    blob = SECRET
    for _ in range(3):
        blob = base64.b64encode(blob.encode()).decode()
    assert found(blob) == [("ACCESS_CODE", blob)]
    assert found(base64.b64encode(blob.encode()).decode()) == []


@pytest.mark.parametrize("text", ["src/vestibule/privacy/detection", "A" * 64, "supercalifragilisticexpialidocious1"])
def test_what_is_not_encoded_says_nothing(text: str) -> None:
    assert found(text) == []


def test_binary_that_is_encoded_says_nothing() -> None:
    assert found(base64.b64encode(bytes(range(256))).decode()) == []
