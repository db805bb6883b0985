"""What thinking needs: news, a memory for it, language models, and a purse that pays them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.news import Article, Snippet, Topic
from bayse_agent.domain.question import A, Answer, NoAnswer, Purpose, Question

DEFAULT_HALF_LIFE = timedelta(days=3)


class NewsSource(Protocol):
    """Where articles come from: a search service, feeds, or the press of a pretend world."""

    name: str

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        """Articles that may bear on a topic, best first, with as much of their text as there is.

        Raises SourceUnavailable when it cannot be asked; an empty answer means that it was.
        """


class Library(Protocol):
    """Remembers articles by meaning. What was found for one scope is never shown in another."""

    async def add(self, articles: Sequence[Article], *, scope: str) -> int:
        """Take articles in; known ones change nothing. Returns how many chunks are new.

        `scope` is an event's id; the empty one is for articles that belong to no event.
        """

    async def find(
        self,
        text: str,
        *,
        scope: str,
        now: datetime,
        limit: int = 5,
        half_life: timedelta = DEFAULT_HALF_LIFE,
    ) -> tuple[Snippet, ...]:
        """Chunks nearest in meaning and time, best first: of the scope and of no event.

        Nothing that was published or retrieved after `now` is among them. `half_life`: how long
        until age has taken half of what it can take from a chunk's worth.
        """

    async def purge(self, *, domain: str | None = None, before: datetime | None = None) -> int:
        """Forget a publisher, or what was retrieved before a moment; returns the chunks gone."""

    async def reset(self) -> int:
        """Forget everything; returns the chunks gone."""


class LanguageModel(Protocol):
    """Answers questions in a form that was checked, or says why not. It never raises for an answer
    that is bad, late or refused.
    """

    name: str

    async def ask(self, question: Question[A]) -> Answer[A] | NoAnswer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingCaps:
    """The most that models may cost, in US dollars, by the day and by the month of one zone."""

    daily: Decimal
    monthly: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What models have cost so far, in US dollars. What is reserved counts as spent."""

    day: Decimal
    month: Decimal


class Spending(Protocol):
    """What models cost, shared by every process that uses the books. It needs no lease."""

    async def reserve(
        self,
        most: Decimal,
        *,
        caps: SpendingCaps,
        model: str,
        purpose: Purpose,
        market_id: MarketId,
        at: datetime,
    ) -> str | None:
        """Put aside the most that a call can cost, in one transaction with the look at the caps.

        Returns the reservation, or None when a cap would be passed. One that is never settled
        counts as spent.
        """

    async def settle(
        self, reservation: str, *, cost: Decimal, tokens_in: int, tokens_out: int, at: datetime
    ) -> None:
        """Put what a call really cost in the place of what was put aside."""

    async def spent(self, at: datetime) -> Spent:
        """What was spent in the day and the month of a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """A prompt and the answer to it, exactly as they went over the wire."""

    prompt_id: str
    answer_id: str
    model: str
    prompt: str
    answer: str
    at: datetime


class AnswerArchive(Protocol):
    """Prompts and answers by content, so that the same evidence is never paid for twice."""

    async def kept(self, prompt_id: str) -> KeptAnswer | None: ...

    async def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer; the first one to a prompt stays."""


class Experience(Protocol):
    """What was forecast and what came of it, for whoever learns from it."""

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        """Forecasts of markets that were settled at `since` or later, oldest settlement first; of
        more than `most` the latest. What was settled at `since` itself may be known already.
        """

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        """Markets that ended with a winner at `since` or later, oldest first; of more than `most`
        the latest.
        """
