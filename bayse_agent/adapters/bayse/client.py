"""Carries requests to the venue: paced, signed afresh for each attempt, bounded in every way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self, TypeVar

import httpx2
import stamina

from bayse_agent.adapters.bayse.address import Address
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.pacing import Lane, Pace, RateWindow
from bayse_agent.adapters.bayse.replies import Answer, NeverSent, failure, retry_after_s
from bayse_agent.adapters.bayse.secrets import Credentials, Session
from bayse_agent.adapters.bayse.signing import signature
from bayse_agent.adapters.bayse.skew import Skew
from bayse_agent.adapters.bayse.wire.drift import Drift, DriftReport
from bayse_agent.adapters.clock import Timer
from bayse_agent.domain.errors import (
    ConfigurationError,
    VenueError,
    VenueMalformed,
    VenueRateLimited,
    VenueUnreachable,
)

T = TypeVar("T")
Parameters = Sequence[tuple[str, str]]
Gate = Callable[[], Awaitable[str | None]]
"""Says why a request must not leave any more, or None."""

_AT_ONCE_S = 0.002
"""Whoever did not have to wait was let go a moment ago."""

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


class Access(StrEnum):
    """What a request must show of us."""

    PUBLIC = "public"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request without its headers. `path` has no query, and starts below the base address."""

    method: str
    path: str
    access: Access = Access.PUBLIC
    parameters: Parameters = ()
    body: bytes = b""
    key: str | None = None
    session: Session | None = None

    @property
    def name(self) -> str:
        """How the request is called in messages."""
        return f"{self.method} {self.path}"


class _Garbled(VenueMalformed):
    """A whole reply that is no JSON: on its way something cut it off or took its place."""


class BayseClient:
    """One account's connection to the venue. Use it as an async context manager.

    It never follows a redirect, and repeats a request only where its method says that it may:
    `read` (GET), `remove` (DELETE of one order) and `post_known` (POST under an idempotency key,
    and then only what the venue is known not to have taken). `once` never does.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timer: Timer,
        credentials: Credentials | None = None,
        options: ClientOptions | None = None,
    ) -> None:
        self.options = options or ClientOptions()
        self.drift = Drift()
        self._address = Address.parse(base_url)
        self._timer = timer
        self._credentials = credentials
        self._skew = Skew(max_s=self.options.skew_max_s)
        self._pace = Pace(
            reads=RateWindow(per_s=self.options.reads_per_s, timer=timer),
            writes=RateWindow(per_s=self.options.writes_per_s, timer=timer),
            kept_for_cancels=self.options.writes_kept_for_cancels,
        )
        self._http: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"BayseClient({self._address.root!r})"

    async def __aenter__(self) -> Self:
        options = self.options
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(options.reply_timeout_s, connect=options.connect_timeout_s),
            limits=httpx2.Limits(
                max_connections=options.connections_max, keepalive_expiry=options.keepalive_s
            ),
            headers={"Accept": "application/json", "User-Agent": "bayse-agent"},
            follow_redirects=False,
            # Certificates take a while to load, and a plain address has no use for them.
            verify=self._address.is_encrypted or options.proxy_url is not None,
            trust_env=False,
            proxy=options.proxy_url,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    @property
    def clock_skew_s(self) -> float:
        """Seconds that the venue's clock is ahead of the computer's."""
        return self._skew.seconds

    @property
    def has_heard_the_time(self) -> bool:
        """Whether any reply has told what the venue's clock says."""
        return self._skew.is_known

    def drift_report(self) -> DriftReport:
        """What the venue has sent that was not expected."""
        return self.drift.report()

    async def read(
        self, path: str, parameters: Parameters = (), access: Access = Access.PUBLIC
    ) -> object:
        """GET something and read its JSON. Raises a VenueError; it never answers empty instead.

        A reply that came in pieces or in the wrong language is asked for again, as a lost one is.
        """
        request = Request(method="GET", path=path, access=access, parameters=parameters)

        async def attempt() -> object:
            answer = await self._good(request, self._pace.reading)
            try:
                return answer.json()
            except VenueMalformed as error:
                raise _Garbled(str(error)) from error

        return await self._repeated(attempt, (VenueRateLimited, VenueUnreachable, _Garbled))

    async def ask(self, path: str, body: bytes) -> object:
        """POST a question that changes nothing, once, at the pace of reads."""
        request = Request(method="POST", path=path, body=body)
        return (await self._good(request, self._pace.reading)).json()

    async def remove(self, path: str) -> Answer:
        """DELETE one thing. Raises a VenueError; what it means, a read afterwards must tell."""
        request = Request(method="DELETE", path=path, access=Access.WRITE)
        return await self._repeated(lambda: self._good(request, self._pace.cancelling()))

    async def remove_many(self, path: str, body: bytes, count: int) -> Answer:
        """DELETE with a body, once. Each item counts against the rate."""
        request = Request(method="DELETE", path=path, access=Access.WRITE, body=body)
        return await self._good(request, self._pace.cancelling(count))

    async def once(self, request: Request, gate: Gate | None = None) -> Answer:
        """Send a request one single time. Raises VenueUnreachable when no whole answer came.

        `gate` is asked once more after a wait for the pace, directly before anything leaves.
        Raises NeverSent when it holds the request back.
        """
        return await self._attempt(request, self._pace.ordering, gate)

    async def personal(self, request: Request) -> Answer:
        """Send what a person does, a login say, one single time and outside of the account's pace.

        The venue's limits on logins must not hold up what trades.
        """
        return await self._good(request, None)

    async def post_known(self, path: str, body: bytes, key: str) -> Answer:
        """POST under an idempotency key: the same bytes again only if they were surely not taken.

        That is so when the venue answered 429, which comes before its engine, and when there was
        no connection. Anything else is left to whoever can read what became of it.
        """
        request = Request(method="POST", path=path, access=Access.WRITE, body=body, key=key)

        async def attempt() -> Answer:
            answer = await self._attempt(request, self._pace.ordering)
            if answer.status == 429:
                raise failure(answer, request.name)
            return answer

        return await self._repeated(attempt, (VenueRateLimited, NeverSent))

    async def _repeated(
        self,
        attempt: Callable[[], Awaitable[T]],
        on: tuple[type[VenueError], ...] = (VenueRateLimited, VenueUnreachable),
    ) -> T:
        options = self.options
        caller = stamina.AsyncRetryingCaller(
            attempts=options.attempts_max,
            timeout=None,
            wait_initial=options.backoff_first_s,
            wait_max=options.backoff_max_s,
            wait_jitter=options.backoff_first_s,
        )
        return await caller(on, attempt)

    async def _good(self, request: Request, lane: Lane | None) -> Answer:
        answer = await self._attempt(request, lane)
        if not answer.is_success:
            raise failure(answer, request.name)
        return answer

    async def _attempt(
        self, request: Request, lane: Lane | None, gate: Gate | None = None
    ) -> Answer:
        """One attempt, after waiting in its lane. Headers are made last: they carry the time."""
        if self._http is None:
            raise ConfigurationError("the client is used outside of its context")
        if lane is not None:
            came_s = self._timer.monotonic_s()
            await lane.take()
            has_waited = self._timer.monotonic_s() - came_s > _AT_ONCE_S
            if has_waited and gate is not None and (why := await gate()) is not None:
                raise NeverSent(f"{request.name}: held back: {why}")
        try:
            async with asyncio.timeout(self.options.request_timeout_s):
                answer = await self._exchange(self._http, request)
        except _NEVER_SENT as error:
            raise NeverSent(f"{request.name}: no connection ({type(error).__name__})") from error
        except httpx2.DecodingError as error:
            raise VenueMalformed(f"{request.name}: the answer is garbled") from error
        except (httpx2.RequestError, TimeoutError) as error:
            raise VenueUnreachable(
                f"{request.name}: no whole answer ({type(error).__name__})"
            ) from error
        if answer.status == 429 and lane is not None:
            asked_s = answer.retry_after_s or 0.0
            lane.window.close_for(min(asked_s, self.options.retry_after_max_s))
        return answer

    async def _exchange(self, http: httpx2.AsyncClient, request: Request) -> Answer:
        sent_at = self._timer.now()
        async with http.stream(
            request.method,
            self._address.url(request.path),
            params=list(request.parameters) or None,
            content=request.body or None,
            headers=self._headers(request),
        ) as response:
            headers = response.headers
            if headers.get("content-type", "").startswith("application/json"):
                date = headers.get("date")
                self._skew.learn(date, sent_at=sent_at, received_at=self._timer.now())
            body = await self._bounded(response, request)
            return Answer(
                status=response.status_code,
                body=body,
                retry_after_s=retry_after_s(headers.get("retry-after"), body),
                is_replay=headers.get("idempotent-replayed", "").casefold() == "true",
            )

    async def _bounded(self, response: httpx2.Response, request: Request) -> bytes:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self.options.body_max_bytes:
                raise VenueMalformed(f"{request.name}: the answer is too long")
        return bytes(body)

    def _headers(self, request: Request) -> dict[str, str]:
        headers: dict[str, str] = {}
        if request.body:
            headers["Content-Type"] = "application/json"
        if request.key is not None:
            headers["Idempotency-Key"] = request.key
        if request.session is not None:
            headers["x-auth-token"] = request.session.token.get_secret_value()
            headers["x-device-id"] = request.session.device_id.get_secret_value()
            return headers
        if self._credentials is None:
            if request.access is not Access.PUBLIC:
                raise ConfigurationError("this needs the keys of an account at the venue")
            return headers
        headers["X-Public-Key"] = self._credentials.public_key.get_secret_value()
        if request.access is Access.WRITE:
            headers |= self._signed(request, self._credentials)
        return headers

    def _signed(self, request: Request, credentials: Credentials) -> dict[str, str]:
        """Time and signature by the venue's clock, as far as its replies have shown it."""
        timestamp_s = int(self._timer.now().timestamp() + self._skew.seconds)
        signed = signature(
            credentials.secret_key,
            timestamp_s=timestamp_s,
            method=request.method,
            path=request.path,
            body=request.body,
        )
        return {"X-Timestamp": str(timestamp_s), "X-Signature": signed}
