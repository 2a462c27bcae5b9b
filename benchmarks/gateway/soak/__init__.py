"""A mixed soak: sessions of every kind at once through one running server, and whether its books agree in the end.

`make soak-gateway`. See benchmarks/gateway/README.md.
"""
