"""Tells what agents say to each other from what people ask: by the hand of one to another, not by the subject.

Functions that pass work on tell it alone. Else an agent's role in the system prompt, functions or earlier calls of
them, and a last turn as short as orders are.
"""

from __future__ import annotations

import re

from vestibule.core.chat import ChatRequest
from vestibule.routing.tasks.wording import Wording

SHORT = 600
"""Characters of a turn that hands work on; what is to be worked on is longer."""

_HANDS_ON = re.compile(
    r"(?i)^(?:hand_?-?(?:off|over)|transfer_to|delegate|assign|route_to|dispatch|escalate|report_back|"
    r"ask_(?:agent|colleague|worker)|(?:send|post)_message(?:_to)?|call_agent|next_agent)(?:_|-|[A-Z]|$)"
)
_ROLE = Wording(
    (
        *("agent", "agents", "coordinator", "coordinate", "coordinates", "co ordinate*", "orchestrat*", "supervisor"),
        *("dispatcher", "planner", "worker", "subagent*", "sub agent*", "multi agent*", "multiagent*", "swarm", "crew"),
        *("koordinat*", "koordinier*", "agenten*", "coordinateur*", "coordonn*", "coordinador*", "agente", "agentes"),
        *("điều phối*", "tác tử", "tác nhân"),
    )
)


def is_coordination(request: ChatRequest) -> bool:
    """Whether one agent speaks to another."""
    tools = request.tools
    if tools and any(_HANDS_ON.match(tool.name) for tool in tools):
        return True
    first = request.messages[0] if request.messages else None
    if first is None or first.role not in ("system", "developer"):
        return False
    last = request.messages[-1]
    if len(last.content) > SHORT or last.images or last.links:
        return False
    works = tools or last.name or any(message.role == "tool" for message in request.messages[-4:])
    return bool(works) and bool(_ROLE.found(first.content))
