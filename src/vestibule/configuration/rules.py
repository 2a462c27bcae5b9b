"""What a version may not say, though each part of it has the right form: unknown models, contradictions, circles, the
past, and whatever would make private what is not. All of it is told, with its line.

Knows the models there are by their names and places; the section `policy` is read by whoever knows policies.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta

import msgspec

from vestibule.configuration.arms import Breach, contradictions
from vestibule.configuration.mistakes import NAME, ConfigurationError, Lint, Mistake
from vestibule.configuration.reading import Read, read
from vestibule.configuration.version import canonical, laid_over
from vestibule.core.answer import Location
from vestibule.core.configuration import AdapterUse, Document, Experiment, Price, TaskRule, Weights
from vestibule.core.prices import without_rate
from vestibule.core.settings import Environment

_ADDS = "`vestibule models add --adapter` adds one."


class KnownModel(msgspec.Struct, frozen=True):
    """A model that a version may name, and the LoRA adapters it was loaded with."""

    id: str
    location: Location = "home"
    adapters: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True):
    """`live` is what the version in force says; `today` the day in UTC; `old` content, which was in force once, is not
    asked about the past again."""

    models: Mapping[str, KnownModel]
    lint: Lint
    live: Document = Document()
    today: date = date.max
    old: bool = False

    def check(self, read: Read, source: str = NAME) -> tuple[Mistake, ...]:
        """The warnings; raise `ConfigurationError` with everything found where a part of it is an error. Blocks."""
        found = [*self._document(read.document, self.live, read.line), *self._policy(read)]
        for environment in read.document.environments:
            found += self._overlay(read, environment)
        unique = tuple(dict.fromkeys(found))
        if any(mistake.severity == "error" for mistake in unique):
            raise ConfigurationError(unique, source)
        return unique

    def _overlay(self, read: Read, environment: Environment) -> Iterator[Mistake]:
        """What it comes to there, wherever the wrong part of it stands."""
        place = f"environments.{environment}"
        try:
            whole = laid_over(read.document, environment)
        except msgspec.ValidationError as error:
            yield Mistake(read.line(place), place, f"does not fit: {error}.", "It holds sections as they stand above.")
            return
        live = laid_over(self.live, environment)
        yield from self._document(whole, live, lambda path: read.line_in(place, path))
        if "policy" in read.document.environments[environment]:
            for finding in self.lint(msgspec.json.encode(whole.policy)):
                path = f"{place}.policy"
                yield Mistake(read.line(path), path, finding.message, finding.mend, finding.severity)

    def _policy(self, read: Read) -> Iterator[Mistake]:
        if read.document.policy:
            for finding in self.lint(read.policy_text()):
                yield Mistake(finding.line, "policy", finding.message, finding.mend, finding.severity)

    def _document(self, document: Document, live: Document, line: Callable[[str], int]) -> Iterator[Mistake]:
        for path, message, mend in self._breaches(document, live.prices):
            yield Mistake(line(path), path, message, mend)

    def _breaches(self, document: Document, live: tuple[Price, ...]) -> Iterator[Breach]:
        for path, model in _named(document):
            if model not in self.models:
                yield path, f"names the model `{model}`, which is not there.", self._nearest(model)
        for kind, rule in document.routes.tasks.items():
            yield from self._rule(f"routes.tasks.{kind}", rule)
        yield from _weights("routes.weights", document.routes.weights)
        yield from _circles(document.routes.fallbacks)
        for path, currency in without_rate(document):
            message = f"is in {currency}, and nobody said what that is worth."
            yield path, message, f"Write what one {currency} is in EUR under currencies.eur."
        yield from self._prices(document.prices, live)
        yield from self._experiments(document)
        yield from contradictions(document, self._is_outside)
        for name, text in document.prompts.items():
            if not text.strip():
                yield f"prompts.{name}", "is empty.", "Take it out: what is shipped is used then."

    def _rule(self, path: str, rule: TaskRule) -> Iterator[Breach]:
        yield from _twice(path, rule.prefer)
        if rule.first_token_s and rule.deadline_s and rule.first_token_s > rule.deadline_s:
            yield (
                f"{path}.first_token_s",
                f"is {rule.first_token_s:g} s, later than the deadline of {rule.deadline_s:g} s.",
                "Make it shorter than `deadline_s`.",
            )
        for adapter in _names(rule.adapters):
            if not self._has_adapter(None, adapter):
                yield f"{path}.adapters", f"names the adapter `{adapter}`, which no model has.", _ADDS
        for at, model in enumerate(rule.prefer):
            if not rule.cloud and self._is_outside(model):
                message = f"prefers `{model}`, which is outside, where `cloud` is false."
                yield f"{path}.prefer[{at}]", message, "Take out one of the two."

    def _prices(self, prices: tuple[Price, ...], live: tuple[Price, ...]) -> Iterator[Breach]:
        seen: set[tuple[str, date]] = set()
        for at, price in enumerate(prices):
            path = f"prices[{at}]"
            if (price.model, price.since) in seen:
                yield path, f"prices {price.model} from {price.since} on a second time.", "Keep one of the two."
            seen.add((price.model, price.since))
            if self.old or price in live:
                continue
            in_force = [p.since for p in live if p.model == price.model and p.since <= self.today]
            if in_force and price.since < max(self.today, max(in_force) + timedelta(1)):
                yield (
                    f"{path}.since",
                    f"is {price.since}, in the past: {price.model} has the price of {max(in_force)} in force.",
                    "Leave what was charged as it is, and add a price from today or a later day on.",
                )

    def _experiments(self, document: Document) -> Iterator[Breach]:
        ids = [experiment.id for experiment in document.experiments]
        for at, experiment in enumerate(document.experiments):
            path = f"experiments[{at}]"
            if experiment.id in ids[:at]:
                yield f"{path}.id", f"`{experiment.id}` is there twice.", "Give one another id."
            arms = [arm.id for arm in experiment.arms]
            if len(arms) < 2 or len(set(arms)) < len(arms):
                yield f"{path}.arms", "are not two or more, each with an id of its own.", "The first is what there was."
            yield from self._arms(path, experiment, document)

    def _arms(self, path: str, experiment: Experiment, document: Document) -> Iterator[Breach]:
        at_home = [kind for kind, rule in document.routes.tasks.items() if not rule.cloud]
        touched = [kind for kind in at_home if not experiment.tasks or kind in experiment.tasks]
        for at, arm in enumerate(experiment.arms):
            place = f"{path}.arms[{at}]"
            named = [("model", arm.model)] if arm.model else []
            for key, model in [*named, *((f"prefer[{rank}]", each) for rank, each in enumerate(arm.prefer))]:
                if touched and self._is_outside(model):
                    yield (
                        f"{place}.{key}",
                        f"would send {', '.join(touched)} to `{model}` outside, which routes.tasks keeps at home.",
                        "No arm weakens privacy: name a model at home, or other tasks.",
                    )
            yield from _twice(place, arm.prefer)
            if arm.weights is not None:
                yield from _weights(f"{place}.weights", arm.weights)
            for adapter in _names(arm.adapters):
                if arm.model and not self._has_adapter(arm.model, adapter):
                    message = f"names the adapter `{adapter}`, which that model does not have."
                    yield f"{place}.adapters", message, _ADDS

    def _is_outside(self, model: str) -> bool:
        return model in self.models and self.models[model].location == "cloud"

    def _has_adapter(self, model: str | None, adapter: str) -> bool:
        models = self.models.values() if model is None else filter(None, [self.models.get(model)])
        return any(adapter in known.adapters for known in models)

    def _nearest(self, model: str) -> str:
        near = difflib.get_close_matches(model, self.models, n=1)
        return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(sorted(self.models)) or 'none'}."


def checked(document: Document, rules: Rules, source: str = NAME) -> tuple[Mistake, ...]:
    """As `Rules.check`, for content that stands in no file."""
    return rules.check(read(canonical(document).encode(), source), source)


def _twice(path: str, prefer: tuple[str, ...]) -> Iterator[Breach]:
    if len(set(prefer)) < len(prefer):
        yield f"{path}.prefer", "names a model twice.", "Name each once, the first choice first."


def _names(adapters: Iterable[str | AdapterUse]) -> Iterator[str]:
    return (adapter if isinstance(adapter, str) else adapter.name for adapter in adapters)


def _named(document: Document) -> Iterator[tuple[str, str]]:
    """Every model that is named, and where."""
    routes = document.routes
    for kind, rule in routes.tasks.items():
        yield from ((f"routes.tasks.{kind}.prefer[{at}]", model) for at, model in enumerate(rule.prefer))
    for model, others in routes.fallbacks.items():
        yield f"routes.fallbacks.{model}", model
        yield from ((f"routes.fallbacks.{model}[{at}]", other) for at, other in enumerate(others))
    yield from ((f"models.{model}", model) for model in document.models)
    yield from ((f"prices[{at}].model", price.model) for at, price in enumerate(document.prices))
    yield from ((f"energy.watts.{model}", model) for model in document.energy.watts)
    yield from ((f"presets.models.{model}", model) for model in document.presets.models)
    yield from ((f"budgets.models.{model}", model) for model in document.budgets.models)
    for at, experiment in enumerate(document.experiments):
        for number, arm in enumerate(experiment.arms):
            place = f"experiments[{at}].arms[{number}]"
            if arm.model:
                yield f"{place}.model", arm.model
            yield from ((f"{place}.prefer[{rank}]", model) for rank, model in enumerate(arm.prefer))


def _weights(path: str, weights: Weights) -> Iterator[Breach]:
    said = msgspec.structs.asdict(weights)
    for name, weight in said.items():
        if weight < 0:
            yield f"{path}.{name}", f"is {weight:g}.", "A weight is 0 or more."
    if not any(said.values()):
        yield path, "are all zero: nothing would decide.", "Leave them out for those shipped."


def _circles(fallbacks: Mapping[str, Iterable[str]]) -> Iterator[Breach]:
    """Each circle once, from where it is first met."""
    done: set[str] = set()
    for start in fallbacks:
        way, seen = [start], {start}
        stack = [iter(fallbacks[start])]
        while stack:
            model = next(stack[-1], None)
            if model is None:
                stack.pop()
                left = way.pop()
                seen.discard(left)
                done.add(left)
            elif model in seen:
                circle = " -> ".join([*way[way.index(model) :], model])
                yield f"routes.fallbacks.{way[-1]}", f"leads in a circle: {circle}.", "Take one of them out."
            elif model not in done and model in fallbacks:
                way.append(model)
                seen.add(model)
                stack.append(iter(fallbacks[model]))
