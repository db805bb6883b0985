"""Finds out what was written about a market, when a forecast rests on that and may be worth it."""

from __future__ import annotations

from dataclasses import replace

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.news import News, Topic
from bayse_agent.domain.prompting import plain_titles
from bayse_agent.domain.triage import is_even, not_worth
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.newsroom import gather

_UNASKABLE = News(told=("no title of the market is a plain question to look for",))


async def inform(agent: Agent, context: Context) -> Context | tuple[Reason, str]:
    """The context with its news, or why the market is left alone before anything is paid for."""
    rule, limits = agent.habits.triage, await agent.store.limits()
    if agent.reach is not None:
        rule = replace(rule, reach=await agent.reach(context))
    most = limits.max_stake.get(agent.habits.currency)
    if most is None:
        return Reason.NOT_WORTH_RESEARCH, f"no stake is allowed in {agent.habits.currency}"
    if (why := not_worth(context, most, rule)) is not None:
        return Reason.NOT_WORTH_RESEARCH, why
    topic = topic_of(context)
    news = _UNASKABLE if topic is None else await gather(agent, topic)
    if not news.snippets and is_even(context, rule):
        return Reason.NO_NEWS, "; ".join(("an even price, and nothing was found", *news.told))
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
