"""What the error status of a provider outside means, in our errors. Quotes nothing of what the provider said."""

from __future__ import annotations

from vestibule.core.errors import RateLimited, UpstreamFailed, VestibuleError
from vestibule.providers.cloud.api_keys import BEARER, KeyStyle
from vestibule.providers.home.transport import UpstreamRefused

RETRY_AFTER_S = 10.0

_MEANINGS = {
    400: ("did not understand the request", "The model may not take what was asked of it: functions, formats, length."),
    402: ("has no money left for this account", "Top up the account at the provider."),
    404: ("does not know the model", "Mend `name` of that model, or `url` of the provider, in vestibule.yaml."),
    413: ("finds the request too long", "Ask with less."),
    422: ("takes a parameter of the request for invalid", "Ask without unusual sampling, functions or formats."),
    503: ("is overloaded", "Ask again later."),
}
_KEY = ("did not accept the API key", "Check `keys` of that provider in vestibule.yaml.")
_OTHER = ("refused the request", "Check `url` of that provider in vestibule.yaml.")
_FAULT = ("failed", "Ask again.")


def explained(refusal: UpstreamRefused, provider: str, style: KeyStyle = BEARER) -> VestibuleError:
    """`RateLimited` for 429, else `UpstreamFailed`, with what `provider` meant and what to do."""
    status = refusal.status
    if status == 429:
        wait_s = RETRY_AFTER_S if refusal.retry_after_s is None else refusal.retry_after_s
        return RateLimited(
            f"{provider} wants fewer requests (status 429).", retry_after_s=wait_s, next_step="Ask again later."
        )
    if status == 403 or style.is_refused(status, refusal.body):
        meaning = _KEY
    else:
        meaning = _MEANINGS.get(status, _FAULT if status >= 500 else _OTHER)
    return UpstreamFailed(f"{provider} {meaning[0]} (status {status}).", next_step=meaning[1])
