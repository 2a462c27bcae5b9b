"""The interface described: the OpenAPI document, its page, what is made of it for clients, and what must not change.

Describes routes; answers none. `python -m vestibule.gateway.reference` writes `clients/` anew.
"""
