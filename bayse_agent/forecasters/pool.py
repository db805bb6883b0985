"""Asks several forecasters at once and pools them with the market's price, by measured skill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bayse_agent.domain.errors import BayseAgentError, BrokenInvariant, InvalidValue
from bayse_agent.domain.experience import Bookmark, Cell, cell, lesson_at
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket, tracked
from bayse_agent.domain.learning import POOLED_ROWS, Record, extended, learned, no_record
from bayse_agent.domain.money import Price, probability
from bayse_agent.domain.pooling import Opinion, Pooled, PoolPrior, Skill, no_skill_known, pool
from bayse_agent.ports import Experience, Forecaster

_LARGE = 2.0
"""Log-odds by which a forecaster who read something disagrees with a price, when it is by much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How a pool learns.

    `refresh_s`: how often it learns from newly settled forecasts, in seconds of world time.
    `most_rows`: the looks that it learns from, the latest ones; they bound what learning costs.
    """

    prior: PoolPrior = field(default_factory=PoolPrior)
    refresh_s: float = 900.0
    most_rows: int = POOLED_ROWS


class Pool:
    """The market's price and what its members make of a market, each by its measured skill."""

    name = "pool"

    def __init__(
        self,
        members: Sequence[Forecaster],
        experience: Experience,
        settings: PoolSettings | None = None,
    ) -> None:
        """`members` have names of their own. Raises InvalidValue without any, or when two share
        one.
        """
        self._members = {member.name: member for member in members}
        if not members or len(self._members) < len(members):
            raise InvalidValue(f"members of a pool: {[member.name for member in members]!r}")
        self._settings = settings or PoolSettings()
        self._lessons = _Lessons(tuple(self._members), experience, self._settings)

    def declines(self, market: TrackedMarket) -> str | None:
        """Declined when every member declines it, in their words."""
        reasons = [member.declines(market) for member in self._members.values()]
        told = [reason for reason in reasons if reason is not None]
        return "; ".join(dict.fromkeys(told)) if len(told) == len(reasons) else None

    def reads_news(self, market: TrackedMarket) -> bool:
        return any(
            member.declines(market) is None and member.reads_news(market)
            for member in self._members.values()
        )

    async def reach(self, context: Context) -> float:
        """How far news may move the pool off the market's price, in log-odds: a large disagreement
        at the weight that those who read news have shown, and one error of that weight more.
        """
        market, now = tracked(context.event, context.market, context.now), context.now
        skill, kind = (
            await self._lessons.skill(now),
            cell(context.event.category, context.time_left_s),
        )
        weights = [
            skill.weight(name, kind)
            for name, member in self._members.items()
            if member.declines(market) is None and member.reads_news(market)
        ]
        return _LARGE * sum(weight + error for weight, error in weights)

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        price = context.market_price
        if price is None:
            return NoForecast(author=self.name, reason="there is no market price to pool with")
        answers = await self._ask(context)
        parts = [answer for answer in answers if isinstance(answer, Forecast)]
        silent = [answer for answer in answers if isinstance(answer, NoForecast)]
        if not parts:
            told = "; ".join(f"{one.author}: {one.reason}" for one in silent)
            return NoForecast(
                author=self.name,
                reason=told or "nobody is asked about this market",
                is_for_money=any(one.is_for_money for one in silent),
            )
        skill = await self._lessons.skill(context.now)
        kind = cell(context.event.category, context.time_left_s)
        opinions = [
            Opinion(
                author=part.author,
                probability=float(part.probability),
                standard_error=part.standard_error,
            )
            for part in parts
        ]
        pooled = pool(float(price), opinions, kind, skill)
        rationale = _rationale(pooled, price, kind, skill, silent)
        doubts = _doubts(parts, opinions, lambda changed: pool(float(price), changed, kind, skill))
        return replace(self._told(context, price, parts, pooled, rationale), without=doubts)

    async def _ask(self, context: Context) -> list[Forecast | NoForecast]:
        """Every member that does not decline the market, all at once, in their order."""
        market = tracked(context.event, context.market, context.now)
        asked = [one for one in self._members.values() if one.declines(market) is None]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_answer(member, context)) for member in asked]
        return [task.result() for task in tasks]

    def _told(
        self,
        context: Context,
        price: Price,
        parts: Sequence[Forecast],
        pooled: Pooled,
        rationale: str,
    ) -> Forecast:
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(pooled.probability),
            standard_error=pooled.standard_error,
            rationale=rationale,
            made_at=context.now,
            market_price=price,
            threshold=context.threshold,
            parts=tuple(replace(part, weight=pooled.weights[part.author]) for part in parts),
            is_pooled=True,
        )


class _Lessons:
    """What was learned of the members so far; learned again at whole multiples of a time, so that
    a run that was interrupted knows what it would have known.
    """

    def __init__(
        self, authors: tuple[str, ...], experience: Experience, settings: PoolSettings
    ) -> None:
        self._experience = experience
        self._settings = settings
        self._record: Record = no_record(authors)
        self._skill: Skill = no_skill_known(authors, settings.prior)
        self._bookmark = Bookmark()
        self._learned_at: datetime | None = None
        self._turn = asyncio.Lock()

    async def skill(self, now: datetime) -> Skill:
        """The skill as of what is settled by now, give or take the settings' delays."""
        async with self._turn:
            moment = lesson_at(now, self._settings.refresh_s)
            if moment != self._learned_at:
                await self._refresh(moment)
                self._learned_at = moment
            return self._skill

    async def _refresh(self, moment: datetime) -> None:
        settled = await self._experience.settled_forecasts(
            since=self._bookmark.since, most=self._settings.most_rows
        )
        before = [one for one in settled if one.settled_at < moment]
        fresh, self._bookmark = self._bookmark.fresh(before)
        if not fresh:
            return
        # Off the loop: the numbers are crunched while it goes on.
        most = self._settings.most_rows
        self._record = await asyncio.to_thread(extended, self._record, fresh, most=most)
        self._skill = await asyncio.to_thread(learned, self._record, self._settings.prior)


async def _answer(member: Forecaster, context: Context) -> Forecast | NoForecast:
    """What a member says; one that fails is left out. Books that contradict themselves are not
    its business: that goes on to whoever stops trading.
    """
    try:
        answer = await member.forecast(context)
    except BrokenInvariant:
        raise
    except (BayseAgentError, TimeoutError) as error:
        return NoForecast(author=member.name, reason=f"{type(error).__name__}: {error}")
    if isinstance(answer, Forecast) and answer.market_id != context.market.id:
        return NoForecast(author=member.name, reason="it answered for another market")
    return answer


def _doubts(
    parts: Sequence[Forecast],
    opinions: Sequence[Opinion],
    pooled: Callable[[list[Opinion]], Pooled],
) -> tuple[tuple[str, float], ...]:
    """What the pool would come to without each publisher that a member's forecast rests on."""
    publishers = sorted({domain for part in parts for domain, _ in part.without})
    found = []
    for domain in publishers:
        chances = [dict(part.without).get(domain, float(part.probability)) for part in parts]
        changed = [
            replace(one, probability=chance) for one, chance in zip(opinions, chances, strict=True)
        ]
        found.append((domain, pooled(changed).probability))
    return tuple(found)


def _rationale(
    pooled: Pooled, price: Price, kind: Cell, skill: Skill, silent: Sequence[NoForecast]
) -> str:
    """Who said what with which weight, what is unproven, and who was left out."""
    weights = ", ".join(f"{author} {weight:.2f}" for author, weight in pooled.weights.items())
    told = [
        f"The market's {price} with weight {pooled.market_weight:.2f}, {weights}: "
        f"{pooled.probability:.3f}."
    ]
    if pooled.unproven:
        told.append(
            f"Unproven: {', '.join(pooled.unproven)} on {kind.category or 'any'} {kind.horizon} "
            f"({skill.markets} settled markets in all)."
        )
    told += [f"Left out: {one.author} ({one.reason})." for one in silent]
    return " ".join(told)
