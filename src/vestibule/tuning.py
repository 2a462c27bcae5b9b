"""Joins the versions of the configuration to the parts that they tune, and to those who know what one may say.

A part of the composition root. The rooms do not know of versions: each is given its section when a version goes live.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from vestibule.access.limits import Limiter
from vestibule.configuration import Configurations
from vestibule.configuration.current import Build, Swap
from vestibule.configuration.following import Follower
from vestibule.configuration.mistakes import Lint
from vestibule.configuration.office import Office
from vestibule.configuration.rules import KnownModel
from vestibule.configuration.store import Versions
from vestibule.configuration.watching import Watch
from vestibule.core.configuration import Configuration
from vestibule.core.settings import Settings
from vestibule.gateway.ports import Component
from vestibule.privacy.policy import Finding, Policy, PolicyError, PolicyStore, lint
from vestibule.routing.catalogue import Catalogue
from vestibule.storage.database import Database
from vestibule.storage.ownership import as_owner

FILE = "configuration.yaml"
_LINE = re.compile(r"^policy:(\d+): ")


@dataclass(frozen=True)
class Tuning:
    """What is tuned at run time, and where that is changed."""

    configurations: Configurations
    office: Office
    watch: Watch

    @property
    def component(self) -> Component:
        """A file that is refused changes nothing, and the house stays ready."""
        configurations = self.configurations
        running = f"version {configurations.current.number}"
        return Component(
            not configurations.stale,
            "; ".join(filter(None, (configurations.stale, running, self.watch.trouble))),
        )


@asynccontextmanager
async def open_tuning(
    settings: Settings,
    database: Database,
    configurations: Configurations,
    *,
    policies: PolicyStore,
    limiter: Limiter,
    catalogue: Catalogue,
) -> AsyncIterator[Tuning]:
    """Take up the live version, and follow it and the home's file until left."""
    configurations.join(_policy_of(policies))
    configurations.join(_budgets_of(limiter))
    versions = Versions(database)
    follower = Follower(
        configurations, versions, database.changes, settings.environment, lambda: list(_known(catalogue))
    )

    async def models() -> Mapping[str, KnownModel]:
        return {model.id: model for model in _known(catalogue)}

    tuning = Tuning(
        configurations, office := Office(versions, models, policy_lint(settings)), Watch(settings.home / FILE, office)
    )
    async with follower.running():
        lock = settings.home / "run" / "configuration.lock"
        watching = asyncio.create_task(as_owner(lock, tuning.watch.run), name="configuration file")
        try:
            yield tuning
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


def office(settings: Settings, database: Database) -> Office:
    """Where versions are made without a running house: what may be named is what the workers last had, and what the
    settings name."""
    versions = Versions(database)
    outside = {provider.id for provider in settings.outside}

    async def models() -> Mapping[str, KnownModel]:
        named = (KnownModel(m.id, "cloud" if m.provider in outside else "home") for m in settings.models)
        return {model.id: model for model in named} | await versions.models()

    return Office(versions, models, policy_lint(settings))


def policy_lint(settings: Settings) -> Lint:
    """Reads the section `policy` as `vestibule privacy lint` reads a file."""

    def read(content: bytes) -> Iterable[Finding]:
        try:
            policy = Policy.draft(content, "policy")
        except PolicyError as error:
            line = _LINE.match(error.message)
            said = _LINE.sub("", error.message)
            return [Finding("error", int(line[1]) if line else 1, said, error.next_step)]
        return lint(policy, [p.id for p in settings.providers], [p.region for p in settings.providers])

    return read


def _known(catalogue: Catalogue) -> Iterable[KnownModel]:
    return (KnownModel(model.id, model.location, model.adapters) for model in catalogue)


def _policy_of(policies: PolicyStore) -> Build:
    def build(configuration: Configuration) -> Swap:
        said = configuration.document.policy
        policy = Policy.parse(msgspec.json.encode(said, order="sorted"), "policy") if said else None
        return lambda: policies.lay(policy)

    return build


def _budgets_of(limiter: Limiter) -> Build:
    def build(configuration: Configuration) -> Swap:
        return lambda: limiter.rules.restrain(configuration.document.budgets)

    return build
