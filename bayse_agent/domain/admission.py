"""Which articles are let in for a market: by publisher, date, subject, and told only once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from bayse_agent.domain.news import Article, Horizon, Snippet, Topic
from bayse_agent.domain.reading import words
from bayse_agent.domain.subject import keywords, shared_part

_SITES = (
    "1xbet.com 30rates.com ambcrypto.com bayse.markets bet365.com bet9ja.com betensured.com "
    "betfair.com betika.com betking.com betway.com bitget.com changelly.com coincodex.com "
    "coinpriceforecast.com confirmbets.com covers.com digitalcoinprice.com draftkings.com "
    "fanduel.com forebet.com freesupertips.com gov.capital kalshi.com kenya-bets.com "
    "longforecast.com manifold.markets metaculus.com nairabet.com oddschecker.com "
    "oddsportal.com pinnacle.com polymarket.com predictit.org predictz.com "
    "priceprediction.net sportybet.com stocknews.com tradersunion.com tradingbeasts.com "
    "walletinvestor.com windrawwin.com"
)
FORECAST_SITES = frozenset(_SITES.split())
"""Publishers who sell forecasts, odds or bets: what they say is no news, and often made to be read
by machines.
"""
FORECAST_WORDS = frozenset(
    ["forecast", "forecasts", "prediction", "predictions", "odds", "betting", "bets", "tipster"]
)
_WINDOWS = MappingProxyType(
    {
        Horizon.SHORT: timedelta(days=1),
        Horizon.MEDIUM: timedelta(days=21),
        Horizon.LONG: timedelta(days=180),
    }
)
_SEQUENCE = 5
_FIRST_WORDS = 2_000


class Refusal(StrEnum):
    """Why an article is left out."""

    EMPTY = "without text"
    SITE = "from a site of forecasts or bets"
    UNDATED = "without a date"
    LATER = "dated later than now"
    OLD = "too old"
    SUBJECT = "about something else"
    COPY = "told already by another"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRule:
    """What is let in. `windows`: how old news may be, by how far away the close is.

    `least_shared`: how much of the topic's names and words an article must have, 0 to 1.
    `same_share`: two texts are one when they share so much of all their word sequences, 0 to 1.
    Being a part of the other is not enough: one sentence would be able to push out its article.
    """

    refused_domains: frozenset[str] = FORECAST_SITES
    refused_words: frozenset[str] = FORECAST_WORDS
    windows: Mapping[Horizon, timedelta] = field(default_factory=lambda: _WINDOWS)
    least_shared: float = 0.4
    same_share: float = 0.5


T = TypeVar("T", Article, Snippet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted(Generic[T]):
    """What was let in, in the order in which it came, and how many were not, by reason."""

    kept: tuple[T, ...]
    refused: Mapping[Refusal, int]


def admit(found: Iterable[T], topic: Topic, rule: AdmissionRule) -> Admitted[T]:
    """Let in what may be read for a market. Of one text by several publishers the first stays."""
    kept: list[T] = []
    marks: list[_Mark] = []
    refused: dict[Refusal, int] = {}
    wanted = keywords(topic)
    for one in found:
        why = refusal(one, topic, rule, wanted)
        if why is None:
            mark = _mark_of(one.text)
            if any(_are_one(mark, other, rule.same_share) for other in marks):
                why = Refusal.COPY
            else:
                kept.append(one)
                marks.append(mark)
        if why is not None:
            refused[why] = refused.get(why, 0) + 1
    return Admitted(kept=tuple(kept), refused=refused)


def refusal(
    one: Article | Snippet, topic: Topic, rule: AdmissionRule, wanted: Mapping[str, float]
) -> Refusal | None:
    """Why an article may not be read for a market; None when it may. `wanted`: its keywords."""
    if not one.text.strip():
        return Refusal.EMPTY
    if is_of(one.domain, rule.refused_domains) or _sells_forecasts(one.url, rule.refused_words):
        return Refusal.SITE
    late = _untimely(one.published_at, topic, rule)
    if late is not None:
        return late
    # The title and the beginning tell the subject: anything is mentioned somewhere in a long text.
    told = f"{one.title}\n{' '.join(one.text.split()[:_FIRST_WORDS])}"
    return Refusal.SUBJECT if shared_part(wanted, told) < rule.least_shared else None


def is_of(domain: str, domains: frozenset[str]) -> bool:
    """Whether a host is one of some domains, or below one."""
    parts = domain.casefold().strip(".").split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts)))


def told_refusals(refused: Mapping[Refusal, int]) -> tuple[str, ...]:
    """What was left out, in words: one line, or none."""
    if not refused:
        return ()
    parts = [f"{refused[why]} {why.value}" for why in Refusal if why in refused]
    return (f"left out: {', '.join(parts)}",)


def _untimely(published_at: datetime | None, topic: Topic, rule: AdmissionRule) -> Refusal | None:
    if published_at is None:
        # In two hours everything may change: what has no date may be of any year.
        return Refusal.UNDATED if topic.horizon is Horizon.SHORT else None
    if published_at > topic.now:
        return Refusal.LATER
    return Refusal.OLD if topic.now - published_at > rule.windows[topic.horizon] else None


def _sells_forecasts(url: str, refused: frozenset[str]) -> bool:
    try:
        path = urlsplit(url).path
    except ValueError:
        return True
    return not refused.isdisjoint(words(path.replace("-", " ").replace("_", " ")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What two texts are compared by: their sequences of five words, and their figures."""

    sequences: frozenset[tuple[str, ...]]
    figures: frozenset[str]


def _mark_of(text: str) -> _Mark:
    found = words(text)[:_FIRST_WORDS]
    count = max(1, len(found) - _SEQUENCE + 1)
    return _Mark(
        sequences=frozenset(tuple(found[at : at + _SEQUENCE]) for at in range(count)),
        figures=frozenset(word for word in found if word[0].isdigit()),
    )


def _are_one(one: _Mark, other: _Mark, share: float) -> bool:
    """Whether two texts are one: most of the sequences of both are in both, and of the figures."""
    return _shared(one.sequences, other.sequences) >= share and (
        _shared(one.figures, other.figures) >= share
    )


def _shared(one: Set[object], other: Set[object]) -> float:
    """How much of two sets is in both, 0 to 1; two empty ones are the same."""
    both = one | other
    return len(one & other) / len(both) if both else 1.0
