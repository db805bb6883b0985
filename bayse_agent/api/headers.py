"""The headers that every answer carries."""

from __future__ import annotations

from starlette.types import Scope

ORIGIN_HEADER_NAME = "X-Bayse-Agent"
"""A header of ours: a page of another site cannot send it without being asked about first."""

_DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_YEAR_S = 31_536_000


def security_headers(scope: Scope) -> dict[str, str]:
    """What an answer to this request carries whatever it is."""
    path = scope["path"]
    is_page = path == "/" or path == "/app" or path.startswith("/app/")
    headers = {**_ALWAYS, "Content-Security-Policy": _PAGE if is_page else _DATA}
    # Pages and their files say themselves how long they are good.
    if not is_page and not path.startswith("/assets/"):
        headers["Cache-Control"] = "no-store"
    if scope["state"]["scheme"] == "https":
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}; includeSubDomains"
    return headers
