"""Errors as the venue words them: `{"error", "message", "statusCode"}`."""

from __future__ import annotations

from collections.abc import Mapping


class Problem(Exception):
    """A request that cannot be answered. `retry_after_s` adds the header and the field."""

    def __init__(
        self, status: int, code: str, message: str, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, str | int]:
        fields: dict[str, str | int] = {}
        if self.code:
            fields["error"] = self.code
        fields["message"] = self.message
        if self.code:
            fields["statusCode"] = self.status
        if self.retry_after_s is not None:
            fields["retryAfter"] = self.retry_after_s
        return fields

    def headers(self) -> Mapping[str, str]:
        if self.retry_after_s is None:
            return {}
        return {"Retry-After": str(self.retry_after_s)}


def bad_request(message: str) -> Problem:
    return Problem(400, "bad_request", message)


def unauthorized(message: str) -> Problem:
    return Problem(401, "unauthorized", message)


def not_found(what: str) -> Problem:
    return Problem(404, "not_found", f"{what} not found")


def too_many(retry_after_s: int) -> Problem:
    return Problem(
        429,
        "rate_limit",
        "Rate limit exceeded. Please slow down.",
        retry_after_s=retry_after_s,
    )


def too_many_logins(retry_after_s: int) -> Problem:
    """The one error that carries no code."""
    return Problem(
        429,
        "",
        "Too many login attempts. Please try again later.",
        retry_after_s=retry_after_s,
    )
