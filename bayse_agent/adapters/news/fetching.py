"""Fetches one page from the open internet, as if everything about it were hostile.

A name is looked up once, every answer must be public, and the connection goes to the very address
that was looked at. Each redirect goes through the same. No cookies, no credentials, no proxies.
"""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol
from urllib.parse import urljoin

import httpx2

from bayse_agent.adapters.news.inflating import Inflater, TooLarge, Unpackable
from bayse_agent.adapters.news.reach import OutOfReach, Reach, Target, checked, literal, target

PAGES = ("text/html", "application/xhtml+xml", "text/plain")
FEEDS = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
    "text/html",
    "text/plain",
)
_REDIRECTS = (301, 302, 303, 307, 308)
_LOOKUPS_AT_ONCE = 4
_AGENT = "bayse-agent (news reader)"


class Resolver(Protocol):
    """Looks a name up."""

    async def __call__(self, host: str) -> list[str]:
        """All addresses that a name stands for. Raises OSError when there are none."""


class SystemResolver:
    """The computer's own way of looking names up, in threads of its own: it may take long."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="names")

    async def __call__(self, host: str) -> list[str]:
        def look_up() -> list[str]:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            return [str(answer[4][0]) for answer in found]

        return await asyncio.get_running_loop().run_in_executor(self._threads, look_up)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What a page may cost: time in all, bytes when unpacked, and redirects."""

    timeout_s: float = 10.0
    most_bytes: int = 5_000_000
    most_redirects: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it came. `url` is where it was in the end."""

    url: str
    kind: str
    charset: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPage:
    """A page that was not fetched, and why."""

    url: str
    why: str


class PageFetcher:
    """Fetches pages. It remembers nothing between two of them."""

    def __init__(
        self,
        *,
        limits: FetchLimits | None = None,
        resolver: Resolver | None = None,
        reach: Reach | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`resolver`, `reach` and `transport` are for tests: by default only the public web is
        within reach.
        """
        self._limits = FetchLimits() if limits is None else limits
        self._resolver = SystemResolver() if resolver is None else resolver
        self._reach = Reach() if reach is None else reach
        self._client = httpx2.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=self._limits.timeout_s,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            # A connection belongs to a name, and is never used for another on the same address.
            limits=httpx2.Limits(max_keepalive_connections=0),
            headers={"user-agent": _AGENT, "accept-encoding": "gzip"},
        )

    async def fetch(self, url: str, *, kinds: tuple[str, ...] = PAGES) -> Page | NoPage:
        """The page at an address, when it is of one of the kinds."""
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                return await self._follow(url, kinds)
        except TimeoutError:
            return NoPage(url=url, why=f"it took longer than {self._limits.timeout_s:g} s")
        except (OutOfReach, TooLarge, Unpackable) as error:
            return NoPage(url=url, why=str(error))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            return NoPage(url=url, why=type(error).__name__)

    async def close(self) -> None:
        await self._client.aclose()

    async def _follow(self, url: str, kinds: tuple[str, ...]) -> Page | NoPage:
        where = target(url, self._reach)
        for _ in range(self._limits.most_redirects + 1):
            answer = await self._once(where, kinds)
            if not isinstance(answer, str):
                return answer
            where = target(urljoin(where.url, answer), self._reach)
        raise OutOfReach(f"more than {self._limits.most_redirects} redirects")

    async def _once(self, where: Target, kinds: tuple[str, ...]) -> Page | NoPage | str:
        """The page at a place, or where it says to go instead."""
        known = literal(where.host)
        answers = [where.host] if known is not None else await self._resolver(where.host)
        address = checked(answers, self._reach)
        number = f"[{address}]" if address.version == 6 else str(address)
        request = self._client.build_request(
            "GET",
            f"{where.scheme}://{number}:{where.port}{where.path}",
            headers={"host": where.authority},
            # The certificate must be that of the name, not of the address.
            extensions={} if known is not None else {"sni_hostname": where.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return response.headers["location"]
            return await self._read(where, response, kinds)
        finally:
            await response.aclose()

    async def _read(
        self, where: Target, response: httpx2.Response, kinds: tuple[str, ...]
    ) -> Page | NoPage:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code != httpx2.codes.OK:
            return NoPage(url=where.url, why=f"the server answered {response.status_code}")
        if kind not in kinds:
            return NoPage(url=where.url, why=f"it is no page but {kind[:60]!r}")
        coding = response.headers.get("content-encoding", "")
        inflater = Inflater(coding, most=self._limits.most_bytes)
        async for piece in response.aiter_raw():
            inflater.feed(piece)
        body = inflater.body
        if body.lstrip()[:5] == b"%PDF-":
            return NoPage(url=where.url, why="it is no page but a PDF")
        return Page(url=where.url, kind=kind, charset=response.charset_encoding, body=body)
