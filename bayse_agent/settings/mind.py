"""Settings of the parts that think: language models, what they may cost, news, the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from bayse_agent.adapters.llm.options import endpoints_of
from bayse_agent.adapters.news.settings import (
    EXCLUDED,
    FEEDS,
    Depth,
    NewsSettings,
    SearchSettings,
    TimeRange,
)
from bayse_agent.adapters.news.settings import Provider as Searcher
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.publishers import TRUSTED
from bayse_agent.settings.kinds import Key, folded, items, known, setting
from bayse_agent.settings.models import ModelSettings

_A_KEY = "a key of the provider's, in one word"
_DOMAINS = "domains with commas between them, such as reuters.com,bbc.co.uk"
_FEEDS = "https addresses of RSS or Atom feeds with commas between them"
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
_MOST_DOMAINS = 100


def _domains(value: object) -> object:
    found = items(folded(value))
    if isinstance(found, tuple) and not all(_DOMAIN.fullmatch(str(item)) for item in found):
        raise ValueError("not domains")
    return found


def _few_domains(value: object) -> object:
    found = _domains(value)
    if isinstance(found, tuple) and len(found) > _MOST_DOMAINS:
        raise ValueError("too many")
    return found


def _feeds(value: object) -> object:
    found = items(value)
    for one in found if isinstance(found, tuple) else ():
        parts = urlsplit(str(one))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("not addresses of feeds")
    return found


SearchProvider = Annotated[str, BeforeValidator(known(Searcher))]
DepthName = Annotated[str, BeforeValidator(known(Depth))]
RangeName = Annotated[str, BeforeValidator(known(TimeRange))]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_domains)]
FewWords = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_few_domains)]
FeedAddresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_feeds)]


class MindSettings(ModelSettings):
    """Who is asked, what it may cost, and where news comes from."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)
    MIND_SECRETS: ClassVar = ModelSettings.MODEL_SECRETS | {
        "TAVILY_API_KEY",
        "BRAVE_API_KEY",
        "SERPAPI_KEY",
    }

    # -- news ----------------------------------------------------------------------------------

    search_provider: SearchProvider | None = setting(
        "SEARCH_PROVIDER",
        None,
        "tavily, brave, serpapi or none",
        "Who searches the web",
        shown="the first that has a key",
    )
    tavily_key: Key | None = setting(
        "TAVILY_API_KEY",
        None,
        _A_KEY,
        "Key for Tavily",
    )
    brave_key: Key | None = setting(
        "BRAVE_API_KEY",
        None,
        _A_KEY,
        "Key for Brave Search",
    )
    serpapi_key: Key | None = setting(
        "SERPAPI_KEY",
        None,
        _A_KEY,
        "Key for SerpApi",
    )
    search_depth: DepthName = setting(
        "SEARCH_DEPTH",
        "basic",
        "basic or advanced",
        "How thoroughly; advanced costs more",
    )
    search_results: Annotated[int, Field(ge=1, le=20)] = setting(
        "SEARCH_MAX_RESULTS",
        8,
        "a whole number from 1 to 20",
        "Results of one search",
    )
    search_range: RangeName = setting(
        "SEARCH_TIME_RANGE",
        "auto",
        "auto, day, week, month or year",
        "How far back; auto goes by how far away the close is",
    )
    search_include: FewWords = setting(
        "SEARCH_INCLUDE_DOMAINS",
        (),
        _DOMAINS,
        "Publishers that alone are searched",
        shown="all",
    )
    search_exclude: FewWords = setting(
        "SEARCH_EXCLUDE_DOMAINS",
        EXCLUDED,
        _DOMAINS,
        "Publishers that are never searched",
    )
    searches_a_day: Annotated[int, Field(ge=0, le=100_000)] = setting(
        "SEARCH_DAILY_CAP",
        300,
        "a whole number from 0 to 100000",
        "Questions put to the service in 24 hours",
    )
    feeds: FeedAddresses = setting(
        "SEARCH_FEEDS",
        FEEDS,
        _FEEDS,
        "The feeds that are read; they need no key",
        shown="27 of the world's and Africa's press, in [news.md](news.md)",
    )
    has_feeds: bool = setting(
        "SEARCH_FEEDS_ENABLED",
        True,
        "true or false",
        "Whether feeds are read",
    )
    trusted: Words = setting(
        "NEWS_TRUSTED_DOMAINS",
        TRUSTED,
        _DOMAINS,
        "Publishers whose word counts in a forecast; what others say is shown and adds nothing",
        shown="some 70 agencies, papers, broadcasters and official bodies "
        "(`bayse_agent/domain/publishers.py`)",
    )
    has_library: bool = setting(
        "LIBRARY_ENABLED",
        True,
        "true or false",
        "Whether articles are remembered by meaning",
    )

    @property
    def search(self) -> SearchSettings:
        """Which service is asked; the first one that has a key, when none is named."""
        keys = {
            Searcher.TAVILY: self.tavily_key,
            Searcher.BRAVE: self.brave_key,
            Searcher.SERPAPI: self.serpapi_key,
        }
        if self.search_provider:
            chosen = Searcher(self.search_provider)
        else:
            chosen = next((one for one, key in keys.items() if key is not None), Searcher.NONE)
        key = keys.get(chosen)
        return SearchSettings(
            provider=chosen,
            key=None if key is None else key.get_secret_value(),
            depth=Depth(self.search_depth),
            most_results=self.search_results,
            time_range=TimeRange(self.search_range),
            included=self.search_include,
            excluded=self.search_exclude,
        )

    @property
    def news(self) -> NewsSettings:
        """Where news comes from."""
        return NewsSettings(
            search=self.search,
            feeds=self.feeds if self.has_feeds else (),
            searches_a_day=self.searches_a_day,
        )


def mind_problems(settings: MindSettings) -> Iterator[str]:
    """What is sound by itself and impossible together."""
    try:
        endpoints_of(settings.models)
    except ConfigurationError as error:
        yield f"  {error}"
    keys = {
        Searcher.TAVILY: ("TAVILY_API_KEY", settings.tavily_key),
        Searcher.BRAVE: ("BRAVE_API_KEY", settings.brave_key),
        Searcher.SERPAPI: ("SERPAPI_KEY", settings.serpapi_key),
    }
    for searcher, (name, key) in keys.items():
        if settings.search_provider == searcher and key is None:
            yield f"  {name} is not set: it must be, for SEARCH_PROVIDER is {searcher}"


MIND_VARIABLES = frozenset(
    str(field.validation_alias) for field in MindSettings.model_fields.values()
)
