"""What somebody asks before or after a text changes nothing of what is found in it: a value is no less one because the
question in the paragraph above is a general one."""

import pytest

from vestibule.privacy.recognizers import BUILT_IN
from vestibule.privacy.recognizers.base import Recognizer

BEFORE = (
    "What is a typical COP of a chiller?\n\n",
    "How do I usually set this up, and what is recommended?\n\n",
    "Which of the two filters should be changed first by law?\n\n",
    "Is the default design value a good benchmark, on average?\n\n",
)
AFTER = ("\n\nWhat is a typical value?", "\n\nWhich standard recommends this for an average office?")


@pytest.mark.parametrize("recognizer", BUILT_IN, ids=lambda r: f"{r.type}-{r.examples[0][0][:20]}")
def test_a_general_question_beside_it_hides_nothing(recognizer: Recognizer) -> None:
    for text, _ in recognizer.examples:
        alone = found(recognizer, text)
        assert all(alone <= found(recognizer, question + text) for question in BEFORE), text
        assert all(alone <= found(recognizer, text + question) for question in AFTER), text


def found(recognizer: Recognizer, text: str) -> set[str]:
    return {text[span.start : span.end] for span in recognizer.find(text)}
