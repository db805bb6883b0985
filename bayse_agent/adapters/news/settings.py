"""How news is looked for: which services and feeds, how deep, how far back, and where not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bayse_agent.domain.errors import ConfigurationError

_MOST_RESULTS = 50
_MOST_DOMAINS = 100


class Provider(StrEnum):
    """Who is asked to search the web. Feeds need no key, and are read beside any of them."""

    NONE = "none"
    TAVILY = "tavily"
    BRAVE = "brave"
    SERPAPI = "serpapi"


class Depth(StrEnum):
    """How thoroughly a service searches; the deeper one costs more."""

    BASIC = "basic"
    ADVANCED = "advanced"


class TimeRange(StrEnum):
    """How far back a service searches; by default as far as the market is away from its close."""

    BY_HORIZON = "auto"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


FEEDS = (
    "https://feeds.bbci.co.uk/news/world/rss.xml",
    "https://feeds.bbci.co.uk/news/world/africa/rss.xml",
    "https://feeds.bbci.co.uk/news/business/rss.xml",
    "https://feeds.bbci.co.uk/sport/rss.xml",
    "https://feeds.bbci.co.uk/sport/football/rss.xml",
    "https://feeds.bbci.co.uk/sport/africa/rss.xml",
    "https://www.aljazeera.com/xml/rss/all.xml",
    "https://www.theguardian.com/world/rss",
    "https://www.theguardian.com/football/rss",
    "https://rss.dw.com/rdf/rss-en-africa",
    "https://www.france24.com/en/africa/rss",
    "https://allafrica.com/tools/headlines/rdf/latest/headlines.rdf",
    "https://punchng.com/feed/",
    "https://www.vanguardngr.com/feed/",
    "https://www.premiumtimesng.com/feed",
    "https://dailypost.ng/feed/",
    "https://www.channelstv.com/feed/",
    "https://businessday.ng/feed/",
    "https://nairametrics.com/feed/",
    "https://www.completesports.com/feed/",
    "https://techcabal.com/feed/",
    "https://www.myjoyonline.com/feed/",
    "https://www.coindesk.com/arc/outboundfeeds/rss/",
    "https://cointelegraph.com/rss",
    "https://decrypt.co/feed",
    "https://www.federalreserve.gov/feeds/press_all.xml",
    "https://www.ecb.europa.eu/rss/press.html",
)
"""International and African news, business, sport, politics and crypto."""

EXCLUDED = ("coincodex.com", "walletinvestor.com", "changelly.com", "priceprediction.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How a service searches. The key is shown nowhere.

    `included`: only these publishers, when there are any; `excluded`: never these. `base_url` is
    for tests, and for those who reach the service by another way.
    """

    provider: Provider = Provider.NONE
    key: str | None = None
    depth: Depth = Depth.BASIC
    most_results: int = 8
    time_range: TimeRange = TimeRange.BY_HORIZON
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = EXCLUDED
    base_url: str | None = None
    timeout_s: float = 12.0

    def __post_init__(self) -> None:
        if self.provider is not Provider.NONE and not self.key:
            raise ConfigurationError(f"searching with {self.provider} needs its key")
        if not 1 <= self.most_results <= _MOST_RESULTS:
            raise ConfigurationError(f"a search brings 1 to {_MOST_RESULTS} results")
        for domains in (self.included, self.excluded):
            if len(domains) > _MOST_DOMAINS:
                raise ConfigurationError(f"at most {_MOST_DOMAINS} domains can be named")

    def __repr__(self) -> str:
        return (
            f"SearchSettings(provider={self.provider.value!r}, key={'***' if self.key else None})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsSettings:
    """Where news comes from.

    `fresh_s`: how long a feed, and the answer to a search, is good for. `searches_a_day`: how many
    questions a service is asked in 24 hours at most. `short_text`: an article with fewer letters
    than these is read at its own page, together with others within `pages_within_s`.
    """

    search: SearchSettings = SearchSettings()
    feeds: tuple[str, ...] = FEEDS
    fresh_s: float = 900.0
    searches_a_day: int = 300
    short_text: int = 1_000
    pages_within_s: float = 15.0
    pages_at_once: int = 4
    feeds_within_s: float = 15.0
    feeds_at_once: int = 8
