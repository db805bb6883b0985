"""Every open position is looked at, whatever its age; what is found rests on fresh reads alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bayse_agent.domain.books import Books, Tags
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason, Trigger
from bayse_agent.domain.errors import FeedStale, VenueRejected, VenueUnreachable
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, Underlying
from bayse_agent.domain.journal import Look, TrackedMarket
from bayse_agent.domain.liquidation import Keep, KeepReason
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    MarketId,
    OrderBook,
    OutcomeId,
    Quote,
    Side,
    Symbol,
)
from bayse_agent.domain.money import Currency, Money, Price, price, shares
from bayse_agent.domain.order import Intent, IntentSource, Sell, intent_id
from bayse_agent.domain.portfolio import Portfolio, Position, opened
from bayse_agent.domain.signal import Signal, SignalStatus
from bayse_agent.trading.agent import Agent, Habits
from bayse_agent.trading.exits import (
    ExitCase,
    ExitsFound,
    find_exits,
    look_at_positions,
)
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.scan import scan
from tests.builders import (
    DOWN,
    MARKET_ID,
    NOON,
    UP,
    a_book,
    a_forecast,
    a_market,
    a_quote,
    a_tracked_market,
    an_event,
    an_intent,
    an_underlying,
)
from tests.trading.stages import NGN, Believer, begin, open_books, stage

Place = tuple[MarketId, OutcomeId]


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


class Shelf:
    """Books with one position of ten shares for NGN 550, in a market that is or is not tracked."""

    def __init__(self) -> None:
        cost = Money.of(550, NGN)
        held = Position(market_id=MARKET_ID, outcome_id=UP, shares=shares(10), cost=cost)
        self.portfolio: Portfolio = replace(opened(Money.of(10_000, NGN)), positions=(held,))
        self.markets: tuple[TrackedMarket, ...] = (a_tracked_market(),)
        self.known: dict[Place, Price] = {}
        self.forecasts: tuple[Forecast, ...] = ()
        self.looked_at: dict[MarketId, datetime] = {}
        self.looks: list[Look] = []
        self.pending: tuple[Signal, ...] = ()

    async def books(self, currency: Currency) -> Books:
        tags = Tags(
            event_id=EventId("event-1"), category=None, series=None, symbol=None, closes_at=None
        )
        return Books(portfolio=self.portfolio, state=TradingState.ARMED, tags={MARKET_ID: tags})

    async def tracked(self) -> tuple[TrackedMarket, ...]:
        return self.markets

    async def marks(self) -> Mapping[Place, Price]:
        return self.known

    async def raise_marks(self, marks: Mapping[Place, Price], *, at: datetime) -> None:
        self.known |= marks

    async def last_looks(self) -> Mapping[MarketId, datetime]:
        return self.looked_at

    async def forecasts_of(
        self, market_ids: Sequence[MarketId]
    ) -> Mapping[MarketId, tuple[Forecast, ...]]:
        return {market_id: self.forecasts for market_id in market_ids}

    async def signals(self, status: SignalStatus | None = None) -> tuple[Signal, ...]:
        return self.pending

    async def add_looks(self, looks: Sequence[Look]) -> None:
        self.looks += looks


class Board:
    """A venue's display: one event, one bid for Up, and quotes of sells."""

    def __init__(self, clock: Hands) -> None:
        self._clock = clock
        self.listed: Event = an_event(closes_at=NOON + timedelta(hours=2))
        self.bid, self.ask = "0.54", "0.56"
        self.sell_price = "0.54"
        self.reads = 0
        self.fault: Exception | None = None
        self.quote_fault: Exception | None = None
        self.asked: list[tuple[OutcomeId, Decimal]] = []
        self.is_in_cash = False

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        if self.fault is not None:
            raise self.fault
        self.reads += 1
        return self.listed

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        now = self._clock.now()
        own = a_book([(self.bid, "1000")], [(self.ask, "1000")], at=now)
        return own, a_book(outcome_id=DOWN, at=now)

    async def quote(
        self,
        *,
        event_id: EventId,
        market_id: MarketId,
        outcome_id: OutcomeId,
        side: Side,
        amount: Decimal,
        currency: Currency,
    ) -> Quote:
        self.asked.append((outcome_id, amount))
        if self.quote_fault is not None:
            raise self.quote_fault
        at = Decimal(self.sell_price) if outcome_id == UP else 1 - Decimal(self.sell_price)
        count = amount / (at * currency.payout) if self.is_in_cash else amount
        told = a_quote(str(amount), str(count), outcome_id=outcome_id, at=self._clock.now())
        return replace(
            told,
            side=side,
            currency=currency,
            average_price=Price(at),
            market_price=Price(at + Decimal("0.01")),
        )


class Feed:
    """Knows the asset, or not."""

    def __init__(self, clock: Hands) -> None:
        self._clock = clock
        self.is_stale = False

    async def underlying(self, symbol: Symbol) -> Underlying:
        if self.is_stale:
            raise FeedStale("never seen")
        return an_underlying(at=self._clock.now())


class Oracle:
    """Says what it is told to, after as long as it is told to take."""

    name = "oracle"

    def __init__(self, clock: Hands) -> None:
        self._clock = clock
        self.chance: float | None = None
        self.takes_s = 0.0
        self.refusal: str | None = None
        self.asked = 0

    def declines(self, market: TrackedMarket) -> str | None:
        return self.refusal

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.asked += 1
        self._clock.time += timedelta(seconds=self.takes_s)
        if self.chance is None:
            return NoForecast(author=self.name, reason="no idea")
        return a_forecast(self.chance, 0.01, made_at=self._clock.now())


class Room:
    """An agent with one position, and everything around it."""

    def __init__(self, *, is_window: bool = True, engine: Engine = Engine.CLOB) -> None:
        self.clock, self.store = Hands(), Shelf()
        self.board, self.feed = Board(self.clock), Feed(self.clock)
        self.oracle = Oracle(self.clock)
        event = replace(self.board.listed, engine=engine)
        if not is_window:
            event = replace(event, symbol=None, series=None)
            market = replace(a_tracked_market(closes_at=event.closes_at), symbol=None, series=None)
            self.store.markets = (replace(market, opens_at=NOON - timedelta(days=1)),)
        self.board.listed = event
        self.rule = ExitRule()

    @property
    def agent(self) -> Agent:
        unused = cast(Any, SimpleNamespace())
        return Agent(
            clock=cast(Any, self.clock),
            market_data=cast(Any, self.board),
            venue=unused,
            feed=cast(Any, self.feed),
            store=cast(Any, self.store),
            forecaster=self.oracle,
            strategy=unused,
            kill_switch=unused,
            habits=Habits(currency=NGN, quote_amounts=(Decimal(100),), exits=self.rule),
        )

    def crash(self) -> None:
        """Up is worth little all of a sudden."""
        self.board.bid, self.board.ask, self.board.sell_price = "0.29", "0.31", "0.29"

    async def look(self) -> ExitsFound:
        return await look_at_positions(self.agent)

    async def sale(self) -> ExitCase:
        (case,) = await find_exits(self.agent)
        return case

    async def kept(self) -> KeepReason:
        found = await self.look()
        (line,) = found.lines
        assert found.cases == ()
        assert isinstance(line.answer, Keep)
        return line.answer.reason


async def test_find_exits_when_nothing_is_held_then_nothing_is_read() -> None:
    room = Room()
    room.store.portfolio = replace(room.store.portfolio, positions=())
    assert await room.look() == ExitsFound(cases=(), lines=())
    assert room.board.reads == 0


async def test_find_exits_when_the_price_crashed_then_all_shares_are_to_be_sold() -> None:
    room = Room()
    room.crash()
    case = await room.sale()
    assert (case.exit.trigger, case.exit.wish.shares) == (Trigger.STOP_LOSS, 10)
    assert (case.event_id, case.engine) == (EventId("event-1"), Engine.CLOB)


async def test_find_exits_when_nothing_has_happened_then_a_line_says_so() -> None:
    room = Room()
    found = await room.look()
    assert [str(line) for line in found.lines] == [
        "Up or down?: kept (holding), NGN 534.60 for what cost NGN 550.00 (-2.8 %)"
    ]


async def test_find_exits_when_something_is_to_be_sold_then_its_line_says_why() -> None:
    room = Room()
    room.crash()
    (line,) = (await room.look()).lines
    assert str(line).startswith("Up or down?: sell 10 shares, stop-loss: NGN 285.88 for")


async def test_find_exits_when_the_market_is_not_tracked_any_more_then_it_is_still_protected() -> (
    None
):
    room = Room()
    room.store.markets = ()
    room.crash()
    assert (await room.sale()).exit.trigger is Trigger.STOP_LOSS


async def test_find_exits_when_a_sell_is_under_way_then_no_second_one_is_wanted() -> None:
    """A stop-loss that looked at its trades alone sold the same shares twice."""
    room = Room()
    room.crash()
    wish = a_pending_sale(UP).wish
    live: Intent = replace(an_intent(), id=intent_id("sell"), wish=wish)
    room.store.portfolio = replace(room.store.portfolio, live=(live,))
    assert await room.kept() is KeepReason.ORDER_UNDER_WAY
    assert room.board.reads == 0


async def test_find_exits_when_the_venue_cannot_be_read_then_it_is_kept_and_says_so() -> None:
    room = Room()
    room.board.fault = VenueUnreachable("connection refused")
    assert await room.kept() is KeepReason.UNREADABLE


async def test_find_exits_when_the_event_lists_the_market_no_more_then_it_is_kept() -> None:
    room = Room()
    room.board.listed = replace(room.board.listed, markets=(a_market(id="another"),))
    assert await room.kept() is KeepReason.UNREADABLE


# Marks.


async def test_find_exits_remembers_the_best_price_after_fees() -> None:
    room = Room()
    await room.look()
    room.board.bid, room.board.ask = "0.50", "0.52"
    await room.look()
    assert room.store.known == {(MARKET_ID, UP): Decimal("0.5346")}


async def test_find_exits_when_the_price_falls_from_its_mark_then_it_is_trailed() -> None:
    room = Room()
    room.rule = ExitRule(trailing=Decimal("0.10"))
    room.board.bid, room.board.ask = "0.70", "0.72"
    await room.look()
    room.board.bid, room.board.ask = "0.60", "0.62"
    assert (await room.sale()).exit.trigger is Trigger.TRAILING


async def test_find_exits_when_the_book_is_one_sided_then_no_mark_is_remembered() -> None:
    room = Room()
    room.clock.time = NOON + timedelta(hours=3)
    await room.look()
    assert room.store.known == {}


# Forecasts.


async def test_find_exits_of_a_price_window_asks_for_a_forecast_each_time() -> None:
    room = Room()
    room.oracle.chance = 0.30
    case = await room.sale()
    assert case.exit.trigger is Trigger.EDGE_DECAY
    assert case.look is not None
    assert case.forecast is not None
    assert case.look.forecast == case.forecast
    assert case.exit.forecast_id == case.forecast.id


async def test_find_exits_when_its_forecast_is_written_down_already_then_not_a_second_time() -> (
    None
):
    room = Room()
    room.oracle.chance = 0.30
    first = await room.sale()
    assert first.forecast is not None
    room.store.forecasts = (first.forecast,)
    assert (await room.sale()).look is None


async def test_find_exits_of_a_price_window_without_a_feed_still_stops_losses() -> None:
    room = Room()
    room.feed.is_stale = True
    room.crash()
    assert (await room.sale()).exit.trigger is Trigger.STOP_LOSS


async def test_find_exits_when_the_forecaster_declines_then_it_is_not_asked() -> None:
    room = Room()
    room.oracle.refusal = "none of my business"
    assert await room.kept() is KeepReason.HOLDING
    assert room.oracle.asked == 0


async def test_find_exits_when_a_known_forecast_is_fresh_then_nobody_is_asked_again() -> None:
    room = Room(is_window=False)
    room.store.forecasts = (
        a_forecast(0.90, made_at=NOON - timedelta(hours=2)),
        a_forecast(0.30, 0.01, made_at=NOON - timedelta(hours=1)),
    )
    case = await room.sale()
    assert (case.exit.trigger, case.look) == (Trigger.EDGE_DECAY, None)
    assert room.oracle.asked == 0


async def test_find_exits_when_no_forecast_is_fresh_then_a_new_one_decides_on_new_prices() -> None:
    room = Room(is_window=False)
    room.oracle.chance, room.oracle.takes_s = 0.30, 60.0
    case = await room.sale()
    assert case.exit.trigger is Trigger.EDGE_DECAY
    assert case.context.now == NOON + timedelta(seconds=60)
    assert room.board.reads == 2


async def test_find_exits_when_a_new_forecast_says_hold_then_it_is_written_down() -> None:
    room = Room(is_window=False)
    room.oracle.chance = 0.60
    assert await room.kept() is KeepReason.HOLDING
    (look,) = room.store.looks
    assert look.reason is Reason.REFUSED_MARKET_HELD
    assert look.forecast is not None


async def test_find_exits_when_somebody_was_asked_a_moment_ago_then_not_again() -> None:
    room = Room(is_window=False)
    room.store.looked_at = {MARKET_ID: NOON - timedelta(seconds=30)}
    assert await room.kept() is KeepReason.HOLDING
    assert room.oracle.asked == 0


async def test_find_exits_when_a_price_sets_off_a_sale_then_it_waits_for_no_slow_forecast() -> None:
    """A stop-loss that waited for models and downloads was late by seconds, and whole minutes."""
    room = Room(is_window=False)
    room.crash()
    room.oracle.takes_s = 60.0
    assert (await room.sale()).exit.trigger is Trigger.STOP_LOSS
    assert room.oracle.asked == 0


async def test_find_exits_when_a_sale_waits_for_a_person_then_it_holds_up_no_other() -> None:
    room = Room(is_window=False)
    first = room.store.portfolio.positions[0]
    other = replace(first, outcome_id=DOWN, cost=Money.of(800, NGN))
    room.store.portfolio = replace(room.store.portfolio, positions=(first, other))
    assert [case.position for case in await find_exits(room.agent)] == [other]
    assert room.oracle.asked == 0
    room.store.pending = (a_pending_sale(DOWN),)
    assert [case.position for case in await find_exits(room.agent)] == [other]
    assert room.oracle.asked == 1


def a_pending_sale(outcome_id: OutcomeId) -> Signal:
    wish = Sell(
        market_id=MARKET_ID,
        outcome_id=outcome_id,
        shares=shares(10),
        currency=NGN,
        worst_price=price("0.29"),
    )
    return Signal(
        id="signal-1",
        source=IntentSource.EXIT,
        event_id=EventId("event-1"),
        engine=Engine.CLOB,
        wish=wish,
        forecast_id=None,
        made_at=NOON,
        expires_at=NOON + timedelta(hours=3),
        inputs={},
        note="",
    )


async def test_find_exits_near_the_end_when_nobody_has_an_idea_any_more_then_time_sells() -> None:
    room = Room(is_window=False)
    room.store.forecasts = (a_forecast(0.70, made_at=NOON - timedelta(hours=7)),)
    room.board.listed = replace(room.board.listed, closes_at=NOON + timedelta(minutes=20))
    assert (await room.sale()).exit.trigger is Trigger.UNWATCHED
    assert room.oracle.asked == 1


async def test_find_exits_near_the_end_when_somebody_knows_then_time_sells_nothing() -> None:
    room = Room(is_window=False)
    room.store.forecasts = (a_forecast(0.70, made_at=NOON - timedelta(hours=7)),)
    room.board.listed = replace(room.board.listed, closes_at=NOON + timedelta(minutes=20))
    room.oracle.chance = 0.55
    assert await room.kept() is KeepReason.HOLDING


# Formula markets.


async def test_find_exits_on_a_formula_asks_for_exactly_the_shares_that_are_held() -> None:
    room = Room(engine=Engine.AMM)
    room.crash()
    case = await room.sale()
    assert room.board.asked == [(UP, Decimal("10.000000"))]
    assert (case.exit.wish.shares, case.exit.trigger) == (10, Trigger.STOP_LOSS)


async def test_find_exits_on_a_formula_that_quotes_nothing_keeps_the_position() -> None:
    room = Room(engine=Engine.AMM)
    room.board.quote_fault = VenueRejected("no liquidity", status=400)
    assert await room.kept() is KeepReason.UNREADABLE


async def test_find_exits_on_a_formula_that_quotes_cash_keeps_the_position() -> None:
    room = Room(engine=Engine.AMM)
    room.board.is_in_cash = True
    assert await room.kept() is KeepReason.UNREADABLE


# A pretend world.


class Patient(Believer):
    """Believes in a market that goes on for days."""

    def _is_fit(self, context: Context, price: Decimal) -> bool:
        book, left = context.book1, context.time_left_s
        is_tight = book is not None and book.spread is not None and book.spread <= Decimal("0.08")
        return is_tight and left is not None and left > 5 * 3600 and price <= Decimal("0.7")


LITTLE = ExitRule(stop_loss=Decimal("0.001"), max_discount=Decimal("0.9"))
"""So small a loss is there from the beginning: the spread and the fee."""


async def test_find_exits_after_a_restart_three_hours_later_then_the_position_is_protected(
    tmp_path: Path,
) -> None:
    """Trades of more than two hours were marked stale at a restart, and never stopped out."""
    async with stage(tmp_path, forecaster=Patient()) as s:
        await scan(s.agent)
        (position,) = (await s.store.portfolio(NGN)).positions
        await s.wait(3 * 3600)
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        # Whichever way the price went since, that is enough.
        rule = replace(LITTLE, take_profit=Decimal("0.001"))
        s.agent = replace(s.agent, store=s.store, habits=replace(s.agent.habits, exits=rule))
        (case,) = await find_exits(s.agent)
        assert case.position == position
        assert case.exit.trigger in (Trigger.STOP_LOSS, Trigger.TAKE_PROFIT)


@pytest.mark.parametrize("engine", Engine)
async def test_run_exits_when_a_loss_is_stopped_then_no_share_is_left_without_protection(
    tmp_path: Path, engine: Engine
) -> None:
    """A stop-loss that sent a cash value as the number of shares left most of them behind."""
    async with stage(tmp_path, forecaster=Believer(engine)) as s:
        await scan(s.agent)
        (position,) = (await s.store.portfolio(NGN)).positions
        s.agent = replace(s.agent, habits=replace(s.agent.habits, exits=LITTLE))
        for _ in range(5):
            await run_exits(s.agent)
            await s.wait(15)
        left = (await s.store.portfolio(NGN)).positions
        held = [one for one in await s.venue.holdings() if one.shares > 0]
        assert [one.shares for one in left] == [one.shares for one in held]
        assert sum(one.shares for one in left) < max(Decimal("0.01"), position.shares / 100)
