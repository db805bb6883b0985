"""Who publishes: the registrable domain of an address, from a list that is installed with us."""

from __future__ import annotations

from urllib.parse import urlsplit

from tld import get_tld
from tld.exceptions import TldBadUrl, TldDomainNotFound
from tld.utils import Result

from bayse_agent.adapters.news.reach import literal, plain_host


def registrable_domain(url: str) -> str:
    """The name that its owner pays for, as bbc.co.uk of news.bbc.co.uk; "" when there is none.

    The suffixes under which anybody can rent a name, as github.io, count as such.
    """
    try:
        host = plain_host(urlsplit(url).hostname)
    except ValueError:
        return ""
    if literal(host) is not None:
        return host
    try:
        # The names only: whatever else an address has is of no concern.
        found = get_tld(f"https://{host}/", as_object=True, search_private=True)
    except (TldBadUrl, TldDomainNotFound):
        # No suffix that anybody sells: a name of a test, or of a network of one's own.
        return ".".join(host.split(".")[-2:])
    return found.fld if isinstance(found, Result) else host
