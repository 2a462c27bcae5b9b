"""Generate a world nobody developed against, serve it, ask it the judge's questions, and print the verdict.

Seeds 3000 to 3999 are for judging only. Exit 1 below 90 % of the data questions or 95 % of the document questions.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.acceptance.product import serving, temporary_home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=3001, help="the world and the draw of questions")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--model", default="auto", help="any other is asked streaming, and only counted")
    parser.add_argument("--out", type=Path, help="write every question, answer and verdict here")
    arguments = parser.parse_args()
    with temporary_home() as home, serving(home, "demo", "--seed", str(arguments.seed), "--port", "0") as product:
        judge = [sys.executable, "-m", "tests.acceptance.run", "--url", product.url, "--demo", str(home / "demo")]
        judge += ["--seed", str(arguments.seed), "--count", str(arguments.count)]
        judge += ["--documents", str(arguments.documents)]
        if arguments.model != "auto":
            judge += ["--model", arguments.model, "--stream", "--least", "0", "--least-documents", "0"]
        judge += ["--out", str(arguments.out)] if arguments.out else []
        verdict = subprocess.run(judge)
    sys.exit(verdict.returncode)


if __name__ == "__main__":
    main()
