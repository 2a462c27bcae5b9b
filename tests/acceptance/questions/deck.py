"""Deals templates, names and periods evenly and makes cases of them. Knows no kind of question by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.acceptance.questions import periods
from tests.acceptance.questions.case import Case, Check, Subject
from tests.acceptance.questions.periods import SaidPeriod
from tests.acceptance.questions.phrasing import Template, fill, name_utility, read_templates
from tests.acceptance.questions.world import Building, Utility, World

_TAKES_ARTICLE = {"Office", "Hotel", "Clinic", "Hospital", "College", "School", "Tower", "Centre", "Warehouse"}


@dataclass
class Deck:
    """Templates of a kind come in shuffled rounds, so that every one is used before one comes again."""

    world: World
    random: Random
    templates: dict[str, tuple[Template, ...]] = field(default_factory=read_templates)
    _rounds: dict[str, list[Template]] = field(default_factory=dict)

    def deal(self, kinds: tuple[str, ...]) -> Template:
        """The next template of any of the kinds."""
        key = "|".join(kinds)
        if not self._rounds.get(key):
            templates = [template for kind in kinds for template in self.templates.get(kind, ())]
            self._rounds[key] = self.random.sample(templates, len(templates))
        return self._rounds[key].pop()

    def ask(
        self,
        kind: str,
        template: Template,
        buildings: tuple[str, ...],
        utility: Utility | None,
        said: SaidPeriod,
        check: Check,
        span2: str = "",
    ) -> Case:
        names = [self._name(self.world.building(b)) for b in buildings]
        question = fill(
            template,
            building=names[0] if names else "",
            other=names[-1] if names else "",
            utility=name_utility(utility, self.random) if utility else "",
            unit=unit_of(utility) if utility else "",
            when=said.when,
            span=said.span,
            span2=span2,
        )
        subjects = tuple(subject(self.world.building(b)) for b in buildings)
        strangers = tuple(subject(b) for b in self.world.portfolio.buildings if b.id not in buildings)
        return Case("", question, kind, template.persona, subjects, strangers, said.period, check)

    def building(self, utility: Utility | None = None) -> str:
        """A building at random, with a meter for the utility."""
        fitting = [m.building for m in self.world.portfolio.meters if utility in (None, m.utility)]
        return self.random.choice(list(dict.fromkeys(fitting)))

    def utility(self, building: str) -> Utility:
        return self.random.choice(self.world.utilities(building))

    def any_utility(self) -> Utility:
        known = dict.fromkeys(m.utility for m in self.world.portfolio.meters)
        return self.random.choice(list(known))

    def period(self) -> SaidPeriod:
        """Any period of the year, months and weeks most often."""
        year, number = self.world.truth.year, self.random.randint(1, 12)
        day = date(year, 1, 6) + timedelta(days=self.random.randrange(350))
        form = self.random.choice(["month", "month", "month", "week", "week", "nth", "days", "day", "half", "quarter"])
        if form == "month":
            return periods.say_month(year, number, self.random)
        if form == "week":
            return periods.say_week(day, self.random)
        if form == "nth":
            return periods.say_nth_week(year, number, self.random.randint(1, 4), self.random)
        if form == "days":
            return periods.say_days(day, day + timedelta(days=self.random.randint(2, 9)), self.random)
        if form == "day":
            return periods.say_day(day, self.random)
        if form == "half":
            return periods.say_half_month(year, number, self.random.random() < 0.5, self.random)
        if self.random.random() < 0.2:
            return periods.say_year(year)
        return periods.say_quarter(year, self.random.randint(1, 4), self.random)

    def month(self) -> SaidPeriod:
        return periods.say_month(self.world.truth.year, self.random.randint(1, 12), self.random)

    def _name(self, building: Building) -> str:
        with_article = [f"the {building.name}"] if building.name.split()[-1] in _TAKES_ARTICLE else []
        return self.random.choice([building.name, building.name, *building.aliases[:1], *with_article])


def subject(building: Building) -> Subject:
    return Subject(building.id, (building.name, *building.aliases))


def unit_of(utility: Utility) -> str:
    return "m³" if utility == "gas" else "kWh"
