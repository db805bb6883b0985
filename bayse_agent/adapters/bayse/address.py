"""Where the venue is: takes a base address in any of its usual spellings apart."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from bayse_agent.domain.errors import ConfigurationError

PRODUCTION = "https://relay.bayse.markets"
PRODUCTION_SOCKETS = "wss://socket.bayse.markets"
_VERSION = "/v1"


@dataclass(frozen=True, slots=True)
class Address:
    """The root of the venue, without version and without a slash at its end.

    A prefix in front of the version (`https://proxy/relay/v1`) is the proxy's own: it is asked
    for, but not signed, as the venue behind never sees it.
    """

    root: str

    @classmethod
    def parse(cls, text: str, *, plain: str = "http", secure: str = "https") -> Address:
        """Accept `https://host`, `https://host/`, `https://host/v1` and any of them with a prefix.

        Raises ConfigurationError for anything else, and for an unencrypted address beyond this
        computer and its own network.
        """
        try:
            parts = urlsplit(text.strip())
            _ = parts.port
        except ValueError as error:
            raise ConfigurationError(f"not an address of the venue: {text!r}") from error
        if parts.scheme not in (plain, secure) or not parts.hostname:
            raise ConfigurationError(f"not an address of the venue: {text!r}")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ConfigurationError("the venue's address takes no query, fragment or user")
        if parts.scheme == plain and not _is_near(parts.hostname):
            raise ConfigurationError(f"{plain}:// is for this computer only: {parts.hostname!r}")
        path = parts.path.rstrip("/").removesuffix(_VERSION).rstrip("/")
        return cls(f"{parts.scheme}://{parts.netloc}{path}")

    @classmethod
    def of_sockets(cls, text: str) -> Address:
        """The same for the address of the venue's websockets."""
        return cls.parse(text, plain="ws", secure="wss")

    @property
    def is_encrypted(self) -> bool:
        return self.root.startswith(("https:", "wss:"))

    def url(self, path: str) -> str:
        """Where a path such as `/v1/pm/events` is asked for."""
        return f"{self.root}{path}"


def _is_near(host: str) -> bool:
    """Loopback, a private network, or a name without a dot as containers call each other."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return found.is_loopback or found.is_private
