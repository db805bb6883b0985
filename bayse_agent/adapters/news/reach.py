"""Which addresses a page may be fetched from: public web servers, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

Address = IPv4Address | IPv6Address

LONGEST_URL = 2_000
LONGEST_NAME = 253

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_BAD = re.compile(r"[\x00-\x20\x7f\\]")
# Written down here because what Python calls global has changed from version to version.
_NOT_PUBLIC4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public, but answers inside a cloud
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_PUBLIC6 = IPv6Network("2000::/3")
_NOT_PUBLIC6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_SAFE_PATH = "/%:@!$&'()*+,;=~-._"


class OutOfReach(ValueError):
    """A page may not be fetched from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a page is: the name of its server, not yet an address. `path` has the query too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The server as the Host header names it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def is_public(address: Address) -> bool:
    """Whether an address is a host on the open internet.

    Of IPv6 only ordinary unicast counts, without the ways that carry an IPv4 address inside.
    """
    if not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC4)
    return address in _PUBLIC6 and not any(address in network for network in _NOT_PUBLIC6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where pages may be fetched from. Anything but the default is for tests."""

    ports: frozenset[int] = frozenset(_PORTS.values())
    admits: Callable[[Address], bool] = is_public


def target(url: str, reach: Reach) -> Target:
    """An address on the web, taken apart. Raises OutOfReach when nothing may be fetched there."""
    if len(url) > LONGEST_URL or _BAD.search(url):
        raise OutOfReach("the address is too long or has characters that none has")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OutOfReach("the address cannot be read") from error
    if parts.scheme not in _PORTS:
        raise OutOfReach("only http and https are fetched")
    if "@" in parts.netloc:
        raise OutOfReach("the address names a user")
    port = _PORTS[parts.scheme] if port is None else port
    if port not in reach.ports:
        raise OutOfReach(f"port {port} is not fetched from")
    path = quote(parts.path or "/", safe=_SAFE_PATH)
    query = f"?{quote(parts.query, safe=_SAFE_PATH + '/?')}" if parts.query else ""
    return Target(
        scheme=parts.scheme, host=plain_host(parts.hostname), port=port, path=path + query
    )


def plain_host(raw: str | None) -> str:
    """A host in plain letters. What only computers read as an address, as in 0x7f.1, is none.

    Raises OutOfReach.
    """
    host = (raw or "").removesuffix(".")
    if "%" not in host and literal(host) is not None:
        return host
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise OutOfReach("the address names no server") from error
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise OutOfReach("the address names no server")
    if _NUMBER.fullmatch(name.rpartition(".")[2]) and literal(name) is None:
        raise OutOfReach("the address is a number in disguise")
    return name


def literal(host: str) -> Address | None:
    """The address that a host is written as; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def checked(answers: list[str], reach: Reach) -> Address:
    """The address to connect to, of all that a name stands for: each of them must be allowed.

    Raises OutOfReach.
    """
    addresses = [literal(answer) for answer in answers]
    if not addresses:
        raise OutOfReach("the name stands for no address")
    if any(address is None or not reach.admits(address) for address in addresses):
        raise OutOfReach("the name stands for an address that is not public")
    known = [address for address in addresses if address is not None]
    return next((address for address in known if isinstance(address, IPv4Address)), known[0])
