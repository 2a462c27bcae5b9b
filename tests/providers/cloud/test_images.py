"""How one image is fetched, from servers over real sockets and real TLS: what is sent, what is taken, what is not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from tests.privacy.images.files import file
from tests.providers.cloud.conftest import Certificate, cloud, reply, sends
from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused, InvalidRequest
from vestibule.core.settings import ImageSettings
from vestibule.providers.cloud import images
from vestibule.providers.cloud.images import ImageDoor
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.trust import trusted_by

PNG = file("PNG")
LIMIT = 1_000_000
SEALER = Sealer()


def door(*hosts: str, http: bool = False) -> ImageDoor:
    return ImageDoor(ImageSettings(True, hosts, http), CloudTransport(SEALER).redeem)


async def fetch(way: ImageDoor, url: str, limit: int = LIMIT, sealer: Sealer = SEALER) -> bytes | str:
    body = msgspec.json.encode({"url": url})
    cleared = ClearedRequest(body, way.destination(url), "m", 1, "a", time.monotonic() + 30)
    return await way.get(sealer.seal(cleared), limit)


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch, certificate: Certificate) -> None:
    """This machine counts as out in the world, and its authority is trusted."""
    monkeypatch.setattr(images, "is_public", lambda address: True)
    monkeypatch.setattr(images, "trusted_by", lambda _: trusted_by(certificate.ca_file))


@pytest.mark.usefixtures("near")
async def test_an_image_is_fetched_without_a_word_of_anybodys(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (netrc := tmp_path / "netrc").write_text("machine 127.0.0.1 login anna password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with cloud(sends(reply(PNG, 200, "Set-Cookie: a=b")), certificate.context) as server:
        host = f"127.0.0.1:{server.port}"
        way = door(host)
        for _ in range(2):
            assert await fetch(way, f"https://{host}/plant.png?size=2#top") == PNG
        heads = [head.lower() for head, _ in server.requests]
        assert all(head.startswith("get /plant.png?size=2 http/1.1") for head in heads)
        for word in ("cookie", "authorization", "referer", "user-agent", "secret", "python", "aiohttp"):
            assert not any(word in head for head in heads)


@pytest.mark.usefixtures("near")
async def test_where_it_has_moved_is_told_and_not_followed(certificate: Certificate) -> None:
    for status, location, told in (
        (301, "/b.png", "https://{}/b.png"),
        (307, "https://elsewhere.example/c.png", "https://elsewhere.example/c.png"),
        (302, "//169.254.169.254/latest", "https://169.254.169.254/latest"),
    ):
        async with cloud(sends(reply(b"", status, f"Location: {location}")), certificate.context) as server:
            host = f"127.0.0.1:{server.port}"
            assert await fetch(door(host), f"https://{host}/a.png") == told.format(host)
            assert len(server.requests) == 1


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(b"gone", 404), "answered 404"),
        (reply(b"", 302), "not where to"),
        (reply(PNG, 200, "Content-Encoding: gzip"), "packed"),
        (reply(b"x" * 2001), "MiB that are left"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000, "MiB that are left"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nx", "cannot be had"),
        (b"no HTTP at all\r\n\r\n", "cannot be had"),
    ],
)
async def test_what_is_no_whole_image_is_told(certificate: Certificate, answer: bytes, said: str) -> None:
    async with cloud(sends(answer, stays=False), certificate.context) as server:
        host = f"127.0.0.1:{server.port}"
        with pytest.raises(InvalidRequest, match=said) as caught:
            await fetch(door(host), f"https://{host}/a.png", 2000)
        assert caught.value.next_step


async def test_a_certificate_that_is_not_trusted_is_no_server(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "is_public", lambda address: True)
    async with cloud(sends(reply(PNG)), certificate.context) as server:
        host = f"127.0.0.1:{server.port}"
        with pytest.raises(InvalidRequest, match="cannot be had"):
            await fetch(door(host), f"https://{host}/a.png")
        assert server.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_what_is_near_is_never_connected_to(host: str) -> None:
    """Whatever the operator listed, and however it is spelled."""
    async with cloud(sends(reply(PNG))) as server:
        named = f"{host}:{server.port}"
        with pytest.raises(InvalidRequest, match=r"out in the world|has no address|not fetched from"):
            await fetch(door(named, named.replace("[", "").replace("]", ""), http=True), f"http://{named}/a.png")
        assert server.connections == 0


async def test_a_name_is_resolved_once_and_every_address_of_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    loop, resolve = asyncio.get_running_loop(), asyncio.get_running_loop().getaddrinfo

    async def resolving(host: object, port: object, **more: object) -> list[object]:
        asked.append(host)
        if host != "images.example":
            return await resolve(host, port, **more)  # type: ignore[arg-type,return-value]  # as it was asked
        return [(2, 1, 6, "", ("93.184.215.14", port)), (2, 1, 6, "", ("192.168.0.7", port))]

    monkeypatch.setattr(loop, "getaddrinfo", resolving)
    with pytest.raises(InvalidRequest, match="not out in the world"):
        await fetch(door("images.example"), "https://images.example/a.png")
    assert asked == ["images.example"]


async def test_the_address_that_was_checked_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time is not asked for a second time."""
    answers = ["127.0.0.1", "10.0.0.1"]
    loop, asked, resolve = asyncio.get_running_loop(), list[str](), asyncio.get_running_loop().getaddrinfo

    async def resolving(host: object, port: object, **more: object) -> list[object]:
        if host != "images.example":
            return await resolve(host, port, **more)  # type: ignore[arg-type,return-value]  # as it was asked
        asked.append(str(host))
        return [(2, 1, 6, "", (answers[len(asked) - 1], port))]

    monkeypatch.setattr(loop, "getaddrinfo", resolving)
    monkeypatch.setattr(images, "is_public", lambda address: address == "127.0.0.1")
    async with cloud(sends(reply(PNG))) as server:
        url = f"http://images.example:{server.port}/a.png"
        assert await fetch(door(f"images.example:{server.port}", http=True), url) == PNG
    assert asked == ["images.example"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://other.example/a.png", "not fetched from other.example"),
        ("https://example.org.other.example/a.png", "not fetched from"),
        ("https://badexample.org/a.png", "not fetched from"),
        ("https://example.org:8443/a.png", "not fetched from example.org:8443"),
        ("https://example.net/a.png", "not fetched from example.net"),
        ("http://example.org/a.png", "over https alone"),
        ("https://anna:secret@example.org/a.png", "carries a credential"),
        ("https:///a.png", "not that of a page|cannot be read"),
        ("https://example.org:99999/a.png", "cannot be read|not that of a page"),
        ("https://[::1/a.png", "cannot be read"),
        ("ftp://example.org/a.png", "not that of a page"),
    ],
)
def test_only_hosts_that_are_named_are_asked(url: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        door("example.org", "*.example.net", "images.example:8443").destination(url)
    assert "secret" not in str(caught.value)


def test_hosts_are_named_with_port_or_domain() -> None:
    way = door("Example.org", "*.example.net", "images.example:8443")
    for url, host, port in (
        ("https://example.org/a.png", "example.org", 443),
        ("https://EXAMPLE.ORG./a.png", "example.org", 443),
        ("https://a.b.example.net/a.png", "a.b.example.net", 443),
        ("https://images.example:8443/", "images.example", 8443),
    ):
        assert way.destination(url) == Destination("https", host, port, cloud=True)


async def test_without_a_clearance_nothing_leaves() -> None:
    with pytest.raises(EgressRefused, match="no valid clearance"):
        await fetch(door("example.org"), "https://example.org/a.png", sealer=Sealer())
