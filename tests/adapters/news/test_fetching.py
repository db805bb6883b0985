"""Pages are fetched from the open internet only, whatever an address pretends to be."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from bayse_agent.adapters.news.fetching import FetchLimits, NoPage, Page, PageFetcher
from bayse_agent.adapters.news.reach import Reach
from tests.adapters.news.web import Answer, Web, always, response, web

PUBLIC = "93.184.216.34"

NOT_FETCHED = [
    # loopback, in every way of writing it
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7f.0.0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://00000177.0.0.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    # other letters for the same
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://127\u30020\u30020\u30021/",
    "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
    "http://\u2460\u2461\u2466.0.0.1/",
    "http://xn--/",
    # inside networks, clouds, carriers
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.test/computeMetadata/v1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://198.18.0.1/",
    "http://192.0.0.192/",
    "http://192.88.99.1/",
    "http://168.63.129.16/",
    "http://[3fff::1]/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    # who, and where else
    f"http://user@{PUBLIC}/",
    f"http://user:secret@{PUBLIC}/",
    f"http://{PUBLIC}@127.0.0.1/",
    f"http://127.0.0.1\\@{PUBLIC}/",
    f"http://{PUBLIC}:22/",
    f"http://{PUBLIC}:8080/",
    f"http://{PUBLIC}:99999/",
    f"http://{PUBLIC}:0/",
    # not the web
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://93.184.216.34/",
    "dict://127.0.0.1:11211/",
    "data:text/html,hello",
    "javascript:alert(1)",
    "//127.0.0.1/",
    "http:///",
    "http://",
    "",
    "http://ex ample.com/",
    "http://example.com\r\nHost: 127.0.0.1/",
    "http://exa%6dple.com/",
    "http://-bad.example/",
    "http://" + "a" * 2_100 + "/",
]


class Names:
    """A resolver that counts, and answers what it is told, one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host.startswith(("localhost", "metadata")) or not self._answers:
            return ["169.254.169.254" if host.startswith("metadata") else "127.0.0.1"]
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Counting(httpx2.AsyncBaseTransport):
    """Counts what would have been sent."""

    def __init__(self) -> None:
        self.sent: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        return httpx2.Response(200, headers={"content-type": "text/html"}, content=_pieces())


async def _pieces() -> AsyncIterator[bytes]:
    yield b"reached"


def test_the_list_of_what_is_not_fetched_when_counted_then_it_has_its_sixty() -> None:
    assert len(set(NOT_FETCHED)) >= 60


@pytest.mark.parametrize("url", NOT_FETCHED)
async def test_fetch_when_an_address_is_not_on_the_open_web_then_nobody_is_connected_to(
    url: str,
) -> None:
    transport = Counting()
    fetcher = PageFetcher(resolver=Names(), transport=transport)
    assert isinstance(await fetcher.fetch(url), NoPage)
    assert transport.sent == []


async def test_fetch_when_a_name_is_public_then_its_address_is_connected_to_under_its_name() -> (
    None
):
    transport, names = Counting(), Names([PUBLIC])
    page = await PageFetcher(resolver=names, transport=transport).fetch(
        "https://B\u00fccher.example/a b?q=\u00e9#part".replace(" ", "%20")
    )
    (sent,) = transport.sent
    assert isinstance(page, Page)
    assert (sent.url.host, sent.url.port or 443) == (PUBLIC, 443)
    assert sent.headers["host"] == "xn--bcher-kva.example"
    assert sent.extensions["sni_hostname"] == "xn--bcher-kva.example"
    assert names.asked == ["xn--bcher-kva.example"]


async def test_fetch_when_one_of_several_answers_is_private_then_nobody_is_connected_to() -> None:
    transport = Counting()
    fetcher = PageFetcher(resolver=Names([PUBLIC, "10.0.0.1"]), transport=transport)
    assert isinstance(await fetcher.fetch("http://news.example/"), NoPage)
    assert transport.sent == []


async def test_fetch_when_a_name_changes_its_address_then_it_was_looked_up_only_once() -> None:
    transport, names = Counting(), Names([PUBLIC], ["127.0.0.1"])
    await PageFetcher(resolver=names, transport=transport).fetch("http://rebind.example/")
    assert len(names.asked) == 1
    assert [request.url.host for request in transport.sent] == [PUBLIC]


class Redirecting(Counting):
    """Sends everybody somewhere else."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self._to = to

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        return httpx2.Response(302, headers={"location": self._to})


@pytest.mark.parametrize("to", [url for url in NOT_FETCHED if url and "\r" not in url])
async def test_fetch_when_it_is_sent_to_where_nothing_is_fetched_then_it_does_not_go(
    to: str,
) -> None:
    transport = Redirecting(to.encode("ascii", "backslashreplace").decode())
    fetcher = PageFetcher(resolver=Names([PUBLIC]), transport=transport)
    assert isinstance(await fetcher.fetch("http://news.example/"), NoPage)
    assert {request.url.host for request in transport.sent} == {PUBLIC}


async def test_fetch_when_a_redirect_leads_to_a_rebound_name_then_it_is_looked_at_again() -> None:
    transport = Redirecting("/again")
    names = Names([PUBLIC], ["127.0.0.1"])
    answer = await PageFetcher(resolver=names, transport=transport).fetch("http://rebind.example/")
    assert isinstance(answer, NoPage)
    assert len(transport.sent) == 1


async def test_fetch_when_redirects_do_not_end_then_it_stops_after_three() -> None:
    transport = Redirecting("/again")
    fetcher = PageFetcher(resolver=Names([PUBLIC]), transport=transport)
    answer = await fetcher.fetch("http://news.example/")
    assert isinstance(answer, NoPage)
    assert len(transport.sent) == 4


@asynccontextmanager
async def _loopback(
    answer: Answer, *, timeout_s: float = 5.0, most_bytes: int = 100_000
) -> AsyncIterator[tuple[Web, PageFetcher, str]]:
    async with web(answer) as server:
        fetcher = PageFetcher(
            limits=FetchLimits(timeout_s=timeout_s, most_bytes=most_bytes),
            resolver=Names(["127.0.0.1"]),
            reach=Reach(ports=frozenset({server.port}), admits=lambda _: True),
        )
        yield server, fetcher, f"http://news.example:{server.port}/story"
        await fetcher.close()


async def test_fetch_when_a_server_sets_cookies_then_none_is_ever_sent() -> None:
    cookie = "Set-Cookie: id=1; Path=/\r\n"
    async with _loopback(always(response(b"x", headers=cookie))) as (server, fetcher, url):
        await fetcher.fetch(url)
        await fetcher.fetch(url)
    sent = "".join(server.requests).lower()
    assert server.connections == 2
    assert f"host: news.example:{server.port}" in sent
    assert "cookie" not in sent
    assert "authorization" not in sent


async def test_fetch_when_proxies_and_a_netrc_are_set_then_they_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine news.example login a password canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    async with _loopback(always(response(b"x"))) as (server, fetcher, url):
        assert isinstance(await fetcher.fetch(url), Page)
    assert "canary" not in "".join(server.requests)
    assert "authorization" not in "".join(server.requests).lower()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"news " * 100)),
        ("deflate", zlib.compress(b"news " * 100)),
        ("", b"news " * 100),
    ],
    ids=["gzip", "deflate", "plain"],
)
async def test_fetch_when_a_body_is_packed_then_it_is_unpacked(coding: str, body: bytes) -> None:
    headers = f"Content-Encoding: {coding}\r\n" if coding else ""
    async with _loopback(always(response(body, headers=headers))) as (_, fetcher, url):
        page = await fetcher.fetch(url)
    assert isinstance(page, Page)
    assert page.body == b"news " * 100


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(bytes(50_000_000))),
        ("deflate", zlib.compress(bytes(50_000_000))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(1_000)))),
        ("br", b"\x00"),
        ("zstd", b"\x00"),
        ("gzip", b"not packed at all"),
        ("", bytes(200_000)),
    ],
    ids=["gzip bomb", "deflate bomb", "twice", "br", "zstd", "not packed", "long"],
)
async def test_fetch_when_a_body_is_a_bomb_or_packed_otherwise_then_it_is_refused(
    coding: str, body: bytes
) -> None:
    headers = f"Content-Encoding: {coding}\r\n" if coding else ""
    async with _loopback(always(response(body, headers=headers))) as (_, fetcher, url):
        assert isinstance(await fetcher.fetch(url), NoPage)


async def test_fetch_when_a_body_never_ends_then_it_is_cut_off() -> None:
    async def endless(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(bytes(10_000))
            await writer.drain()

    async with _loopback(endless) as (_, fetcher, url):
        answer = await fetcher.fetch(url)
    assert isinstance(answer, NoPage)
    assert answer.why == "more than 100000 bytes"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
async def test_fetch_when_a_server_drips_or_is_silent_then_it_takes_no_longer_than_allowed(
    head: bytes,
) -> None:
    async def drip(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for letter in b"HTTP/1.1 200 OK" * 1_000:
            writer.write(bytes([letter]))
            await writer.drain()
            await asyncio.sleep(0.05)

    started = asyncio.get_running_loop().time()
    async with _loopback(drip, timeout_s=0.3) as (_, fetcher, url):
        answer = await fetcher.fetch(url)
    assert isinstance(answer, NoPage)
    assert answer.why == "it took longer than 0.3 s"
    assert asyncio.get_running_loop().time() - started < 3


async def test_fetch_when_headers_never_end_then_it_is_refused() -> None:
    async def endless(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: " + bytes([97]) * 1_000 + b"\r\n")
            await writer.drain()

    async with _loopback(endless) as (_, fetcher, url):
        assert isinstance(await fetcher.fetch(url), NoPage)


@pytest.mark.parametrize(
    "answer",
    [
        response(b"%PDF-1.7 ...", kind="application/pdf"),
        response(b"\n%PDF-1.7 ...", kind="text/html"),
        response(b"{}", kind="application/json"),
        response(b"GIF89a", kind="image/gif"),
        response(b"gone", status="404 Not Found"),
        response(b"", status="302 Found"),
        b"no http at all\r\n\r\n",
        b"",
    ],
)
async def test_fetch_when_what_comes_is_no_page_then_it_is_refused(answer: bytes) -> None:
    async with _loopback(always(answer)) as (_, fetcher, url):
        assert isinstance(await fetcher.fetch(url), NoPage)
