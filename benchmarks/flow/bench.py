"""The whole product as a client sees it: a demo server in a process of its own, one connection, questions in turn."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Callable

from tests.acceptance.product import Product, serving, temporary_home

MONTHS = ("January", "March", "May", "July", "September", "November")
DOCUMENTS = (
    "Who may change the setpoints of a building?",
    "How do I isolate the chiller before maintenance?",
    "What must be checked before the heating season starts?",
    "How are gaps in meter data treated?",
)


def main() -> None:
    with temporary_home() as home:
        begun = time.perf_counter()
        with serving(home, "demo", "--seed", "5", "--port", "0") as product:
            first_start_s = time.perf_counter() - begun
            figures = measure(product)
        begun = time.perf_counter()
        with serving(home, "demo", "--seed", "5", "--port", "0"):
            figures |= {"first_start_s": first_start_s, "second_start_s": time.perf_counter() - begun}
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def measure(product: Product) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
    names = [b["name"] for b in json.loads((product.home / "demo/portfolio/buildings.json").read_text())["buildings"]]
    totals = [f"How much electricity did {name} use in {month}?" for name in names for month in MONTHS]
    causes = [f"Why was the electricity use of {name} high in {month}?" for name in names for month in MONTHS]
    timed: dict[str, Callable[[int], str]] = {
        "consumption": lambda i: totals[i % len(totals)],
        "explanation": lambda i: causes[i % len(causes)],
        "documents": lambda i: DOCUMENTS[i % len(DOCUMENTS)],
    }
    figures: dict[str, float] = {}
    for name, question in timed.items():
        figures |= percentiles(name, [ask(connection, question(i), "bypass") for i in range(40)])
    ask(connection, totals[0], "default")
    figures |= percentiles("cache_hit", [ask(connection, totals[0], "default") for _ in range(200)])
    return figures


def ask(connection: http.client.HTTPConnection, question: str, cache: str) -> float:
    """Seconds from sending the question to having read the whole answer."""
    body = {"model": "auto", "messages": [{"role": "user", "content": question}], "vestibule": {"cache": cache}}
    begun = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} for {question!r}")
    return time.perf_counter() - begun


def percentiles(name: str, seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"{name}_p50_ms": statistics.median(ordered) * 1000,
        f"{name}_p95_ms": ordered[int(len(ordered) * 0.95) - 1] * 1000,
    }


if __name__ == "__main__":
    main()
