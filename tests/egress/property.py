"""No planted byte leaves: random conversations through the whole product, against clouds that record every byte.

    python -m tests.egress.property --seed 4 --conversations 2000

Exit 1 on a leak, on a departure the policy is against or the audit trail does not hold, or where nothing was tried.
With `--open-gate` the product runs with its gate patched open and leaks must be found: exit 1 if they are not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, repeat
from pathlib import Path

from tests.egress.asking import Answer, ask
from tests.egress.batching import ask_in_batch
from tests.egress.conversations import Conversation, converse
from tests.egress.documents import documents, write
from tests.egress.house import POLICIES, House, house, may_reach, run, write_policy
from tests.egress.outcome import Result, failures, report
from tests.egress.pictures import images, said
from tests.egress.planting import Plant
from tests.egress.restoring import CHECKED, expected
from tests.egress.searching import Searched, strings
from tests.egress.servers.server import Fault, FaultKind, RecordingServer
from tests.egress.versions import PROMPT_PLANTS, PROMPTED

PATHS = (
    "named model",
    "auto, home first",
    "fallback from home to the cloud",
    "fallback from one cloud to the other",
    "retry of the same request",
    "exact cache",
    "stream and whole answer",
    "client that hangs up",
    "functions: offered, called, answered",
    "response formats",
    "images, with what their files say and their names",
    "retrieved passages",
    "building data",
    "policy changed while requests are under way",
    "batch",
    "auto over several models, by versions that let more out or less",
    "versions changed while requests are under way, also between two of a session",
    "arms of experiments: models, prompts, sampling",
    "fallbacks of a version, also behind a named model",
    "explained, and not sent",
)
"""The ways through the product that are driven here. Whoever adds one (semantic cache, failover in
mid-stream, embeddings of a cloud) drives it here, too."""

WORKERS = 6
IN_BATCHES = 2_000_000  # the first number of those conversations that are asked in batches
IMPATIENCE_S = 1.5
SETTLED_S = 2.0  # whoever hung up is noticed, and what was noted of it is in the trail
PHASES: tuple[tuple[str, float, str], ...] = (
    ("open", 0.16, "shipped"),
    ("open", 0.22, "changing"),
    ("open", 0.12, "experiments"),
    ("open", 0.05, "policy without us"),
    ("no us", 0.07, "outside first"),
    ("no facilities", 0.06, "experiments"),
    ("stricter types", 0.07, "fallbacks"),
    ("no consent", 0.05, "outside first"),
    ("unreadable", 0.05, "fallbacks"),
    ("general only", 0.05, "standing prompt"),
    ("changing", 0.10, "changing"),
)
"""Which policy and which version of the configuration are in force for which share of the conversations; while one is
`changing` all take turns."""
EXPLAINED = 24


@dataclass(frozen=True)
class Asked:
    conversation: Conversation
    answer: Answer
    policy: str
    version: str


def examine(seed: int, conversations: int, *, open_gate: bool = False) -> Result:
    """Run it all and look at what was recorded."""
    result = Result(conversations=conversations)
    with tempfile.TemporaryDirectory(prefix="egress-") as folder, house(Path(folder), open_gate=open_gate) as product:
        drawn = [converse(seed, number) for number in range(conversations)]
        written = documents(random.Random(f"documents/{seed}"))
        write(written, Path(folder) / "documents")
        product.ingest(Path(folder) / "documents", "facilities")
        asked = list(_converse_in_phases(product, drawn, random.Random(seed), result))
        behind = [converse(seed, IN_BATCHES + number) for number in range(max(12, conversations // 10))]
        drawn += behind
        asked += _ask_in_batches(product, behind)
        result.in_batches = len(behind)
        result.hung_up = _hang_up(product, seed)
        time.sleep(SETTLED_S)
        _explain(product, drawn, result)
        planted = [
            (p, f"conversation {c.number}, {at}") for c in drawn for p, at in zip(c.plants, c.places, strict=True)
        ]
        planted += [(p, f"document {d.subject}") for d in written for p in d.plants]
        planted += [(p, "prompt of a version") for p in PROMPT_PLANTS]
        result.planted.update(p.type for p, _ in planted)
        _search(product, asked, planted, result)
        _count(product, asked, result)
        _check_restored(product, asked, result)
        if not open_gate:
            _check_trail(product, result)
    return result


def _converse_in_phases(
    product: House, drawn: Sequence[Conversation], rng: random.Random, result: Result
) -> Iterator[Asked]:
    """Ask them all, a few at a time, under one policy after the other, with servers that fail now and then."""
    first = 0
    turns = cycle(rng.sample(list(product.documents), len(product.documents)))
    for number, (policy, share, version) in enumerate(PHASES):
        last = len(drawn) if number == len(PHASES) - 1 else first + round(share * len(drawn))
        part, first = drawn[first:last], last
        product.set("open" if policy == "changing" else policy, "shipped" if version == "changing" else version)
        before = {region: len(server.requests) for region, server in product.clouds.items()}
        with ThreadPoolExecutor(WORKERS) as pool:
            for answered in pool.map(_ask, repeat(product), part, repeat(policy), repeat(version)):
                yield from answered
                if policy == "changing" and rng.random() < 0.1:
                    write_policy(product.home, rng.choice(tuple(POLICIES)))
                if version == "changing" and rng.random() < 0.3:
                    product.apply(next(turns))
        for region, server in product.clouds.items():
            holds = "no us" if version == "policy without us" else policy
            everybody = [may_reach(holds, c.tenant, region, c.consent) for c in part] if policy in POLICIES else [True]
            if not any(everybody) and len(server.requests) > before[region]:
                went = len(server.requests) - before[region]
                result.problems.append(f"{went} requests to {region} under `{policy}`, version `{version}`")


def _ask(product: House, conversation: Conversation, policy: str, version: str) -> list[Asked]:
    """Once, or again as a client does that retries or asks the same once more."""
    rng = random.Random(f"faults/{conversation.number}")
    kinds: tuple[FaultKind, ...] = ("error", "reset", "cut", "rate_limited")
    product.own.broken = Fault(rng.choice(kinds)) if rng.random() < 0.7 else None
    for server in product.clouds.values():
        if rng.random() < 0.05 and len(server.faults) < 2:
            server.faults.append(Fault(rng.choice(kinds)))
    times = 2 if rng.random() < 0.15 else 1
    key = product.keys[conversation.tenant]
    answers = [ask(product.product.port, key, conversation.body) for _ in range(times)]
    return [Asked(conversation, answer, policy, version) for answer in answers]


def _ask_in_batches(product: House, drawn: Sequence[Conversation]) -> list[Asked]:
    """One batch for each tenant and model, all at once, with servers that fail now and then."""
    product.set("open", "experiments")
    product.own.broken = None
    for number, server in enumerate((product.own, *product.clouds.values())):
        server.faults.clear()
        server.faults.extend([Fault("error"), Fault("cut")] if number else [])
    by_batch: dict[tuple[str, str], list[Conversation]] = {}
    for conversation in drawn:
        by_batch.setdefault((conversation.tenant, conversation.model), []).append(conversation)
    with ThreadPoolExecutor(len(by_batch)) as pool:
        answers = pool.map(
            lambda one: ask_in_batch(product.product.port, product.keys[one[0][0]], [c.body for c in one[1]]),
            by_batch.items(),
        )
        together = zip(by_batch.values(), answers, strict=True)
        return [
            Asked(c, answer, "open", "experiments")
            for some, said in together
            for c, answer in zip(some, said, strict=True)
        ]


def _hang_up(product: House, seed: int) -> int:
    """Ask servers that fall silent in mid-answer, and leave. Whoever asks next is answered as ever."""
    product.set("open", "fallbacks")
    servers: list[RecordingServer] = [product.own, *product.clouds.values()]
    for server in servers:
        server.faults.clear()
        server.broken = Fault("stall")

    def left(number: int) -> bool:
        conversation = converse(seed, 1_000_000 + number)
        key = product.keys[conversation.tenant]
        return ask(product.product.port, key, conversation.body, timeout_s=IMPATIENCE_S).broken

    with ThreadPoolExecutor(WORKERS) as pool:
        gone = sum(pool.map(left, range(WORKERS)))
    for server in servers:
        server.broken = None
    return gone


def _explain(product: House, drawn: Sequence[Conversation], result: Result) -> None:
    """Whatever would be asked, nobody is."""
    before = sum(len(server.requests) for server in product.clouds.values())
    for version in ("outside first", "experiments"):
        product.set("open", version)
        for conversation in [c for c in drawn if c.model == "auto"][:EXPLAINED]:
            product.post("/admin/v1/routing/explain", conversation.body)
            result.explained += 1
    if (after := sum(len(server.requests) for server in product.clouds.values())) > before:
        result.problems.append(f"{after - before} requests were sent to be explained")


def _search(product: House, asked: Sequence[Asked], planted: Sequence[tuple[Plant, str]], result: Result) -> None:
    """Look for every planted value in all that the clouds received, one request after the other."""
    received = [(region, r) for region, server in product.clouds.items() for r in server.requests]
    result.requests_recorded = len(received)
    result.bytes_recorded = sum(len(server.received) for server in product.clouds.values())
    for region, request in received:
        for image in images(strings(request.body)):
            result.images_recorded += 1
            result.problems += [f"an image that reached {region} says {what[:60]}" for what in said(image)]
    searched = Searched([request.body for _, request in received], product.clouds.values())
    result.placeholders_recorded = searched.placeholders
    for plant, place in {p.value: (p, place) for p, place in planted}.values():
        if searched.find(plant.traces) is None:
            continue
        line = f"{plant.type} ({plant.way}, {place}): {plant.value[:60]!r} in {plant.text[:160]!r}"
        (result.identity_leaks if plant.statistical else result.leaks).append(line)
    out = {id(a.conversation) for a in asked if a.answer.left}
    identities = {p.value for a in asked if id(a.conversation) in out for p in a.conversation.plants if p.statistical}
    identities |= {p.value for p, place in planted if p.statistical and place.startswith("document")}
    result.identities_sent = len(identities)


def _count(product: House, asked: Sequence[Asked], result: Result) -> None:
    for one in asked:
        answer = one.answer
        result.answers[f"{answer.status} {answer.location}".strip()] += 1
        if answer.status == 500:
            result.problems.append(f"conversation {one.conversation.number} made the product fail")
        result.cache_hits += answer.cache == "hit"
        result.in_experiments += bool(answer.arms)
        if answer.version is not None:
            result.versions[product.numbers.get(answer.version, "none that was applied")] += 1
        result.fell_over += answer.left and answer.attempts > 1
        region = answer.model.partition("-")[0]
        went = answer.left and answer.cache != "hit" and one.policy in POLICIES
        holds = "no us" if one.version == "policy without us" else one.policy
        if went and not may_reach(holds, one.conversation.tenant, region, one.conversation.consent):
            result.problems.append(
                f"conversation {one.conversation.number} left to {region} under `{one.policy}`, `{one.version}`"
            )
    for action, count in product.witness.records(
        "SELECT action, count(*) FROM vestibule.audit_records WHERE kind = 'decision' GROUP BY action"
    ):
        assert isinstance(count, int)
        result.attempts[str(action)] = count
    for reason, count in product.witness.records(
        "SELECT reasons[array_upper(reasons, 1)], count(*) FROM vestibule.audit_records WHERE action = 'refused'"
        " GROUP BY 1"
    ):
        assert isinstance(count, int)
        result.refused[str(reason)] += count


def _check_restored(product: House, asked: Sequence[Asked], result: Result) -> None:
    """Answers to plain conversations must be what a server said, with the originals put back."""
    for one in asked:
        answer = one.answer
        if not (answer.left and answer.pseudonymised and one.conversation.is_plain) or answer.cache == "hit":
            continue
        region = answer.model.partition("-")[0]
        speech = product.clouds[region].speech
        if answer.arms & PROMPTED or product.numbers.get(answer.version or 0) == "standing prompt":
            continue  # what stands before the conversation arrived with it
        wanted = list(expected(one.conversation, speech))
        if CHECKED in wanted:
            continue
        said = answer.said(is_json="response_format" in one.conversation.body)
        if said not in wanted:
            result.problems.append(f"conversation {one.conversation.number} was answered {said!r}, not {wanted[:1]!r}")
            continue
        result.restored += 1
        result.streams_restored += bool(one.conversation.body.get("stream"))
        result.calls_restored += bool(answer.calls)


def _check_trail(product: House, result: Result) -> None:
    """The records, the counters and what arrived agree, and the trail is proven."""
    counted, arrived = product.decisions(), result.requests_recorded
    if product.witness.unrecorded:
        result.problems.append(f"{product.witness.unrecorded} requests arrived before they were in the audit trail")
    if not arrived <= result.attempts["cleared"]:
        result.problems.append(f"{arrived} requests arrived and {result.attempts['cleared']} are recorded as cleared")
    for decision, action in (("cloud", "cleared"), ("refused", "refused"), ("home", "home")):
        if counted[decision] != result.attempts[action]:
            result.problems.append(
                f"egress_total counts {counted[decision]} {decision}, the trail has {result.attempts[action]} {action}"
            )
    try:
        run(product.home, "audit", "verify")
    except RuntimeError as error:
        result.problems.append(str(error))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.egress.property", description=__doc__)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--conversations", type=int, default=2000)
    parser.add_argument("--open-gate", action="store_true", help="patch the gate open: leaks must be found")
    options = parser.parse_args()
    began = time.monotonic()
    result = examine(options.seed, options.conversations, open_gate=options.open_gate)
    print(report(result))
    print("paths                " + "; ".join(PATHS))
    print(f"seed {options.seed}, {time.monotonic() - began:.0f} s")
    if options.open_gate:
        sys.exit(0 if result.leaks else "the gate was open and no leak was found")
    if found := failures(result):
        sys.exit("\n".join(["FAILED", *found]))


if __name__ == "__main__":
    main()
