"""The port is taken once, for one or for several, and never shared with another program."""

from __future__ import annotations

import socket
import sys

import pytest

from vestibule.core.errors import Unavailable
from vestibule.core.settings import Settings
from vestibule.gateway.listening import address_of, bind, bind_shared


def test_several_listen_at_one_address_each_on_a_socket_of_its_own() -> None:
    listeners = bind_shared(Settings(port=0), 3)
    port = listeners[0].getsockname()[1]
    assert {one.getsockname() for one in listeners} == {("127.0.0.1", port)}
    assert len({one.fileno() for one in listeners}) == (3 if sys.platform == "linux" else 1)
    assert address_of(listeners[0]) == f"http://127.0.0.1:{port}"
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    for one in listeners:
        one.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the port is spread over sockets on Linux alone")
def test_the_kernel_spreads_connections_over_them() -> None:
    listeners = bind_shared(Settings(port=0), 2)
    connections = [socket.create_connection(listeners[0].getsockname(), timeout=5) for _ in range(64)]
    counts = []
    for listener in listeners:
        listener.setblocking(False)
        count = 0
        while True:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                break
            count += 1
        counts.append(count)
        listener.close()
    for connection in connections:
        connection.close()
    assert sum(counts) == 64
    assert min(counts) >= 8  # fewer come by chance once in ten thousand million times


def test_a_port_that_another_has_is_not_shared_with_it() -> None:
    listeners = bind_shared(Settings(port=0), 2)
    port = listeners[0].getsockname()[1]
    with pytest.raises(Unavailable, match=f"Cannot listen on 127.0.0.1:{port}"):
        bind_shared(Settings(port=port), 2)
    with pytest.raises(Unavailable, match="Cannot listen"):
        bind(Settings(port=port))
    for one in listeners:
        one.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_address_of_ipv6_stands_in_brackets() -> None:
    with bind(Settings(host="::1", port=0)) as listener:
        assert address_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"
