"""Where a request came from: whose page, which address, and under which name of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from bayse_agent.api.parts import WebSettings


def client_of(scope: Scope, web: WebSettings) -> str:
    """The address that a request came from. What a proxy says counts only for one of ours."""
    if web.trusts_proxy:
        said = Headers(scope=scope).get("x-forwarded-for", "")
        last = said.split(",")[-1].strip()
        if last:
            return last[:64]
    client = scope.get("client")
    return "unknown" if client is None else str(client[0])


def scheme_of(scope: Scope, web: WebSettings) -> str:
    if web.trusts_proxy:
        said = Headers(scope=scope).get("x-forwarded-proto", "").split(",")[-1].strip()
        if said in ("http", "https"):
            return said
    return str(scope["scheme"])


class Origins:
    """Which names the service answers to, and which sites' pages may use it."""

    def __init__(self, web: WebSettings) -> None:
        self._hosts = web.hosts
        self._named = web.origins

    def is_ours(self, headers: Headers) -> bool:
        """Whether the request was for one of our names: another may be a trick with DNS."""
        host = headers.get("host", "")
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name is not None and name in self._hosts

    def is_named(self, headers: Headers) -> bool:
        """Whether the page is of a site that was named to us."""
        return headers.get("origin") in self._named

    def may_write(self, headers: Headers) -> bool:
        """Whether a page that asks for a change is ours or of a site that was named to us.

        Scripts send no origin, and are known by their tokens.
        """
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin in self._named:
            return True
        if site not in (None, "same-origin", "none"):
            return False
        return origin is None or self._is_same(origin, headers.get("host", ""))

    def _is_same(self, origin: str, host: str) -> bool:
        found = urlsplit(origin)
        return found.scheme in ("http", "https") and found.netloc == host
