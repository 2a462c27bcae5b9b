"""How long detection takes on a prompt of 1.5 KB: not seen before, seen before, in ASCII and not, local and full.

    python benchmarks/privacy_speed.py [--presidio PYTHON]

One thread. Every prompt differs from the others in a word, so that none is remembered, except where that is the
case measured. Prints medians and the tenth percentile, which a busy machine disturbs less. With an interpreter that
has `presidio-analyzer`, its pattern recognizers read the same prompts, without a language model and in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

from vestibule.privacy.detection import Detector, EntityTagger, dictionaries_from

ROUNDS = 400
PLAIN = (
    "The chiller on the north side has been short cycling since the weekend and the supply temperature drifts. "
    "We checked the strainer, the refrigerant charge and the three way valve; none of them explains it. "
    "Which causes are likely, in what order should we look at them, and what should be written down before the "
    "service company comes? The plant has a constant primary and a variable secondary loop with a common bypass. "
)
FIGURES = (
    "Between 06:00 and 18:30 on 2025-07-08 the demand rose from 212.4 to 388.9 and the outdoor air was at 31.5 degC. "
    "AHU-3 ran at 80 % fan speed, the damper at 45 %, the return air at 24.1; on 2025-07-09 it was 12 % less. "
)
PRIVATE = "Tell Martina Keller (m.keller@example.org, +49 30 5550 1234) that the door code of the plant is 4711#. "
GERMAN = (
    "Wie hoch wäre die Ersparnis, wenn wir die Lüftung im Bürogebäude nachts abschalten – übers ganze Jahr gerechnet? "
    "Die Fläche beträgt 4 200 m², die Grundlast fällt erst gegen Mitternacht; größere Störungen gab es keine. "
)
VIETNAMESE = "Vì sao máy lạnh ở phía bắc chạy liên tục vào ban đêm và nhiệt độ nước cấp thay đổi quá nhiều? "
PROMPTS = {
    "ASCII, nothing to find": PLAIN,
    "ASCII, figures and times": FIGURES + PLAIN,
    "ASCII, four things to find": PLAIN + PRIVATE + PLAIN,
    "German": GERMAN,
    "Vietnamese": VIETNAMESE,
}
NAMES = [("TENANT", f"Quorvil Partners {number}") for number in range(1000)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--presidio", metavar="PYTHON", help="an interpreter that has presidio-analyzer")
    presidio = arguments.parse_args().presidio
    detector = Detector(dictionaries=dictionaries_from(NAMES), tagger=_tagger())
    begun = time.perf_counter()
    detector.warm()
    print(f"gate compiled in {time.perf_counter() - begun:.1f} s")
    for name, text in PROMPTS.items():
        show(f"{name}: local, not seen", prompts(text), lambda t: detector.detect(t, full=False))
        show(f"{name}: full, not seen", prompts(text, 10_000), detector.detect)
    same = prompts(PLAIN)[:1] * ROUNDS
    show("seen before", same, detector.detect)
    if presidio:
        subprocess.run(
            [presidio, "-c", PRESIDIO], input=json.dumps({k: prompts(v) for k, v in PROMPTS.items()}), text=True
        )


def prompts(text: str, first: int = 0) -> list[str]:
    whole = (text * 20)[:1490]
    return [f"{whole} {_word(number)}" for number in range(first, first + ROUNDS)]


def _word(number: int) -> str:
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(6))


def show(name: str, texts: Sequence[str], detect: Callable[[str], object]) -> None:
    taken = []
    for text in texts:
        begun = time.perf_counter()
        detect(text)
        taken.append((time.perf_counter() - begun) * 1000)
    print(f"{name:45} median {statistics.median(taken):7.3f} ms   p10 {statistics.quantiles(taken, n=10)[0]:7.3f} ms")


def _tagger() -> EntityTagger | None:
    try:
        from vestibule.privacy.tagger import Tagger
    except ImportError:
        print("no tagger is built: the full path is measured without one")
        return None
    return Tagger.load()


PRESIDIO = """
import inspect, json, statistics, sys, time
import presidio_analyzer.predefined_recognizers as known
from presidio_analyzer import PatternRecognizer
kinds = [k for k in vars(known).values() if inspect.isclass(k) and issubclass(k, PatternRecognizer)]
recognizers = []
for kind in kinds:
    try:
        recognizer = kind()
    except Exception:
        continue
    if recognizer.supported_language == "en":
        recognizers.append(recognizer)
for name, texts in json.load(sys.stdin).items():
    taken = []
    for text in texts[:60]:
        begun = time.perf_counter()
        for recognizer in recognizers:
            recognizer.analyze(text, recognizer.supported_entities, None)
        taken.append((time.perf_counter() - begun) * 1000)
    print(f"{name + ': Presidio, ' + str(len(recognizers)) + ' patterns':45} median {statistics.median(taken):7.3f} ms")
"""


if __name__ == "__main__":
    main()
