"""Finds out what was written about a market, when a forecast rests on that and may be worth it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.news import News, Topic, kept_of
from bayse_agent.domain.prompting import plain_titles
from bayse_agent.domain.triage import is_even, not_worth
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.newsroom import gather

_UNASKABLE = News(told=("no title of the market is a plain question to look for",))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """Why a market is left alone before anything is paid for; `kept` is of the news, if any."""

    reason: Reason
    detail: str
    kept: Mapping[str, str] = field(default_factory=dict)


async def inform(agent: Agent, context: Context) -> Context | LeftAlone:
    """The context with its news, or why there is none."""
    rule, limits = agent.habits.triage, await agent.store.limits()
    if agent.reach is not None:
        rule = replace(rule, reach=await agent.reach(context))
    most = limits.max_stake.get(agent.habits.currency)
    if most is None:
        why = f"no stake is allowed in {agent.habits.currency}"
        return LeftAlone(reason=Reason.NOT_WORTH_RESEARCH, detail=why)
    if (worthless := not_worth(context, most, rule)) is not None:
        return LeftAlone(reason=Reason.NOT_WORTH_RESEARCH, detail=worthless)
    topic = topic_of(context)
    news = _UNASKABLE if topic is None else await gather(agent, topic)
    if not news.snippets and is_even(context, rule):
        detail = "; ".join(("an even price, and nothing was found", *news.told))
        return LeftAlone(reason=Reason.NO_NEWS, detail=detail, kept=kept_of(news))
    return replace(context, news=news)


def topic_of(context: Context) -> Topic | None:
    """What sources are asked about; None when no title is plain enough to be sent to anybody."""
    event, market = context.event, context.market
    titles = plain_titles(context)
    if not titles:
        return None
    return Topic(
        market_id=market.id,
        event_id=event.id,
        event_title=titles[0],
        market_title=titles[-1],
        category=event.category,
        rules=market.rules,
        closes_at=event.closes_at,
        now=context.now,
    )
