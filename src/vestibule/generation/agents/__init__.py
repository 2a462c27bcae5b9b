"""Templates for agents that work together: what to send to have a plan made, a task handed over, results merged and
conflicts resolved. Each is a text and a JSON schema in `templates/`. Knows no model and runs no agent."""

from vestibule.generation.agents.template import AgentTemplate, agent_templates, completed

__all__ = ["AgentTemplate", "agent_templates", "completed"]
