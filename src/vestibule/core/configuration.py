"""What an operator tunes at run time, as one immutable value: routes, prices, presets, limits, experiments.

A version of it is numbered, and a request ends on the version it began with. Commands, file paths and addresses are not
here and cannot be: those are settings. Knows no storage and decides nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from vestibule.core.chat import TaskKind as TaskKind
from vestibule.core.settings import Allowance, Money

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]


Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a version; what it does not know is refused."""


class AdapterUse(Section, frozen=True):
    """A LoRA adapter and how much of it there is to be; 1 is as trained."""

    name: str
    scale: Annotated[float, msgspec.Meta(ge=-4, le=4)] = 1.0


class TaskRule(Section, frozen=True):
    """`prefer` are models in order, the first that can is taken where the scores do not say otherwise; `first_token_s`
    and `deadline_s` what its caller waits for; `max_tokens` how long an answer may become where the caller does not
    say; `quality` how probable a good enough answer must be; without `cloud` it is answered at home or not at all; what
    is `exempt` may leave beyond the share of the cloud and does not count for it. `prompt` names a system prompt to be
    put in front, `adapters` are those that `auto` asks for."""

    prefer: tuple[str, ...] = ()
    first_token_s: Positive | None = None
    deadline_s: Positive | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    quality: Share = 0.6
    cloud: bool = True
    exempt: bool = False
    prompt: str | None = None
    adapters: tuple[AdapterUse, ...] = ()


class Weights(Section, frozen=True):
    """What is counted for the probability of a good enough answer, the share of its time that it takes, a cent, and a
    step of privacy class above public that would leave."""

    quality: float = 1.0
    latency: float = 0.2
    cost: float = 0.3
    privacy: float = 0.3


class Routes(Section, frozen=True):
    """`cloud_share`: at most this share of the requests of the last `window` leaves the house unless their caller named
    a model outside. `fallbacks`: models to ask when one has failed, in order."""

    tasks: dict[TaskKind, TaskRule] = {}
    weights: Weights = Weights()
    cloud_share: Share = 0.05
    window: Annotated[int, msgspec.Meta(ge=20, le=1_000_000)] = 1000
    eur_per_day: Money | None = None
    fallbacks: dict[str, tuple[str, ...]] = {}


class Price(Section, frozen=True):
    """What a million tokens of `model` cost from `since` on, in `currency`."""

    model: str
    since: date
    input: Money
    output: Money
    cached: Money | None = None
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")] = "EUR"


Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]


class Currencies(Section, frozen=True):
    """`eur`: what one of a currency is worth in EUR, in which budgets are kept. `tenants` are told what they cost in
    theirs, the others in EUR."""

    eur: dict[Currency, Positive] = {}
    tenants: dict[str, Currency] = {}


class Energy(Section, frozen=True):
    """What answering at home costs: `watts` drawn by a model while it answers (all of them together where it is not
    named), EUR and grams of CO2e a kWh, and EUR of the machine's price an hour of answering."""

    watts: dict[str, Positive] = {}
    watts_otherwise: Positive = 65.0
    eur_per_kwh: Money = 0.30
    co2e_g_per_kwh: Annotated[float, msgspec.Meta(ge=0, le=5000)] = 380.0
    amortisation_eur_per_hour: Money = 0.02


class SamplingPreset(Section, frozen=True):
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None


class Tuned(Section, frozen=True):
    """`tasks` are samplings by task kind, `models` over them by a model's id."""

    tasks: dict[TaskKind, SamplingPreset] = {}
    models: dict[str, dict[TaskKind, SamplingPreset]] = {}


class CacheRules(Section, frozen=True):
    """An exact answer is kept for `seconds`; tasks whose answers are not kept at all."""

    seconds: Positive = 3600.0
    never: tuple[TaskKind, ...] = ()


class Budgets(Section, frozen=True):
    """Over the limits of `vestibule.yaml`, never more than those."""

    keys: dict[str, Allowance] = {}
    tenants: dict[str, Allowance] = {}
    models: dict[str, Allowance] = {}


class Arm(Section, frozen=True):
    """What one arm does otherwise: asks this model, with these adapters of it, this sampling under what the caller
    says, and the prompt of that name. Of `auto` it prefers models in this order, in place of the rule of the task, and
    counts by these weights; that of privacy is never below the version's."""

    id: Id
    weight: Positive = 1.0
    model: str | None = None
    adapters: dict[str, float] = {}
    sampling: SamplingPreset = SamplingPreset()
    prompt: str | None = None
    prefer: tuple[str, ...] = ()
    weights: Weights | None = None


class Guardrail(Section, frozen=True):
    """Stops an arm when `metric` is surely worse than the first arm's by more than `margin`: of `latency_s` as a share
    of the first arm's, of the others in their own unit."""

    metric: Literal["quality", "latency_s", "cost_eur", "failed", "thumbs_down"]
    margin: float = 0.0


class Experiment(Section, frozen=True):
    """The first arm is what there was before. `sticky`: who always gets the same arm. `share` of what it applies to
    takes part."""

    id: Id
    arms: tuple[Arm, ...]
    tasks: tuple[TaskKind, ...] = ()
    tenants: tuple[str, ...] = ()
    sticky: Literal["session", "user", "request"] = "session"
    share: Share = 1.0
    metric: Literal["quality", "latency_s", "cost_eur", "thumbs_up"] = "quality"
    guardrails: tuple[Guardrail, ...] = ()


class ModelTerms(Section, frozen=True):
    """`automatic` says whether `auto` may take it, in place of what holds where it was added. One that is `closed` is
    asked by nobody, named or not."""

    automatic: bool | None = None
    closed: bool = False


class Document(Section, frozen=True):
    """All that a version says. `models`: terms by a model's id. `prompts`: a system prompt's text by name. `policy`:
    the privacy policy, as in its file; empty is the one of `vestibule.yaml`. `environments`: by name, what is laid over
    the rest there."""

    routes: Routes = Routes()
    models: dict[str, ModelTerms] = {}
    prices: tuple[Price, ...] = ()
    energy: Energy = Energy()
    currencies: Currencies = Currencies()
    presets: Tuned = Tuned()
    cache: CacheRules = CacheRules()
    budgets: Budgets = Budgets()
    experiments: tuple[Experiment, ...] = ()
    prompts: dict[str, str] = {}
    policy: dict[str, object] = {}
    environments: dict[Literal["development", "staging", "production"], dict[str, object]] = {}


class Configuration(msgspec.Struct, frozen=True):
    """A version in force: its `number` (0 is what is shipped) and what it says in this environment."""

    number: int = 0
    document: Document = Document()
