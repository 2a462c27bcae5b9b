"""What an arm changes of a request, and what it leaves as it was."""

from msgspec.structs import replace

from vestibule.core.chat import ChatRequest, Message, Options, PrivacyOptions, RouteOptions, Sampling
from vestibule.core.configuration import AdapterUse, Arm, SamplingPreset, TaskRule
from vestibule.routing.experiments import Assignment, applied

PRIVATE = Options(privacy=PrivacyOptions("restricted", False), route=RouteOptions(deadline_s=3.0))
REQUEST = ChatRequest("auto", (Message("user", "How warm is it?"),), options=PRIVATE, session="s")


def assigned(arm: Arm, prompt: str = "", experiment: str = "e") -> Assignment:
    return Assignment(experiment, "edition", arm, "unit", prompt)


def test_nothing_is_laid_over_nothing() -> None:
    assert applied(REQUEST, ()) == REQUEST


def test_of_auto_a_model_is_preferred_and_one_that_was_named_is_replaced() -> None:
    arm = assigned(Arm("b", model="large"))
    assert applied(REQUEST, [arm]) == replace(REQUEST, preferred="large", arms=("e edition b",))
    named = replace(REQUEST, model="small")
    assert applied(named, [arm]) == replace(named, model="large", arms=("e edition b",))


def test_sampling_is_under_what_the_caller_says() -> None:
    arm = assigned(Arm("b", sampling=SamplingPreset(temperature=0.2, top_p=0.9)))
    warm = replace(REQUEST, sampling=Sampling(temperature=0.8, max_tokens=9))
    assert applied(warm, [arm]).sampling == Sampling(temperature=0.8, top_p=0.9, max_tokens=9)


def test_prompt_and_adapters() -> None:
    arm = assigned(Arm("b", model="large", adapters={"energy": 0.5}, prompt="short"), "Be brief.")
    changed = applied(REQUEST, [arm])
    assert changed.messages == (Message("system", "Be brief."), *REQUEST.messages)
    assert changed.options == replace(PRIVATE, route=RouteOptions(deadline_s=3.0, adapters={"energy": 0.5}))


def test_several_experiments_are_laid_over_each_other() -> None:
    arms = [assigned(Arm("b", model="large"), experiment="one"), assigned(Arm("c", prompt="p"), "Be brief.", "two")]
    changed = applied(REQUEST, arms)
    assert (changed.preferred, changed.messages[0].content) == ("large", "Be brief.")
    assert changed.arms == ("one edition b", "two edition c")


def test_the_rule_of_a_task_is_under_its_arms() -> None:
    rule, prompts = TaskRule(prompt="short", adapters=(AdapterUse("energy"),)), {"short": "Be brief."}
    ruled = applied(REQUEST, (), rule, prompts)
    assert (ruled.messages[0].content, ruled.options.route.adapters) == ("Be brief.", {"energy": 1.0})
    assert ruled.arms == ()
    long = assigned(Arm("b", prompt="long"), "Be thorough.")
    assert applied(REQUEST, [long], rule, prompts).messages[0].content == "Be thorough."
    assert applied(replace(REQUEST, model="small"), (), rule, prompts).options.route.adapters == {}
    own = replace(REQUEST, options=Options(route=RouteOptions(adapters={"mine": 1.0})))
    assert applied(own, (), rule, prompts).options.route.adapters == {"mine": 1.0}
