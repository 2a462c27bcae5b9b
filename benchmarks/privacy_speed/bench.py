"""How long detection takes on a prompt of 1.5 KB: not seen before, seen before, in ASCII and not, local and full.

    python -m benchmarks.privacy_speed.bench [--presidio PYTHON]

One thread. Every prompt differs from the others in a word, so that none is remembered, except where that is the case
measured. Medians and tenth percentiles, which a busy machine disturbs less; and the first and the second start. `after`
is what the full path adds where the text was looked through for home before, as every request is. The dense and the
harmless prompts are cut out of the labelled texts, in lines, as many as there are. With an interpreter that has
`presidio-analyzer`, its pattern recognizers read the same prompts, without a language model and in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.privacy.data import read_set

from vestibule.privacy.detection import Detector, dictionaries_from
from vestibule.privacy.tagger import Tagger

ROUNDS, FULL_ROUNDS = 300, 40
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
    "plain": PLAIN,
    "figures": FIGURES + PLAIN,
    "four_to_find": PLAIN + PRIVATE + PLAIN,
    "german": GERMAN,
    "vietnamese": VIETNAMESE,
}
LABELLED = {"dense": ("structured", "secrets", "building"), "harmless": ("negatives",)}
NAMES = [("TENANT", f"Quorvil Partners {number}") for number in range(1000)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--presidio", metavar="PYTHON", help="an interpreter that has presidio-analyzer")
    presidio = arguments.parse_args().presidio
    with tempfile.TemporaryDirectory() as folder:
        figures = starts(Path(folder))
        detector = Detector(dictionaries=dictionaries_from(NAMES), tagger=Tagger.load(), cache=Path(folder))
        detector.warm()
    for name, text in PROMPTS.items():
        figures |= taken(f"{name}.local", prompts(text, ROUNDS), lambda t: detector.detect(t, full=False))
        figures |= taken(f"{name}.full", prompts(text, FULL_ROUNDS, 10_000), detector.detect)
        figures |= taken(f"{name}.after", prompts(text, FULL_ROUNDS), detector.detect)
    for name, sets in LABELLED.items():
        figures |= taken(f"{name}.local", cut_out(sets), lambda t: detector.detect(t, full=False))
        figures |= taken(f"{name}.after", cut_out(sets), detector.detect)
    figures |= taken("seen_before", prompts(PLAIN, 1) * ROUNDS, detector.detect)
    if presidio:
        figures |= compared(presidio)
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def starts(folder: Path) -> dict[str, float]:
    """Each in a process of its own, and without the time to start Python."""
    first, second = (
        float(subprocess.run([sys.executable, "-c", START, folder], stdout=subprocess.PIPE, check=True).stdout)
        for _ in range(2)
    )
    return {"first_start_s": first, "second_start_s": second}


def prompts(text: str, rounds: int, first: int = 0) -> list[str]:
    whole = (text * 20)[:1490]
    return [f"{whole} {_word(number)}" for number in range(first, first + rounds)]


def cut_out(sets: Sequence[str]) -> list[str]:
    """Prompts of 1,500 characters of ASCII."""
    whole = "\n\n".join(item.text for name in sets for item in read_set(name, "dev") if item.text.isascii())
    return [whole[start : start + 1500] for start in range(0, len(whole) - 1500, 1500)]


def _word(number: int) -> str:
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(6))


def taken(name: str, texts: Sequence[str], detect: Callable[[str], object]) -> dict[str, float]:
    times = []
    for text in texts:
        begun = time.perf_counter()
        detect(text)
        times.append((time.perf_counter() - begun) * 1000)
    return {f"{name}.median_ms": statistics.median(times), f"{name}.p10_ms": statistics.quantiles(times, n=10)[0]}


def compared(presidio: str) -> dict[str, float]:
    texts = json.dumps({name: prompts(text, FULL_ROUNDS) for name, text in PROMPTS.items()})
    done = subprocess.run([presidio, "-c", PRESIDIO], input=texts, stdout=subprocess.PIPE, text=True, check=True)
    return {str(name): float(value) for name, value in json.loads(done.stdout).items()}


START = """
import sys, time
from pathlib import Path
from benchmarks.privacy.data import read_set
from vestibule.privacy.detection import Detector
begun = time.perf_counter()
Detector(cache=Path(sys.argv[1])).warm()
print(time.perf_counter() - begun)
"""

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
figures = {}
for name, texts in json.load(sys.stdin).items():
    taken = []
    for text in texts:
        begun = time.perf_counter()
        for recognizer in recognizers:
            recognizer.analyze(text, recognizer.supported_entities, None)
        taken.append((time.perf_counter() - begun) * 1000)
    figures[name + ".presidio_median_ms"] = statistics.median(taken)
print(json.dumps(figures))
"""


if __name__ == "__main__":
    main()
