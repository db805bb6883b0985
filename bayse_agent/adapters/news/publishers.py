"""Who publishes: the registrable domain of an address, from a list that is installed with us."""

from __future__ import annotations

from urllib.parse import urlsplit

from tld import get_tld
from tld.exceptions import TldBadUrl, TldDomainNotFound
from tld.utils import Result

from bayse_agent.adapters.news.reach import literal


def registrable_domain(url: str) -> str:
    """The name that its owner pays for, as bbc.co.uk of news.bbc.co.uk; "" when there is none.

    The suffixes under which anybody can rent a name, as github.io, count as such.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
        # The names only: whatever else an address has is of no concern.
        found = get_tld(f"https://{host}/", as_object=True, search_private=True)
    except (TldBadUrl, TldDomainNotFound):
        # No suffix that anybody sells: a number, or a name of a test.
        return host if literal(host) is not None else ".".join(host.split(".")[-2:])
    except ValueError:
        return ""
    return found.fld if isinstance(found, Result) else host
