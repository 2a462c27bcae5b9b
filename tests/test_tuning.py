"""A house that is tuned while it runs: a version holds for the next request, and what it tightens holds at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.configuration.conftest import until
from tests.conftest import home_with_database
from tests.egress.servers.certificates import Certificates
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Speech
from tests.test_cloud import KEY, Cloud, cloud
from vestibule.configuration.mistakes import ConfigurationError
from vestibule.configuration.store import Standing, Versions, Worker
from vestibule.core.answer import Completed
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options, RouteOptions
from vestibule.core.errors import EgressRefused, RateLimited, Unavailable
from vestibule.core.settings import Settings
from vestibule.tuning import policy_lint

OPEN = "policy:\n  version: {}\n  cloud: [{{allow: [public, internal]}}]\n  consent: {{required: false}}\n"


@pytest.fixture(scope="module")
def tuned_home() -> Iterator[Path]:
    with home_with_database() as home:
        yield home


@pytest.fixture
async def tuned(tuned_home: Path, tmp_path: Path) -> AsyncIterator[Cloud]:
    """A house with a model outside, which is tuned as it is shipped."""
    (tmp_path / "certificates").mkdir()
    certificates = Certificates.make(tmp_path / "certificates")
    with RecordingServer(OpenAIChat(), certificates, Speech(calls=False), KEY) as server:
        async with cloud(tuned_home, tmp_path, server) as running:
            await apply(running, "{}\n")
            yield running


async def apply(running: Cloud, text: str) -> int:
    """Make it live, and wait until this house answers by it."""
    house = running.house
    applied = await house.tuning.office.apply(text.encode(), author="test", reason="a test")
    await until(lambda: house.tuning.configurations.current.number == applied.version.number)
    return applied.version.number


async def answered(running: Cloud, question: str = "Is a heat pump worth it?") -> Completed:
    last = (await running.ask(question))[-1]
    assert isinstance(last, Completed)
    return last


async def test_an_answer_its_record_and_the_trail_name_the_version(tuned: Cloud) -> None:
    number = await apply(tuned, OPEN.format(3))
    answer = await answered(tuned)
    assert answer.report.route.config_version == number
    (record,) = await tuned.trail(1)
    assert record.entry.configuration == number
    assert record.entry.policy.startswith("3:")
    proven = await tuned.house.privacy.trail.verify()
    assert proven.proven


async def test_the_policy_of_a_version_goes_before_the_files_and_a_rollback_brings_that_back(tuned: Cloud) -> None:
    shipped = tuned.house.tuning.configurations.current.number
    of_file = tuned.house.privacy.policies.current.id
    await answered(tuned)
    await apply(tuned, "policy: {version: 9}\n")
    with pytest.raises(EgressRefused, match="no cloud rule allows"):
        await tuned.ask("Is a heat pump worth it?")
    await tuned.house.tuning.office.rollback(shipped, author="test", reason="too strict")
    await until(lambda: tuned.house.privacy.policies.current.id == of_file)
    await answered(tuned)


async def test_a_policy_that_none_may_be_is_refused_with_its_line(tuned: Cloud) -> None:
    before = tuned.house.privacy.policies.current
    for wrong, said in (("types: {PASSWORD: {rule: keep}}", "no policy loosens"), ("cloudy: []", "cloudy")):
        with pytest.raises(ConfigurationError, match=said) as refused:
            await apply(tuned, f"cache: {{seconds: 5}}\npolicy:\n  version: 1\n  {wrong}\n")
        assert refused.value.mistakes[0].line == 4
    assert tuned.house.privacy.policies.current is before


async def test_a_house_that_does_not_hear_closes_the_way_out_and_opens_it_again(
    tuned: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_: Versions, worker: Worker) -> Standing:
        raise Unavailable("The database does not answer.")

    held = tuned.house.tuning.configurations
    await answered(tuned)
    with monkeypatch.context() as patched:
        patched.setattr(Versions, "beat", silent)
        await until(lambda: held.stale != "")
        with pytest.raises(EgressRefused, match="which version of the configuration is live"):
            await tuned.ask("Is a heat pump worth it?")
        state = (await tuned.house.readiness())["configuration"]
        assert (state.ok, "does not answer" in state.reason) == (False, True)
    await until(lambda: held.stale == "")
    await answered(tuned)
    assert (await tuned.house.readiness())["configuration"].ok


async def test_budgets_tighten_what_the_settings_allow_and_never_more(tuned: Cloud) -> None:
    tenant, rules = tuned.issued.key.tenant, tuned.house.pipeline.access.limiter.rules
    await apply(tuned, f"budgets: {{tenants: {{{tenant}: {{requests_per_minute: 1}}}}}}\n")
    assert rules.allowance("tenant", tenant).requests_per_minute == 1
    asked = [tuned.ask("Is a heat pump worth it?") for _ in range(3)]
    assert RateLimited in {type(one) for one in await asyncio.gather(*asked, return_exceptions=True)}
    key = tuned.issued.key.id
    before = rules.allowance("key", key).requests_per_minute
    assert before
    await apply(tuned, f"budgets: {{keys: {{{key}: {{requests_per_minute: {before * 10}}}}}}}\n")
    assert rules.allowance("key", key).requests_per_minute == before
    assert rules.allowance("tenant", tenant).requests_per_minute is None


async def test_answers_to_a_kind_of_task_that_is_never_kept_are_not(tuned: Cloud) -> None:
    async def asked() -> str:
        request = ChatRequest(
            "auto",
            (Message("user", "Summarise what the house knows."),),
            options=Options(route=RouteOptions(task="report")),
        )
        events = [e async for e in tuned.house.pipeline.run(Credential(tuned.issued.token), request)]
        last = events[-1]
        assert isinstance(last, Completed)
        return last.report.cache.status

    await apply(tuned, "cache: {never: [report]}\n")
    assert [await asked(), await asked()] == ["miss", "miss"]
    await apply(tuned, "cache: {never: [lookup]}\n")
    assert [await asked(), await asked()] == ["miss", "hit"]


async def test_a_wrong_file_in_the_home_is_named_while_the_house_stays_ready(tuned: Cloud) -> None:
    file = tuned.house.settings.home / "configuration.yaml"
    file.write_text("routes: {tasks: {lookup: {prefer: [nobody]}}}\n")
    try:
        await until(lambda: "nobody" in tuned.house.tuning.component.reason)
        assert tuned.house.tuning.component.ok
        file.write_text("cache: {seconds: 77}\n")
        await until(lambda: tuned.house.tuning.configurations.current.document.cache.seconds == 77)
        assert "nobody" not in tuned.house.tuning.component.reason
    finally:
        file.unlink()


def test_the_linter_tells_lines_of_the_section() -> None:
    (found,) = policy_lint(Settings())(b"\n\nversion: 1\ncloud: 5\n")
    assert (found.severity, found.line) == ("error", 4)
