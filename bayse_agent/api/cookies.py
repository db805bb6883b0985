"""Cookies of browsers: host-bound and secure, or plain-named on a loopback without TLS."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.responses import Response

_ACCESS, _REFRESH = "bayse_access", "bayse_refresh"


def _name(plain: str, *, is_secure: bool) -> str:
    return f"__Host-{plain}" if is_secure else plain


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the browser came over TLS."""
    return connection.scope["state"]["scheme"] in ("https", "wss")


def access_cookie(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(_name(_ACCESS, is_secure=is_secure(connection)))


def refresh_cookie(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(_name(_REFRESH, is_secure=is_secure(connection)))


def set_cookies(
    connection: HTTPConnection,
    response: Response,
    *,
    access: str,
    refresh: str,
    length: timedelta,
) -> None:
    """Give a browser its two cookies. No script of a page can read them."""
    for plain, value in ((_ACCESS, access), (_REFRESH, refresh)):
        response.set_cookie(
            _name(plain, is_secure=is_secure(connection)),
            value,
            max_age=int(length.total_seconds()),
            path="/",
            secure=is_secure(connection),
            httponly=True,
            samesite="strict",
        )


def drop_cookies(connection: HTTPConnection, response: Response) -> None:
    for plain in (_ACCESS, _REFRESH):
        response.delete_cookie(
            _name(plain, is_secure=is_secure(connection)),
            path="/",
            secure=is_secure(connection),
            httponly=True,
            samesite="strict",
        )
