"""Doubles for sources: a clock that stands, and HTTP that answers what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import httpx2

from tests.builders import NOON

PUBLIC = "93.184.216.34"


class Standing:
    """A clock that stands at noon until it is set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    async def sleep_until(self, moment: datetime) -> None:
        self.at = moment

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        yield


class Http(httpx2.AsyncBaseTransport):
    """Answers by the name of the host that was asked, and keeps what was asked."""

    def __init__(self, answer: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self._answer = answer
        self.asked: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.asked.append(request)
        return self._answer(request)


def pages(bodies: Mapping[str, str], *, kind: str = "text/html") -> Http:
    """Pages by their host and path; 404 for all others."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = bodies.get(f"{request.headers['host']}{request.url.path}")
        if body is None:
            return httpx2.Response(404)
        return httpx2.Response(200, headers={"content-type": kind}, content=_pieces(body))

    return Http(answer)


async def _pieces(body: str) -> AsyncIterator[bytes]:
    yield body.encode()


async def public_names(host: str) -> list[str]:
    """Every name stands for one public address."""
    return [PUBLIC]
