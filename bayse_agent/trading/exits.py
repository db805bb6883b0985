"""Every open position looked at: what should be sold now, and why the rest is kept.

What is held is read off the books and not off any list of trades, so no age of a position and no
restart takes its protection. A sale that prices alone set off never waits for a slow forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import partial

from bayse_agent.domain.decision import Exit, Reason
from bayse_agent.domain.errors import VenueError, VenueRejected
from bayse_agent.domain.exits import ExitRule, decide_exit
from bayse_agent.domain.forecast import Context, Forecast, forecast_id
from bayse_agent.domain.journal import Look, TrackedMarket
from bayse_agent.domain.liquidation import Keep, KeepReason, WayOut, sellable_price, way_out
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Quote, Side
from bayse_agent.domain.money import Price
from bayse_agent.domain.order import Sell
from bayse_agent.domain.portfolio import Position
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each
from bayse_agent.trading.discovery import cooldown
from bayse_agent.trading.research import context_of

_STEP = Decimal("0.000001")
_BESIDE = timedelta(microseconds=1)
"""The scan may look at the same market in the same moment: two looks, two times, two forecasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """What became of one position in a pass, for people."""

    position: Position
    title: str
    answer: Exit | Keep

    def __str__(self) -> str:
        if isinstance(self.answer, Exit):
            wish = self.answer.wish
            return f"{self.title}: sell {wish.shares} shares, {self.answer.cause}"
        return f"{self.title}: kept ({self.answer.reason}), {self.answer.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitCase:
    """A sale that should be put forward, and what it rests on.

    `forecast` is the latest one of the market. `look` has it when it is new: it must be written
    down together with an intent that names it.
    """

    exit: Exit
    position: Position
    context: Context
    forecast: Forecast | None
    look: Look | None

    @property
    def event_id(self) -> EventId:
        return self.context.event.id

    @property
    def engine(self) -> Engine:
        return self.context.event.engine


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitsFound:
    """What should be sold, and a line for every position."""

    cases: tuple[ExitCase, ...]
    lines: tuple[PositionLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A position with what is remembered of it and its market. `looked_at`: the market's last
    look; `forecasts`: those that are written down, oldest first.
    """

    position: Position
    market: TrackedMarket | None
    event_id: EventId | None
    mark: Price | None
    forecasts: tuple[Forecast, ...]
    looked_at: datetime | None
    is_being_sold: bool

    @property
    def forecast(self) -> Forecast | None:
        """The latest that is written down."""
        return self.forecasts[-1] if self.forecasts else None

    @property
    def key(self) -> tuple[MarketId, OutcomeId]:
        return self.position.market_id, self.position.outcome_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """A position as it was seen, and what to do with it. `look` has a forecast that is new."""

    held: _Held
    answer: Exit | Keep
    context: Context | None = None
    forecast: Forecast | None = None
    look: Look | None = None


async def find_exits(agent: Agent) -> list[ExitCase]:
    """What should be sold of the open positions now, in the order of the books."""
    return list((await look_at_positions(agent)).cases)


async def look_at_positions(agent: Agent) -> ExitsFound:
    """Decide on every open position, in the order of the books; remembers the best prices seen.

    A venue that cannot be read keeps that position, and says so.
    """
    sights = await _see_all(agent, await _held(agent))
    return ExitsFound(
        cases=tuple(case for sight in sights if (case := _case(sight)) is not None),
        lines=tuple(_line(sight) for sight in sights),
    )


async def _held(agent: Agent) -> list[_Held]:
    """Every position in the books, whatever its age."""
    books = await agent.store.books(agent.habits.currency)
    positions = books.portfolio.positions
    if not positions:
        return []
    markets = {market.market_id: market for market in await agent.store.tracked()}
    marks, looks = await agent.store.marks(), await agent.store.last_looks()
    ids = list(dict.fromkeys(position.market_id for position in positions))
    forecasts = await agent.store.forecasts_of(ids)
    selling = {
        (intent.market_id, intent.wish.outcome_id)
        for intent in books.portfolio.live
        if isinstance(intent.wish, Sell)
    }

    def remembered(position: Position) -> _Held:
        market, tags = markets.get(position.market_id), books.tags.get(position.market_id)
        key = (position.market_id, position.outcome_id)
        known = market or tags
        return _Held(
            position=position,
            market=market,
            event_id=None if known is None else known.event_id,
            mark=marks.get(key),
            forecasts=forecasts.get(position.market_id, ()),
            looked_at=looks.get(position.market_id),
            is_being_sold=key in selling,
        )

    return [remembered(position) for position in positions]


async def _see_all(agent: Agent, helds: Sequence[_Held]) -> list[_Sight]:
    """First what prices, windows and known forecasts say; then, unless that sells something, the
    forecasts that take their time, and the prices once more. A sale that waits for a person holds
    up nothing.
    """
    at_once = agent.habits.reads_at_once
    sights = await each(helds, partial(_see, agent), at_once=at_once)
    await _raise_marks(agent, sights)
    waiting = {
        (signal.wish.market_id, signal.wish.outcome_id)
        for signal in await agent.store.signals(SignalStatus.PENDING)
        if isinstance(signal.wish, Sell)
    }
    if any(isinstance(one.answer, Exit) and one.held.key not in waiting for one in sights):
        return sights
    return await each(sights, partial(_see_again, agent), at_once=at_once)


async def _see(agent: Agent, held: _Held) -> _Sight:
    """A position by the prices of now and what is known already."""
    if held.is_being_sold:
        return _kept(held, KeepReason.ORDER_UNDER_WAY, "a sell is under way already")
    try:
        context = await _read(agent, held)
    except VenueError as error:
        return _kept(held, KeepReason.UNREADABLE, str(error))
    if context is None:
        return _kept(held, KeepReason.UNREADABLE, "its market is not known")
    if context.event.symbol is not None:
        return await _forecast_and_decide(agent, held, context)
    rule = agent.habits.exits
    if _is_worth_asking(agent, held, context):
        # Time alone sells nothing before somebody was asked.
        rule = replace(rule, unwatched_s=None)
    return _decided(held, context, held.forecast, rule)


async def _see_again(agent: Agent, sight: _Sight) -> _Sight:
    """A position that is no price window once more, with a forecast that is fresh."""
    held, context = sight.held, sight.context
    if context is None or context.event.symbol is not None or isinstance(sight.answer, Exit):
        return sight
    if not _is_worth_asking(agent, held, context):
        return sight
    asked = await _forecast_and_decide(agent, held, context)
    try:
        # It took its time: the prices are read anew.
        anew = await _read(agent, held)
    except VenueError as error:
        return _kept(held, KeepReason.UNREADABLE, str(error))
    if anew is None:
        return sight
    seen = _decided(held, anew, asked.forecast, agent.habits.exits)
    if asked.look is not None and isinstance(seen.answer, Keep):
        await agent.store.add_looks([asked.look])
        return seen
    return replace(seen, look=asked.look)


async def _forecast_and_decide(agent: Agent, held: _Held, context: Context) -> _Sight:
    """Ask the forecaster, unless it declines, and decide on what it says."""
    market, rule = held.market, agent.habits.exits
    if market is None or agent.forecaster.declines(market) is not None:
        return _decided(held, context, held.forecast, rule)
    answer = await agent.forecaster.forecast(context)
    look = Look(market_id=market.market_id, at=context.now + _BESIDE, reason=Reason.NO_FORECAST)
    if not isinstance(answer, Forecast):
        refused = replace(look, inputs={"detail": answer.reason})
        return replace(_decided(held, context, held.forecast, rule), look=refused)
    name = forecast_id(f"{answer.author}, exits", answer.market_id, answer.made_at)
    found = replace(answer, id=name)
    now = replace(context, now=agent.clock.now())
    decided = _decided(held, now, found, rule)
    if any(known.id == name for known in held.forecasts):
        return decided
    look = replace(look, reason=Reason.REFUSED_MARKET_HELD, forecast=found)
    return replace(decided, look=look)


def _decided(held: _Held, context: Context, forecast: Forecast | None, rule: ExitRule) -> _Sight:
    answer = decide_exit(held.position, context, forecast, rule, held.mark)
    return _Sight(held=held, context=context, forecast=forecast, answer=answer)


def _is_worth_asking(agent: Agent, held: _Held, context: Context) -> bool:
    """Whether no forecast is fresh, and nobody was asked for one a moment ago."""
    market, known, now = held.market, held.forecast, context.now
    if market is None or agent.forecaster.declines(market) is not None:
        return False
    age = timedelta(seconds=agent.habits.exits.max_forecast_age_s)
    if known is not None and now - known.made_at <= age:
        return False
    pause = cooldown(market, timedelta(seconds=agent.habits.long_cooldown_s))
    return held.looked_at is None or now - held.looked_at >= pause


async def _read(agent: Agent, held: _Held) -> Context | None:
    """The position's market as of now, on a formula with the quote for exactly its shares."""
    if held.event_id is None:
        return None
    position = held.position
    context = await context_of(agent, held.event_id, position.market_id)
    if context.event.engine is not Engine.AMM:
        return context
    count = min(Decimal(position.shares), position.shares.quantize(_STEP, ROUND_DOWN))
    try:
        quote = await _sell_quote(agent, context, position.outcome_id, count)
    except VenueRejected:
        return context
    return replace(context, quotes=(quote,), now=agent.clock.now())


async def _sell_quote(
    agent: Agent, context: Context, outcome_id: OutcomeId, count: Decimal
) -> Quote:
    return await agent.market_data.quote(
        event_id=context.event.id,
        market_id=context.market.id,
        outcome_id=outcome_id,
        side=Side.SELL,
        amount=count,
        currency=agent.habits.currency,
    )


async def _raise_marks(agent: Agent, sights: Sequence[_Sight]) -> None:
    """Remember the best price that each position could have been sold at."""
    marks: dict[tuple[MarketId, OutcomeId], Price] = {}
    for sight in sights:
        if sight.context is None:
            continue
        position = sight.held.position
        way = way_out(position, sight.context, agent.habits.exits.max_data_age_s)
        price = sellable_price(way) if isinstance(way, WayOut) else None
        if price is not None and (sight.held.mark is None or price > sight.held.mark):
            marks[sight.held.key] = price
    if marks:
        await agent.store.raise_marks(marks, at=agent.clock.now())


def _case(sight: _Sight) -> ExitCase | None:
    if not isinstance(sight.answer, Exit) or sight.context is None:
        return None
    return ExitCase(
        exit=sight.answer,
        position=sight.held.position,
        context=sight.context,
        forecast=sight.forecast,
        look=sight.look,
    )


def _line(sight: _Sight) -> PositionLine:
    held = sight.held
    title = held.position.market_id if held.market is None else held.market.title
    return PositionLine(position=held.position, title=title, answer=sight.answer)


def _kept(held: _Held, reason: KeepReason, detail: str) -> _Sight:
    position = held.position
    answer = Keep(
        market_id=position.market_id,
        outcome_id=position.outcome_id,
        reason=reason,
        detail=detail,
    )
    return _Sight(held=held, answer=answer)
