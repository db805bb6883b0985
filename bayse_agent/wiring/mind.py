"""Puts together what thinks at a real venue: forecasters, language models, news, the library."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from bayse_agent.adapters.library.embedding import MiniLM
from bayse_agent.adapters.library.ingesting import Ingesting
from bayse_agent.adapters.library.library import open_library
from bayse_agent.adapters.llm.opening import open_language_model
from bayse_agent.adapters.llm.options import ModelOptions, endpoints_of
from bayse_agent.adapters.news.building import NewsDesk
from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.experience import SqlExperience, open_experience
from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.domain.card import card
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.proof import Stage
from bayse_agent.domain.triage import TriageRule
from bayse_agent.forecasters.base_rate import BaseRates
from bayse_agent.forecasters.llm import Llm, LlmSettings
from bayse_agent.forecasters.pool import Pool
from bayse_agent.forecasters.threshold import Threshold, ThresholdSettings
from bayse_agent.plugins import load_forecaster
from bayse_agent.ports import (
    Clock,
    Forecaster,
    LanguageModel,
    Library,
    NewsSource,
    SpendingCaps,
    Store,
)
from bayse_agent.settings import Settings
from bayse_agent.trading.agent import Guard, Reach
from bayse_agent.trading.skill_guard import SkillGuard

_SOURCES = 6
"""Questions that one market may put at once besides its base answers: one for each source."""
_MOST_JUDGED = 20_000
SECRET_FILE = "marks.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mind:
    """What an agent thinks with. `told`: what is missing, and what it goes without for that.

    `guards` halt what is proven to lose. `stage`: how much capital the forecaster has earned.
    """

    forecaster: Forecaster
    sources: tuple[NewsSource, ...]
    library: Library | None
    triage: TriageRule
    told: tuple[str, ...]
    guards: tuple[Guard, ...] = ()
    reach: Reach | None = None
    stage: Stage = Stage.FULL


async def open_mind(
    settings: Settings,
    store: Store,
    clock: Clock,
    stack: AsyncExitStack,
    *,
    purse: str | None = None,
) -> Mind:
    """The mind of the settings, on the books' own database, which must be up to date.

    `purse`: address of the books that its spending is written down in, where it is others.
    Raises ConfigurationError for what cannot be used.
    """
    experience = open_experience(settings.database_url.get_secret_value())
    stack.push_async_callback(experience.close)
    model = await _model(settings, clock, stack, purse or settings.database_url.get_secret_value())
    members: list[Forecaster] = [
        Threshold(ThresholdSettings(), store.settlement_records),
        BaseRates(experience),
        *(load_forecaster(name) for name in settings.forecasters),
    ]
    read = _Read(told=("no language model is set up (AI_PROVIDER): events are left alone",))
    if model is not None:
        members.append(_llm(model, settings))
        read = await _reading(settings, clock, stack)
    pool = Pool(members, experience)
    return Mind(
        forecaster=pool,
        sources=read.sources,
        library=read.library,
        triage=TriageRule(usd=settings.naira_a_dollar),
        told=read.told,
        guards=(SkillGuard(experience).look,),
        reach=pool.reach,
        stage=await _stage(experience),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Where a model's reading comes from, and what it goes without."""

    sources: tuple[NewsSource, ...] = ()
    library: Library | None = None
    told: tuple[str, ...] = ()


async def _reading(settings: Settings, clock: Clock, stack: AsyncExitStack) -> _Read:
    url = settings.database_url.get_secret_value()
    database = connect(url)
    stack.push_async_callback(database.close)
    desk = await stack.enter_async_context(NewsDesk(settings.news, database, clock))
    library: Library | None = None
    if settings.has_library:
        made = await open_library(url, embedder=MiniLM())
        stack.push_async_callback(made.close)
        library = await stack.enter_async_context(Ingesting(made))
    missing = () if desk.sources else ("no source of news is set up: models judge by rules alone",)
    return _Read(sources=desk.sources, library=library, told=missing)


def _llm(model: LanguageModel, settings: Settings) -> Llm:
    return Llm(
        [model],
        LlmSettings(
            secret=_secret(settings.data_dir / SECRET_FILE),
            trusted=frozenset(settings.trusted),
            samples=settings.ai_samples,
        ),
    )


async def _model(
    settings: Settings, clock: Clock, stack: AsyncExitStack, url: str
) -> LanguageModel | None:
    endpoints = endpoints_of(settings.models)
    if not endpoints:
        return None
    purse = await open_purse(url, zone=str(settings.timezone))
    await stack.enter_async_context(purse)
    options = ModelOptions(
        endpoints=endpoints,
        caps=SpendingCaps(daily=settings.ai_daily_cap, monthly=settings.ai_monthly_cap),
        timeout_s=settings.ai_timeout_s,
        concurrency=settings.ai_concurrency * (settings.ai_samples + _SOURCES),
        proxy_url=settings.ai_proxy,
    )
    model = open_language_model(
        options, spending=purse.spending, archive=purse.archive, clock=clock
    )
    return await stack.enter_async_context(model)


async def _stage(experience: SqlExperience) -> Stage:
    """What the pool has earned by what was settled so far."""
    judged = await experience.judged_forecasts(most=_MOST_JUDGED)
    mine = [one for one in judged if one.author == Pool.name]
    return (await asyncio.to_thread(card, Pool.name, "all", mine)).stage


def _secret(file: Path) -> str:
    """This installation's own, for the marks around quoted text; made at the first start.

    Raises ConfigurationError when it cannot be read or kept.
    """
    try:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(32))
        found = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"cannot keep {file}: {error}") from error
    if not found:
        raise ConfigurationError(f"{file} is empty: remove it, and it is made anew")
    return found
