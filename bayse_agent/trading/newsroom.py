"""Gathers what was written about a market: asks all sources at once, filters, remembers, chooses.

What cannot be asked is told and gone without: nothing stands in for news that is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TypeVar

from bayse_agent.domain.admission import AdmissionRule, Admitted, admit, told_refusals
from bayse_agent.domain.choosing import HALF_LIVES, best_passages, spread
from bayse_agent.domain.errors import ConfigurationError, SourceUnavailable, StoreUnavailable
from bayse_agent.domain.news import Article, News, Snippet, Topic
from bayse_agent.domain.reading import clean, clean_line
from bayse_agent.ports import Library, NewsSource
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each

T = TypeVar("T")

NO_SOURCE = "no source of news is set up"
_LONGEST_REASON = 200


async def gather(agent: Agent, topic: Topic) -> News:
    """What was written about a topic by now, and what could not be asked or was left out."""
    if not agent.sources and agent.library is None:
        return News(told=(NO_SOURCE,))
    told = [] if agent.sources else [NO_SOURCE]
    habits = agent.habits.news
    answers = await each(
        agent.sources,
        lambda source: _asked(source, topic, habits.articles, habits.source_timeout_s),
        at_once=habits.sources_at_once,
    )
    told += [answer for answer in answers if isinstance(answer, str)]
    found = [answer for answer in answers if not isinstance(answer, str)]
    # Texts are long: whoever trades meanwhile must not wait for them to be gone through.
    admitted, snippets = await asyncio.to_thread(_sifted, found, topic, habits.admission)
    told += told_refusals(admitted.refused)
    if agent.library is not None:
        recalled = await _recalled(agent, agent.library, topic, admitted)
        if isinstance(recalled, str):
            told.append(recalled)
        else:
            # What is new comes back from the library in its place among what is remembered; what
            # it has not taken in yet is read in turn with that.
            there = {snippet.article_id for snippet in recalled}
            left = tuple(one for one in snippets if one.article_id not in there)
            snippets = tuple(_in_turn([left, recalled]))
    chosen = spread(snippets, limit=habits.snippets, most_of_a_domain=habits.most_of_a_domain)
    left_out = {why.value: count for why, count in admitted.refused.items()}
    return News(snippets=chosen, told=tuple(told), left_out=left_out)


async def _asked(
    source: NewsSource, topic: Topic, limit: int, timeout_s: float
) -> tuple[Article, ...] | str:
    """A source's articles, or why there are none."""
    try:
        async with asyncio.timeout(timeout_s):
            found = await source.find(topic, limit=limit)
    except SourceUnavailable as error:
        return f"{source.name} could not be asked: {_short(error)}"
    except TimeoutError:
        return f"{source.name} did not answer in {timeout_s:g} s"
    return found[:limit]


def _sifted(
    found: Sequence[tuple[Article, ...]], topic: Topic, rule: AdmissionRule
) -> tuple[Admitted[Article], tuple[Snippet, ...]]:
    """The articles that may be read, and the best passages of them."""
    readable = [tuple(_readable(article) for article in answer) for answer in found]
    admitted = admit(_in_turn(readable), topic, rule)
    return admitted, best_passages(admitted.kept, topic)


def _readable(article: Article) -> Article:
    return replace(article, title=clean_line(article.title), text=clean(article.text))


def _in_turn(answers: Sequence[tuple[T, ...]]) -> Iterable[T]:
    """The best of each answer, then the second of each, and so on."""
    for rank in zip_longest(*answers):
        yield from (one for one in rank if one is not None)


async def _recalled(
    agent: Agent, library: Library, topic: Topic, fresh: Admitted[Article]
) -> tuple[Snippet, ...] | str:
    """What the library has on the topic, now that it was given what is new; or why nothing."""
    habits = agent.habits.news
    found_by = {article.id: article.found_by for article in fresh.kept}
    try:
        async with asyncio.timeout(habits.library_timeout_s):
            await library.add(fresh.kept, scope=topic.event_id)
            remembered = await library.find(
                _subject(topic),
                scope=topic.event_id,
                # Not the topic's: what was just retrieved is a moment younger.
                now=agent.clock.now(),
                limit=habits.remembered,
                half_life=HALF_LIVES[topic.horizon],
            )
    except (StoreUnavailable, ConfigurationError) as error:
        return f"the library could not be asked: {_short(error)}"
    except TimeoutError:
        return f"the library did not answer in {habits.library_timeout_s:g} s"
    return tuple(
        replace(snippet, found_by=found_by.get(snippet.article_id, snippet.found_by))
        for snippet in remembered
        if snippet.article_id in found_by or _may_be_read(agent, snippet, topic)
    )


def _may_be_read(agent: Agent, snippet: Snippet, topic: Topic) -> bool:
    return bool(admit((snippet,), topic, agent.habits.news.admission).kept)


def _subject(topic: Topic) -> str:
    if topic.market_title in topic.event_title:
        return topic.event_title
    return f"{topic.event_title} {topic.market_title}"


def _short(error: Exception) -> str:
    return clean_line(str(error), longest=_LONGEST_REASON)
