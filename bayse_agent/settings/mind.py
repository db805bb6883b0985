"""Settings of the parts that think: language models, what they may cost, news, the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bayse_agent.adapters.llm.options import ModelVariables, OutputStyle, Provider, endpoints_of
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
from bayse_agent.settings.kinds import Key, folded, items, setting, stripped

_A_KEY = "a key of the provider's"
_A_MODEL = "the name of a model"
_AN_ADDRESS = "such as https://host/v1, or an http address of this computer"
_DOMAINS = "domains with commas between them, such as reuters.com,bbc.co.uk"
_FEEDS = "https addresses of RSS or Atom feeds with commas between them"
_DOLLARS = "an amount in US dollars from 0"


def _domains(value: object) -> object:
    return items(folded(value))


def _known(kind: type[StrEnum]) -> Callable[[object], object]:
    """Refuses what is no member of an enumeration."""

    def check(value: object) -> object:
        text = folded(value)
        if text not in set(map(str, kind)):
            raise ValueError("not one of them")
        return text

    return check


ModelProvider = Annotated[str, BeforeValidator(_known(Provider))]
OutputName = Annotated[str, BeforeValidator(_known(OutputStyle))]
SearchProvider = Annotated[str, BeforeValidator(_known(Searcher))]
DepthName = Annotated[str, BeforeValidator(_known(Depth))]
RangeName = Annotated[str, BeforeValidator(_known(TimeRange))]
Text = Annotated[str, BeforeValidator(stripped)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_domains)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(items)]
Dollars = Annotated[Decimal, Field(ge=0, le=100_000)]


class MindSettings(BaseSettings):
    """Who is asked, what it may cost, and where news comes from."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)
    MIND_SECRETS: ClassVar = frozenset(
        {
            "GROQ_API_KEY",
            "GEMINI_API_KEY",
            "OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "AI_API_KEY",
            "AI_PROXY_URL",
            "TAVILY_API_KEY",
            "BRAVE_API_KEY",
            "SERPAPI_KEY",
        }
    )

    # -- language models -----------------------------------------------------------------------

    ai_provider: ModelProvider | None = setting(
        "AI_PROVIDER", None, "groq, gemini, openai, anthropic, compatible or mock"
    )
    ai_fallback: Words = setting("AI_FALLBACK", (), "providers with commas between them")
    groq_key: Key | None = setting("GROQ_API_KEY", None, _A_KEY)
    groq_model: Text = setting("GROQ_MODEL", "openai/gpt-oss-120b", _A_MODEL)
    groq_address: Text | None = setting("GROQ_BASE_URL", None, _AN_ADDRESS)
    gemini_key: Key | None = setting("GEMINI_API_KEY", None, _A_KEY)
    gemini_model: Text = setting("GEMINI_MODEL", "gemini-3.5-flash-lite", _A_MODEL)
    gemini_address: Text | None = setting("GEMINI_BASE_URL", None, _AN_ADDRESS)
    openai_key: Key | None = setting("OPENAI_API_KEY", None, _A_KEY)
    openai_model: Text = setting("OPENAI_MODEL", "gpt-6-luna", _A_MODEL)
    openai_address: Text | None = setting("OPENAI_BASE_URL", None, _AN_ADDRESS)
    anthropic_key: Key | None = setting("ANTHROPIC_API_KEY", None, _A_KEY)
    anthropic_model: Text = setting("ANTHROPIC_MODEL", "claude-haiku-4-5", _A_MODEL)
    anthropic_address: Text | None = setting("ANTHROPIC_BASE_URL", None, _AN_ADDRESS)
    ai_key: Key | None = setting("AI_API_KEY", None, _A_KEY)
    ai_model: Text | None = setting("AI_MODEL", None, _A_MODEL)
    ai_address: Text | None = setting("AI_BASE_URL", None, _AN_ADDRESS)
    ai_output: OutputName = setting("AI_OUTPUT", "tool", "tool or prompted")
    ai_proxy: Key | None = setting("AI_PROXY_URL", None, "an address of a proxy")
    ai_timeout_s: Annotated[float, Field(gt=0, le=600)] = setting(
        "AI_TIMEOUT_SECONDS", 30.0, "seconds above 0, up to 600"
    )
    ai_concurrency: Annotated[int, Field(ge=1, le=64)] = setting(
        "AI_CONCURRENCY", 4, "a whole number from 1 to 64"
    )
    ai_samples: Annotated[int, Field(ge=1, le=15)] = setting(
        "AI_SAMPLES", 3, "a whole number from 1 to 15"
    )
    ai_daily_cap: Dollars = setting("AI_DAILY_CAP_USD", Decimal(1), _DOLLARS)
    ai_monthly_cap: Dollars = setting("AI_MONTHLY_CAP_USD", Decimal(15), _DOLLARS)
    naira_a_dollar: Annotated[Decimal, Field(gt=0, le=10**6)] = setting(
        "AI_NGN_PER_USD", Decimal(1500), "an amount of naira above 0"
    )

    # -- news ----------------------------------------------------------------------------------

    search_provider: SearchProvider | None = setting(
        "SEARCH_PROVIDER", None, "tavily, brave, serpapi or none"
    )
    tavily_key: Key | None = setting("TAVILY_API_KEY", None, _A_KEY)
    brave_key: Key | None = setting("BRAVE_API_KEY", None, _A_KEY)
    serpapi_key: Key | None = setting("SERPAPI_KEY", None, _A_KEY)
    search_depth: DepthName = setting("SEARCH_DEPTH", "basic", "basic or advanced")
    search_results: Annotated[int, Field(ge=1, le=20)] = setting(
        "SEARCH_MAX_RESULTS", 8, "a whole number from 1 to 20"
    )
    search_range: RangeName = setting("SEARCH_TIME_RANGE", "auto", "auto, day, week, month or year")
    search_include: Words = setting("SEARCH_INCLUDE_DOMAINS", (), _DOMAINS)
    search_exclude: Words = setting("SEARCH_EXCLUDE_DOMAINS", EXCLUDED, _DOMAINS)
    searches_a_day: Annotated[int, Field(ge=0, le=100_000)] = setting(
        "SEARCH_DAILY_CAP", 300, "a whole number from 0 to 100000"
    )
    feeds: Texts = setting("SEARCH_FEEDS", FEEDS, _FEEDS)
    has_feeds: bool = setting("SEARCH_FEEDS_ENABLED", True, "true or false")
    trusted: Words = setting("NEWS_TRUSTED_DOMAINS", TRUSTED, _DOMAINS)
    has_library: bool = setting("LIBRARY_ENABLED", True, "true or false")

    @property
    def models(self) -> ModelVariables:
        """What the language models are made of. Raises nothing: `endpoints_of` judges it."""
        return ModelVariables(
            ai_provider=self.ai_provider or "",
            ai_fallback=self.ai_fallback,
            groq_api_key=_key(self.groq_key),
            groq_model=self.groq_model,
            groq_base_url=self.groq_address or "",
            gemini_api_key=_key(self.gemini_key),
            gemini_model=self.gemini_model,
            gemini_base_url=self.gemini_address or "",
            openai_api_key=_key(self.openai_key),
            openai_model=self.openai_model,
            openai_base_url=self.openai_address or "",
            anthropic_api_key=_key(self.anthropic_key),
            anthropic_model=self.anthropic_model,
            anthropic_base_url=self.anthropic_address or "",
            ai_api_key=_key(self.ai_key),
            ai_model=self.ai_model or "",
            ai_base_url=self.ai_address or "",
            ai_output=OutputStyle(self.ai_output),
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
    for make in (lambda: endpoints_of(settings.models), lambda: settings.search):
        try:
            make()
        except ConfigurationError as error:
            yield f"  {error}"


def _key(key: SecretStr | None) -> SecretStr:
    return SecretStr("") if key is None else key


MIND_VARIABLES = frozenset(
    str(field.validation_alias) for field in MindSettings.model_fields.values()
)
