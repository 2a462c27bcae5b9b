"""Which model answers a request: a hard filter, then scores, then who of those that are the same has time.

Decides by figures that others predict (`tasks`, `complexity`, `latency`, `cost`), in the order of `weighing`; sends
nothing, counts nothing, and so explains as it decides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from random import Random
from typing import Protocol

from msgspec.structs import replace

from vestibule.core.chat import ChatRequest, TaskKind
from vestibule.core.configuration import Arm, Routes, TaskRule, Weights
from vestibule.core.ports import Vector
from vestibule.providers.balancing import choose
from vestibule.providers.replicas import ReplicatedProvider
from vestibule.routing.catalogue import AUTO, Capability, Catalogue, Model
from vestibule.routing.languages import language_of
from vestibule.routing.plan import Candidate, Plan, Sieve, heard, may_use, unheard
from vestibule.routing.predictions import Predictions
from vestibule.routing.share import Outside
from vestibule.routing.tasks import TaskReader, rule
from vestibule.routing.weighing import Case, Weighing, by_place, gain, ordered, parts_of, standing

DEADLINE_S = 30.0
"""What a person waits for an answer where nothing is said."""
CHARACTERS_A_TOKEN = 4
IMAGE_TOKENS = 1000
AT_ONCE_S = 0.05


class Difficulty(Protocol):
    def difficulty(self, vector: Vector | None, request: ChatRequest) -> float:
        """How difficult the request is, from 0 to 1."""
        ...


class Router:
    def __init__(
        self,
        catalogue: Catalogue,
        sieve: Sieve,
        difficulty: Difficulty,
        predictions: Predictions,
        outside: Outside | None = None,
        random: Random | None = None,
    ) -> None:
        """`random` draws those that are compared where many would answer alike."""
        self._catalogue = catalogue
        self._sieve = sieve
        self.difficulty = difficulty
        self.predictions = predictions
        self._tasks = TaskReader()
        self._random = random or Random()
        self.outside = outside or Outside()

    def plan(self, case: Case) -> Plan:
        """Whom to ask, in which order, and why not the others. A cloud model that was named stays in: whether its bytes
        may leave is the gate's decision. Raise `NotFound` for an unknown name, `InvalidRequest` for what no model
        can."""
        selected, needed = self._sieve.select(case.request, case.configuration.document.models)
        if case.request.model == AUTO:
            return self._weighed(case, selected, needed)
        return self._named(case, selected[0], needed)

    def elsewhere(self, request: ChatRequest) -> tuple[str, ...]:
        """The models outside that could answer it, whether or not it may leave."""
        needed = self._sieve.needed(request)
        outside = (model for model in self._catalogue if model.location == "cloud")
        return tuple(model.id for model in outside if not self._sieve.unable(model, request, needed))

    def _named(self, case: Case, model: Model, needed: frozenset[Capability]) -> Plan:
        """The one that was named, and behind it what the operator lets follow it."""
        task, routes = case.request.options.route.task, case.configuration.document.routes
        if lacking := _closed(model, case) or self._sieve.unable(model, case.request, needed):
            return Plan((Candidate(model, lacking, rejected=True),), task)
        candidate = self._at_session(Candidate(model, "named by the caller"), case.request.session)
        if model.id not in routes.fallbacks:
            return Plan(tuple(unheard([candidate], _language(case.request, [model]))), task)
        weighing = self._weighing(case, needed)
        behind = self._behind([model], [candidate], weighing)
        kept = [self._at_session(c, case.request.session) for c in behind if not c.rejected]
        asked = unheard([candidate, *kept], weighing.language)
        return Plan((*asked, *(c for c in behind if c.rejected)), task, weighing.difficulty)

    def _weighed(self, case: Case, selected: list[Model], needed: frozenset[Capability]) -> Plan:
        """All of them: first the filter, then the scores, then who of those that are level has time."""
        weighing, fallbacks = self._weighing(case, needed), case.configuration.document.routes.fallbacks
        judged = [self._judged(model, weighing) for model in selected]
        able = [c for c in heard(judged, weighing.language) if not c.rejected]
        home, outside = by_place(able, weighing)
        gained = gain(home, outside, weighing)
        worth = weighing.rule.exempt or gained >= self.outside.share.least_gain(case.configuration.document.routes)
        judged = heard([self._limited(candidate, weighing) for candidate in judged], weighing.language)
        if (left := [c for c in judged if not c.rejected]) != able:
            home, outside = by_place(left, weighing)
        asked = self._balanced(ordered(home, outside, weighing, worth=worth), weighing)
        if fallbacks:
            behind = self._behind(selected, asked, weighing)
            asked = _followed(asked, [c for c in behind if not c.rejected], fallbacks)
            judged += behind
        asked = _first(asked, case.request.preferred) if case.request.preferred else asked
        asked = [self._at_session(c, case.request.session) for c in asked]
        asked = unheard(asked, weighing.language)
        rejected = (c for c in judged if c.rejected)
        return Plan((*asked, *rejected), weighing.task, weighing.difficulty, weighing.rule.exempt, gained)

    def _weighing(self, case: Case, needed: frozenset[Capability]) -> Weighing:
        request = case.request
        task = self._tasks.read(request)
        routes = case.configuration.document.routes
        holds, weights = _experimental(case.arms, rule(routes, task), routes.weights)
        within_s = _within_s(case, task)
        return Weighing(
            case,
            needed,
            task,
            holds,
            weights,
            _language(request, self._catalogue),
            self.difficulty.difficulty(case.vector, request),
            _tokens(request) + case.found // CHARACTERS_A_TOKEN,
            self.predictions.output_tokens(task, request.sampling.max_tokens or holds.max_tokens),
            within_s if within_s < inf else holds.deadline_s or DEADLINE_S,
            within_s,
            may_use(case.models),
            self.predictions.costs(case.configuration),
            datetime.now(UTC).date(),
        )

    def _judged(self, model: Model, weighing: Weighing) -> Candidate:
        case, prompt, output = weighing.case, weighing.prompt_tokens, weighing.output_tokens
        figures = self.predictions.figures(model, weighing.difficulty, prompt, output, weighing.costs, weighing.today)
        parts = parts_of(model, figures, weighing)
        why = (
            _closed(model, case)
            or self._sieve.unable(model, case.request, weighing.needed)
            or self._sieve.unavailable(model, weighing.models, prompt + (case.request.sampling.max_tokens or 0))
        )
        if not why and model.location == "cloud":
            verdict = case.may_leave(model)
            stays = verdict.reason if not verdict.allowed else ""
            if not stays and not weighing.rule.cloud:
                stays = f"work of the kind {weighing.task} stays at home"
            reason = stays or f"home could not answer, and {verdict.reason}"
            return Candidate(model, reason, bool(stays), parts, figures)
        return Candidate(model, why or "home comes first", bool(why), parts, figures)

    def _limited(self, candidate: Candidate, weighing: Weighing) -> Candidate:
        """The same, rejected where share or budget let nothing more go outside."""
        if candidate.rejected or candidate.model.location == "home":
            return candidate
        cost_eur = candidate.figures.cost_eur if candidate.figures else None
        routes = weighing.case.configuration.document.routes
        why = self.outside.refuses(routes, cost_eur, exempt=weighing.rule.exempt)
        return replace(candidate, reason=why, rejected=True) if why else candidate

    def _behind(self, models: Sequence[Model], asked: Sequence[Candidate], weighing: Weighing) -> list[Candidate]:
        """Those that may follow one of the models, and why not the others."""
        following = self._fallbacks(models, weighing.case.configuration.document.routes.fallbacks)
        behind = [self._limited(self._judged(model, weighing), weighing) for model in following]
        return heard([*asked, *behind], weighing.language)[len(asked) :]

    def _fallbacks(self, models: Iterable[Model], fallbacks: Mapping[str, Sequence[str]]) -> list[Model]:
        """All that may follow one of the models, and is not one of them."""
        known = {model.id: model for model in self._catalogue}
        found, ahead = {model.id: model for model in models}, deque(models)
        first = len(found)
        while ahead:
            for name in fallbacks.get(ahead.popleft().id, ()):
                if name in known and name not in found:
                    found[name] = known[name]
                    ahead.append(known[name])
        return list(found.values())[first:]

    def _balanced(self, asked: list[Candidate], weighing: Weighing) -> list[Candidate]:
        """Of models at home that are the same at another place, the one that is done first goes first."""
        first = asked[0] if asked else None
        if first is None or first.model.location != "home":
            return asked
        rank = standing(first, weighing)
        same = [c for c in asked if c.model.name == first.model.name and c.model.location == "home"]
        alike = [c for c in same if standing(c, weighing) == rank] if len(same) > 1 else same
        names = [c.model.id for c in alike]
        chosen = alike[choose([_wait_s(c) for c in alike], names, weighing.case.request.session, self._random)]
        return [replace(chosen, reason=first.reason), *(c for c in asked if c is not chosen)]

    def _at_session(self, candidate: Candidate, session: str) -> Candidate:
        """Of several servers of one provider that one which knows the session."""
        provider = candidate.model.provider
        if not session or not isinstance(provider, ReplicatedProvider):
            return candidate
        return replace(candidate, model=replace(candidate.model, provider=provider.of_session(session)))


def _closed(model: Model, case: Case) -> str:
    said = case.configuration.document.models.get(model.id)
    return f"closed by version {case.configuration.number} of the configuration" if said and said.closed else ""


def ruled(request: ChatRequest, task: TaskKind | None, routes: Routes) -> ChatRequest:
    """The request with what holds for its kind of work where its caller does not say: how long the answer may become,
    and how long it may take where the version in force says so and somebody waits. What is shipped ends no answer."""
    if task is None:
        return request
    holds, said, route = rule(routes, task), routes.tasks.get(task), request.options.route
    if request.sampling.max_tokens is None and holds.max_tokens is not None:
        request = replace(request, sampling=replace(request.sampling, max_tokens=holds.max_tokens))
    if route.deadline_s is None and said and said.deadline_s is not None and request.priority != "batch":
        options = replace(request.options, route=replace(route, deadline_s=said.deadline_s))
        request = replace(request, options=options)
    return request


def _language(request: ChatRequest, models: Iterable[Model]) -> str:
    """The one that it is asked in, "" where that is not told or all of the models speak it, as far as is known."""
    known = [model for model in models if model.languages is not None]
    language = language_of(request.question) if known else ""
    return "" if all(model.speaks(language) for model in known) else language


def _experimental(arms: Iterable[Arm], holds: TaskRule, weights: Weights) -> tuple[TaskRule, Weights]:
    """The rule and the weights as the arms of experiments have them. Nothing leaves more freely for its arm."""
    for arm in arms:
        holds = replace(holds, prefer=arm.prefer) if arm.prefer else holds
        if arm.weights is not None:
            weights = replace(arm.weights, privacy=max(arm.weights.privacy, weights.privacy))
    return holds, weights


def _within_s(case: Case, task: TaskKind | None) -> float:
    """How much of the time that the caller gives is left, or else what the version in force gives to work of the kind;
    infinite where neither says anything. What is shipped is a wish, for which nothing leaves the house."""
    route, said = case.request.options.route, case.configuration.document.routes.tasks
    given_s = route.deadline_s
    if given_s is None and task in said and case.request.priority != "batch":
        given_s = said[task].deadline_s
    return inf if given_s is None else max(given_s - case.spent_s, 0.001)


def _wait_s(candidate: Candidate) -> float:
    """What is compared of those that are the same: what both do at once is level, but for those who are there."""
    figures = candidate.figures
    if figures is None or figures.time.finish_s is None:
        return AT_ONCE_S * (1 + figures.ahead if figures else 1)
    return max(figures.time.finish_s, AT_ONCE_S) + figures.ahead / 1000


def _followed(
    asked: Sequence[Candidate], behind: Sequence[Candidate], fallbacks: Mapping[str, Sequence[str]]
) -> list[Candidate]:
    """The same, after each those to ask when it has failed, then those that follow these; some may be there only for
    that."""
    by_id = {c.model.id: c for c in (*asked, *behind)}
    placed: dict[str, Candidate] = {}
    for candidate in asked:
        ahead = deque([candidate.model.id])
        while ahead:
            name = ahead.popleft()
            if name in by_id and name not in placed:
                placed[name] = by_id[name]
                ahead.extend(fallbacks.get(name, ()))
    return list(placed.values())


def _first(asked: Sequence[Candidate], preferred: str) -> list[Candidate]:
    """The arm of an experiment goes first where it may be asked at all: it changes the order, and nothing else."""
    arm = [replace(c, reason="its arm of an experiment") for c in asked if c.model.id == preferred]
    return [*arm, *(c for c in asked if c.model.id != preferred)]


def _tokens(request: ChatRequest) -> int:
    """About how long the prompt is. It counts a little high for a text of long words, low for numbers."""
    characters = images = 0
    for message in request.messages:
        characters += len(message.content)
        images += len(message.images)
    for tool in request.tools:
        characters += len(tool.name) + len(tool.description) + 100
    return characters // CHARACTERS_A_TOKEN + images * IMAGE_TOKENS
