"""The retrieve step of the flow: what the meters and the documents say about a question.

Buildings first, because a finding there (a cause, a date) tells which documents would bear it out; unless the question
names no time and holds words that no building function has a use for: then documents first, and data where they are
silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from vestibule.buildings import BuildingData
from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.reading import Reading, read
from vestibule.core.chat import ChatRequest
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.evidence import Evidence, Finding, Passage, ToolResult
from vestibule.core.generation import ModelRequest
from vestibule.core.ports import Embedder, Vector
from vestibule.knowledge import KnowledgeBase

LONGEST_QUESTION = 4_000  # characters that are searched for; the embedder reads fewer
PASSAGES = 8
RELATED_DAYS = 21
CAUSE_WORDS = {
    "stuck_damper": "outdoor air damper stuck, economiser, maintenance log",
    "failed_setback": "night setback not working, schedule override, maintenance log",
    "chiller_fault": "chiller fault, condenser, refrigerant, maintenance log",
    "holiday": "holiday, closure, building closed",
    "meter_gap": "meter communication lost, missing readings, data gap",
}


class Retriever:
    def __init__(self, knowledge: KnowledgeBase, buildings: BuildingData, embedder: Embedder) -> None:
        self._knowledge = knowledge
        self._buildings = buildings
        self._embedder = embedder

    async def has_material(self, tenant: str) -> bool:
        """Whether the tenant ever had a document or a building."""
        return await self._knowledge.version(tenant) > 0 or await self._buildings.version(tenant) > 0

    async def needs_vector(self, tenant: str, request: ChatRequest) -> bool:
        """Whether `gather` may search documents: not for a tenant that never had one."""
        return request.options.knowledge and await self._knowledge.version(tenant) > 0

    async def gather(self, tenant: str, request: ChatRequest, vector: Vector | None) -> Evidence:
        """All that may ground an answer to the last question of `request`. `vector` is its embedding; None where
        nothing is to be searched for. A caller who wants neither documents nor buildings gets nothing, not even what
        is missing."""
        if not request.options.knowledge and request.options.buildings == []:
            return Evidence()
        history = [m.content for m in request.messages if m.role == "user"][:-1]
        portfolio = await self._buildings.portfolio(tenant)
        question = request.question[:LONGEST_QUESTION]
        reading = read(question, history, portfolio)
        reading = _restricted_to(reading, request.options.buildings, {b.id for b in portfolio.buildings})
        if not reading.is_certain and vector is not None:
            passages = await self._search(tenant, question, vector, reading)
            if passages:
                return Evidence(tuple(passages[: request.most_passages]))
        results, missing = await self._run(tenant, reading)
        passages = []
        if vector is not None:
            passages = await self._passages(tenant, question, vector, reading, results)
        found = tuple(passages[: request.most_passages])
        return Evidence(found, tuple(results), (*reading.gaps, *missing))

    async def resolving(self, tenant: str, grounded: ModelRequest) -> set[int]:
        """Numbers of the sources whose citation resolves now; the others are never cited."""
        chunks = {s.index: s.origin.chunk_id for s in grounded.sources if isinstance(s.origin, Passage)}
        live = await self._knowledge.live(tenant, list(chunks.values())) if chunks else set()
        return {s.index for s in grounded.sources if s.index not in chunks or chunks[s.index] in live}

    async def _search(self, tenant: str, question: str, vector: Vector, reading: Reading) -> list[Passage]:
        return await self._knowledge.search(tenant, question, vector, buildings=reading.buildings, limit=PASSAGES)

    async def _run(self, tenant: str, reading: Reading) -> tuple[list[ToolResult], list[str]]:
        """What the calls found, and why some found nothing (a building without that meter)."""
        done = await asyncio.gather(*(self._try(tenant, call) for call in reading.calls))
        results = [found for found in done if isinstance(found, ToolResult)]
        return results, list(dict.fromkeys(gap for gap in done if isinstance(gap, str)))

    async def _try(self, tenant: str, call: AnalyticCall) -> ToolResult | str:
        try:
            return await self._buildings.run(tenant, call)
        except NotFound as missing:
            return missing.message

    async def _passages(
        self, tenant: str, question: str, vector: Vector, reading: Reading, results: Sequence[ToolResult]
    ) -> list[Passage]:
        findings = [(r, f) for r in results for f in r.findings if f.cause in CAUSE_WORDS]
        if findings:
            return await self._corroborate(tenant, *findings[0])
        if results or (reading.is_about_data and reading.gaps):
            return []
        return await self._search(tenant, question, vector, reading)

    async def _corroborate(self, tenant: str, result: ToolResult, finding: Finding) -> list[Passage]:
        """Passages about the same building, dated near the finding, that speak of its cause."""
        query = f"{result.building}: {CAUSE_WORDS[finding.cause]}, {finding.period.start:%B %Y}"
        vector = (await self._embedder.embed([query]))[0]
        found = await self._knowledge.search(tenant, query, vector, buildings=(result.building_id,), limit=20)
        reach = timedelta(days=RELATED_DAYS)
        first, last = (finding.period.start - reach).date(), (finding.period.end + reach).date()
        near = [p for p in found if p.dated and first <= p.dated <= last and result.building_id in p.buildings]
        return near[:2]


def _restricted_to(reading: Reading, allowed: list[str] | None, known: set[str]) -> Reading:
    """Leave only the buildings that `vestibule.buildings` names, if it names any."""
    if allowed is None:
        return reading
    strange = [b for b in allowed if b not in known]
    if strange:
        raise InvalidRequest(
            f"vestibule.buildings names `{strange[0][:80]}`, which is not in the portfolio.",
            next_step=f"Known: {', '.join(sorted(known))}.",
            param="vestibule.buildings",
        )
    calls = [
        msgspec.structs.replace(call, buildings=tuple(b for b in call.buildings if b in allowed))
        for call in reading.calls
        if set(call.buildings) & set(allowed)
    ]
    return msgspec.structs.replace(
        reading, calls=tuple(calls), buildings=tuple(b for b in reading.buildings if b in allowed)
    )
