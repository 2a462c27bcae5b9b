"""A request that brings a grammar is for models that follow it."""

import msgspec
import pytest

from tests.routing.deciding import always
from tests.routing.test_plan import HOME, asked, plan
from vestibule.core.chat import Options
from vestibule.core.errors import InvalidRequest
from vestibule.routing.catalogue import LANGUAGE_MODEL, Catalogue

FOLLOWING = msgspec.structs.replace(HOME, id="following", can=LANGUAGE_MODEL | {"grammar"})
WANTING = Options(grammar='root ::= "yes" | "no"')


def test_only_models_that_follow_one_are_asked() -> None:
    made = plan(Catalogue([HOME, FOLLOWING]), asked("auto", options=WANTING), always)
    assert [c.model.id for c in made.eligible] == ["following"]
    assert [(c.model.id, c.reason) for c in made.candidates if c.rejected] == [("home", "follows no grammar")]


@pytest.mark.parametrize("name", ["auto", "home"])
def test_where_there_is_none_the_caller_is_told(name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"The model `{name}` follows no grammar") as refused:
        plan(Catalogue([HOME]), asked(name, options=WANTING), always)
    assert refused.value.param == "vestibule.grammar"
