"""What came back for a request, and what may be concluded from it."""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.adapters.bayse.secrets import redact
from bayse_agent.adapters.bayse.wire.reader import decode
from bayse_agent.domain.errors import (
    VenueError,
    VenueMalformed,
    VenueNotFound,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)


class NeverSent(VenueUnreachable):
    """No connection to the venue came about: nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole reply. `is_replay`: the venue says it is the stored answer to an earlier request."""

    status: int
    body: bytes
    retry_after_s: float | None = None
    is_replay: bool = False

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body, read. Raises VenueMalformed when it is not JSON."""
        return decode(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """The venue's own words for why it did not do something."""

    code: str
    message: str


def complaint(answer: Answer) -> Complaint | None:
    """What the venue complains of; None when the body is not the venue's way of complaining.

    A proxy's page is none: from it nothing may be concluded.
    """
    try:
        told = answer.json()
    except VenueMalformed:
        return None
    if isinstance(told, dict) and isinstance(told.get("error"), dict):
        told = told["error"]
    if not isinstance(told, dict):
        return None
    code = told.get("error", told.get("code"))
    message = told.get("message")
    if not isinstance(code, str) and not isinstance(message, str):
        return None
    return Complaint(
        code=redact(code) if isinstance(code, str) else "",
        message=redact(message) if isinstance(message, str) else "",
    )


def failure(answer: Answer, what: str) -> VenueError:
    """The error that an answer other than a success stands for. The status decides first."""
    status = answer.status
    if status == 429:
        return VenueRateLimited(
            f"{what}: called too often", code="rate_limit", retry_after_s=answer.retry_after_s
        )
    if status >= 500 or status == 408:
        return VenueUnreachable(f"{what}: the venue failed with HTTP {status}")
    told = complaint(answer)
    if status < 400 or told is None:
        return VenueMalformed(f"{what}: HTTP {status} is not an answer of the venue")
    text = f"{what}: HTTP {status} {told.code} {told.message}".rstrip()
    kind = VenueNotFound if status == 404 else VenueRejected
    return kind(text, status=status, code=told.code)


def retry_after_s(header: str | None, body: bytes) -> float | None:
    """The seconds that a `Retry-After` asks for, or else `retryAfter` in the body.

    None when neither is a sane number.
    """
    if header is not None:
        return float(header[:9]) if header.isascii() and header.isdigit() else None
    if b"retryAfter" not in body:
        return None
    try:
        told = decode(body)
    except VenueMalformed:
        return None
    seconds = told.get("retryAfter") if isinstance(told, dict) else None
    return float(min(seconds, 10**9)) if type(seconds) is int and seconds >= 0 else None
