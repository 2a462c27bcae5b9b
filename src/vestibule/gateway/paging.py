"""What lists are asked for: how many, in which order."""

from __future__ import annotations

from starlette.requests import Request

from vestibule.core.errors import InvalidRequest


def page_limit(request: Request, default: int, most: int) -> int:
    said = request.query_params.get("limit")
    if said is None:
        return default
    if said.isascii() and said.isdigit() and len(said) <= len(str(most)) and 1 <= int(said) <= most:
        return int(said)
    raise InvalidRequest("`limit` is not a number of items.", next_step=f"Use 1 to {most}.", param="limit")


def newest_first(request: Request) -> bool:
    order = request.query_params.get("order", "desc")
    if order not in ("asc", "desc"):
        raise InvalidRequest("`order` is neither asc nor desc.", next_step="Use one of the two.", param="order")
    return order == "desc"
