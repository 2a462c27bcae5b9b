"""What a decision costs: processor time of this process, for 12 candidates of which five are at home, in microseconds.

`decision_us` is the whole of it beyond the question's embedding: the filter, the kind of work, the difficulty by the
shipped model, what is predicted of each model from what was measured of its answers, the policy's verdict for each
model outside, share and budget, the scores and their order. `p50` and `p99` are of 2,000 decisions over the questions
below, `p50_quietest` of the 200 in a row that others on the machine disturbed least; `difficulty_us` and `task_us` are
what of it two of its parts cost. `named_us` is a request that names a model.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence

import numpy as np

from vestibule.core.chat import ChatRequest, Message
from vestibule.core.clearance import Sealer
from vestibule.core.configuration import Configuration, Document, Routes
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import BreakerSettings, ModelSettings, Prices
from vestibule.privacy.policy import Departure, Policy, Verdict
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Catalogue, Model, locate
from vestibule.routing.complexity import Expectation, capability
from vestibule.routing.cost import Costing
from vestibule.routing.decision import Router
from vestibule.routing.latency import Latencies, Measured
from vestibule.routing.resilience.health import Health
from vestibule.routing.tasks import TaskReader
from vestibule.routing.weighing import Case
from vestibule.steering import build_router
from vestibule.telemetry.metrics import Metrics

TIMES, ROUND = 2_000, 200
AT_HOME = ("llama3.2:3b", "qwen2.5:7b", "qwen2.5:14b", "mistral:7b", "phi3:mini")
OUTSIDE = ("gpt-4o", "gpt-4o-mini", "deepseek-chat", "gemini-1.5-pro", "gemini-flash", "claude-haiku", "mistral-large")
QUESTIONS = (
    "What was the peak load of the Harbour Office in July?",
    "Compare the gas use of all schools over the last three winters and explain what changed, building by building.",
    "Agent 2: hand the meter check over to agent 3 and confirm.",
    "Propose a control strategy for the chillers that saves a tenth without breaking the comfort bands.",
    "Write a Python function that fills gaps of up to two hours in a meter's readings.",
)
VERSION = Configuration(1, Document(routes=Routes(eur_per_day=1e6)))
POLICY = b"""
version: 1
cloud:
  - {name: general questions, allow: [public, internal]}
"""


def main() -> None:
    router, cases = build(), [_case(question) for question in QUESTIONS]
    each = [_us(lambda case=case: router.plan(case)) for _ in range(TIMES // len(cases)) for case in cases]  # type: ignore[misc]  # bound at once
    tasks = TaskReader()
    named = Case(ChatRequest(AT_HOME[0], cases[0].request.messages), cases[0].configuration, *_terms())
    figures = {
        "candidates": len(router.plan(cases[0]).candidates),
        "decision_us_p50": _quantile(each, 0.5),
        "decision_us_p50_quietest": min(_quantile(each[at : at + ROUND], 0.5) for at in range(0, TIMES, ROUND)),
        "decision_us_p99": _quantile(each, 0.99),
        "difficulty_us": _middle([lambda c=c: router.difficulty.difficulty(c.vector, c.request) for c in cases]),  # type: ignore[misc]  # bound at once
        "task_us": _middle([lambda c=c: tasks.read(c.request) for c in cases]),  # type: ignore[misc]  # bound at once
        "named_us": _middle([lambda: router.plan(named)]),
    }
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))


def build() -> Router:
    """A router as the product builds it, that has seen each model answer."""
    transport = CloudTransport(Sealer())
    models = []
    for number, name in enumerate((*AT_HOME, *OUTSIDE)):
        url = f"http://127.0.0.1:{9000 + number}/v1" if name in AT_HOME else f"https://{name}.example.com/v1"
        provider = OpenAIProvider(name, url, transport)
        models.append(Model(name, name, provider, locate(provider, ()), context=32_768))
    latencies, rng = Latencies(), random.Random(1)
    for model in models:
        for _ in range(64):
            prompt, said = rng.randrange(50, 2000), rng.randrange(20, 400)
            first_s = 0.1 + prompt / 2000
            latencies.observe(model.id, Measured(first_s, first_s + said / 40, prompt, said))
    priced = tuple(ModelSettings(name, name, name, prices=Prices(2.5, 10.0)) for name in OUTSIDE)
    return build_router(
        Catalogue(models),
        Health(BreakerSettings()),
        Admission(Metrics()),
        latencies,
        Costing(priced),
        Expectation(capability),
    )


def _case(question: str) -> Case:
    vector = np.random.default_rng(len(question)).standard_normal(384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    request = ChatRequest("auto", (Message("user", question),))
    level, may_leave = _terms()
    return Case(request, VERSION, level, may_leave, None, vector, 2400)


def _terms() -> tuple[PrivacyClass, Callable[[Model], Verdict]]:
    policy = Policy.draft(POLICY, "benchmark")

    def may_leave(model: Model) -> Verdict:
        return policy.verdict(PrivacyClass.INTERNAL, Departure("t", model.provider.id, "", frozenset(), None, False))

    return PrivacyClass.INTERNAL, may_leave


def _us(work: Callable[[], object]) -> float:
    begun = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun) / 1000


def _middle(works: Sequence[Callable[[], object]]) -> float:
    return _quantile([_us(work) for _ in range(TIMES // len(works)) for work in works], 0.5)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


if __name__ == "__main__":
    main()
