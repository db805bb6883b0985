"""Asks a search service one question over HTTP, with bounds, and without showing its key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from bayse_agent.adapters.news.dates import moment
from bayse_agent.adapters.news.extraction import visible_text
from bayse_agent.adapters.news.publishers import registrable_domain
from bayse_agent.domain.errors import SourceUnavailable
from bayse_agent.domain.news import Article
from bayse_agent.domain.reading import content_id

MOST_BYTES = 5_000_000
_CONNECTS = 2


class Reply(BaseModel):
    """What a service answers: what is not asked for is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


R = TypeVar("R", bound=Reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request. What is in `headers`, `parameters` and `body` may be secret."""

    method: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]
    body: Mapping[str, object] | None = None


class SearchService:
    """The line to one service."""

    def __init__(
        self, name: str, *, timeout_s: float, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.name = name
        self._timeout_s = timeout_s
        self._client = httpx2.AsyncClient(
            transport=transport, timeout=timeout_s, follow_redirects=False
        )

    async def ask(self, question: Question) -> bytes:
        """The body of the answer. Raises SourceUnavailable, in which no secret is."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._asked(question)
        except TimeoutError:
            raise SourceUnavailable(f"no answer within {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            # Only its kind: its words may hold the address, and that the key.
            raise SourceUnavailable(f"no answer ({type(error).__name__})") from None

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(self, question: Question) -> bytes:
        for attempt in range(_CONNECTS):
            request = self._client.build_request(
                question.method,
                question.url,
                headers=dict(question.headers),
                params=dict(question.parameters),
                json=None if question.body is None else dict(question.body),
            )
            try:
                response = await self._client.send(request, stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                # It was never sent, so asking again costs nothing.
                if attempt + 1 == _CONNECTS:
                    raise
                continue
            try:
                return await _body(response)
            finally:
                await response.aclose()
        raise SourceUnavailable


async def _body(response: httpx2.Response) -> bytes:
    if response.status_code in (401, 403):
        raise SourceUnavailable("it does not take the key")
    if response.status_code in (402, 429, 432, 433):
        raise SourceUnavailable("its quota is used up")
    if response.status_code != httpx2.codes.OK:
        raise SourceUnavailable(f"it answered {response.status_code}")
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise SourceUnavailable("its answer is too long")
    return bytes(body)


def read_reply(body: bytes, kind: type[R]) -> R:
    """An answer as what it should be. Raises SourceUnavailable."""
    try:
        return kind.model_validate_json(body)
    except (ValidationError, json.JSONDecodeError):
        raise SourceUnavailable("its answer cannot be read") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result of a search. `texts` are what is told of it, longest wins; they may be HTML."""

    url: str
    title: str
    texts: Sequence[str | None]
    date: str | None


def articles_of(hits: Sequence[Hit], *, found_by: str, now: datetime) -> tuple[Article, ...]:
    """Results as articles; what has no address or no text is none."""
    found: list[Article] = []
    for hit in hits:
        text = max((visible_text(text) for text in hit.texts if text), key=len, default="")
        domain = registrable_domain(hit.url)
        if not text or not domain or not hit.url.startswith(("http://", "https://")):
            continue
        found.append(
            Article(
                id=content_id(hit.url, text),
                url=hit.url,
                domain=domain,
                title=visible_text(hit.title),
                text=text,
                published_at=moment(hit.date, now),
                retrieved_at=now,
                found_by=found_by,
            )
        )
    return tuple(found)
