"""A request that wants LoRA adapters is for models that were loaded with them."""

import msgspec
import pytest

from tests.routing.deciding import always
from tests.routing.test_plan import HOME, asked, plan
from vestibule.core.chat import Options, RouteOptions
from vestibule.core.errors import InvalidRequest
from vestibule.routing.catalogue import Catalogue

ADAPTED = msgspec.structs.replace(HOME, id="adapted", adapters=("tone", "units"))
CATALOGUE = Catalogue([HOME, ADAPTED])


def wanting(**adapters: float) -> Options:
    return Options(route=RouteOptions(adapters=adapters))


def test_only_models_that_have_them_are_asked() -> None:
    made = plan(CATALOGUE, asked("auto", options=wanting(tone=0.7)), always)
    assert [c.model.id for c in made.eligible] == ["adapted"]
    assert [(c.model.id, c.reason) for c in made.candidates if c.rejected] == [("home", "has no adapter tone")]
    assert len(plan(CATALOGUE, asked("auto"), always).eligible) == 2


@pytest.mark.parametrize(("name", "known"), [("auto", "tone, units"), ("adapted", "tone, units"), ("home", "none")])
def test_an_unknown_one_names_the_known(name: str, known: str) -> None:
    with pytest.raises(InvalidRequest, match=f"The model `{name}` has no adapter `toen`") as refused:
        plan(CATALOGUE, asked(name, options=wanting(toen=1.0)), always)
    assert f"Its adapters: {known}." in refused.value.next_step
    assert refused.value.param == "vestibule.route.adapters"
