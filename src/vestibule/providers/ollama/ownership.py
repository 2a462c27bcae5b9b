"""Does the daemon run this model itself, now? Asked before every request that carries anything of anybody's."""

from __future__ import annotations

from vestibule.core.clearance import Destination
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.ollama.tags import listed_models, named

LOOK_S = 5.0


async def require_home_model(transport: HomeTransport, daemon: Destination, name: str) -> None:
    """Raise `EgressRefused` for a model that the daemon would forward, `UpstreamFailed` for one that it has not, and
    where it does not answer."""
    try:
        model = named(await listed_models(transport, daemon, wait_s=LOOK_S), name)
    except UpstreamFailed as failure:
        if failure.fault != "unreachable":
            raise
        raise UpstreamFailed(
            f"The Ollama of this house, which runs {name}, does not answer at {daemon}.",
            next_step="It is found again within seconds once it runs; `vestibule doctor` says how it is with it.",
            fault="unreachable",
        ) from None
    if model is None:
        raise missing(name)
    if model.remote:
        raise elsewhere(name)


def elsewhere(model: str) -> EgressRefused:
    return EgressRefused(
        f"{model} is not, or no longer, a model that the Ollama of this house runs itself.",
        next_step="Start Ollama with OLLAMA_NO_CLOUD=1 and pull a model that it can run.",
    )


def missing(model: str) -> UpstreamFailed:
    return UpstreamFailed(
        f"The Ollama of this house does not have {model}.",
        next_step=f"`vestibule models pull {model}` brings it.",
        fault="refused",
    )
