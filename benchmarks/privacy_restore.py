"""What placeholders cost: writing a prompt of 1.5 KB with 5 spans anew, detection aside, and restoring a stream.

Prints one JSON object of figures; CPU time of one thread.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence

from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import Span
from vestibule.privacy.pseudonyms import Pseudonyms, pseudonymise

ORIGINALS = {
    "Anna Berg": "PERSON",
    "Karl Lindqvist": "PERSON",
    "Nordlicht Verwaltung GmbH": "ORGANISATION",
    "m.berg@example.org": "EMAIL",
    "+49 30 1234567": "PHONE",
}
SENTENCES = (
    "Anna Berg of Nordlicht Verwaltung GmbH asked why the chiller ran through the night of 8 July. ",
    "The supply air temperature was 17.5 °C while the return air stood at 24.1 °C, as on most days. ",
    "Karl Lindqvist was on call; he can be reached at +49 30 1234567 or m.berg@example.org. ",
    "The night setback is set to 22:00, the damper of AHU-1 did not close, and the valve stayed open. ",
)
TALK = (
    "The supply air temperature was 17.5 °C while the return air stood at 24.1 °C, as on most days in summer. ",
    "A damper that does not close lets outside air in, which the cooling coil then has to bring down again. ",
    "Please list what to check first, in the order of the effort it takes, and say what would prove each cause. ",
)


def main() -> None:
    prompt = "".join([*SENTENCES, *TALK * 4])[:1500]
    question = Message("user", prompt)
    request = ModelRequest((question,), (question,))
    spans = tuple(
        Span(type_, prompt.index(original), prompt.index(original) + len(original), 1.0, "known", "pseudonymise")
        for original, type_ in ORIGINALS.items()
    )
    find: Callable[[str], Sequence[Span]] = lambda text: spans  # noqa: E731
    done = pseudonymise(request, find)
    answer = done.request.messages[0].content * 200
    plain = "".join(TALK) * 800
    print(
        json.dumps(
            {
                "pseudonymise_1500_characters_5_spans_ms": 1000 * median_s(lambda: pseudonymise(request, find), 2000),
                "restore_whole_mb_per_s": rate(answer, len(answer), done.pseudonyms),
                "restore_tokens_mb_per_s": rate(answer, 4, done.pseudonyms),
                "restore_tokens_without_placeholders_mb_per_s": rate(plain, 4, done.pseudonyms),
            }
        )
    )


def rate(answer: str, size: int, pseudonyms: Pseudonyms) -> float:
    """MB of UTF-8 per second, fed in pieces of `size` characters."""
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]

    def restore() -> None:
        restorer = pseudonyms.restorer()
        for piece in pieces:
            restorer.feed(piece)
        restorer.finish()

    return len(answer.encode()) / 1e6 / median_s(restore, 3)


def median_s(run: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        begun = time.thread_time()
        run()
        taken.append(time.thread_time() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
