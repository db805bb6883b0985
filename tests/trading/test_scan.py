"""The main pass: what holds at the moment of acting, not at the moment of looking."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.journal import MarketResult
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import PlaceOrder, PlaceReply
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.settling import Closing, Held, WindowClosing, WindowKind, WindowProof
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.ports import Clock
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.world import World
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.scan import scan
from tests.trading.stages import NGN, Believer, LosingRequests, Stage, Venue, stage

ONE_AT_A_TIME = Limits(max_open_markets=1)
WIDE = Limits(
    max_open_markets=50, max_spread=Decimal(1), max_data_age_s=60, max_cluster_part=Decimal(1)
)


class Enthusiast(Believer):
    """Believes in outcome1 of every fit market."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        return await super().forecast(context)


class Slow(Venue):
    """Takes a quarter of a minute to take an order."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.clock: Clock | None = None

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        reply = await super().answer(order, key)
        assert self.clock is not None
        await self.clock.sleep_until(self.clock.now() + timedelta(seconds=15))
        return reply


async def test_scan_when_an_order_took_long_then_what_was_read_before_is_too_old_for_the_next(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Slow, Enthusiast()) as s:
        assert isinstance(s.venue, Slow)
        s.venue.clock = s.agent.clock
        report = await scan(s.agent)
        reasons = [look.reason for look in report.looks]
        assert reasons.count(Reason.TRADED) == len(s.venue.placed) == 1
        assert Reason.REFUSED_DATA_AGE in reasons


async def test_scan_when_an_order_is_in_doubt_then_other_differences_still_stop_it(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingRequests, Enthusiast(), limits=ONE_AT_A_TIME) as s:
        await scan(s.agent)
        (pending,) = await s.store.open_intents()
        s.world.exchange.deposit(s.account, Money.of(500, NGN))
        report = await scan(s.agent)
        assert pending.status.is_live
        assert report.halt == ("cash: the venue has 100500, the books 100000",)


async def test_scan_when_an_order_in_doubt_explains_the_difference_then_it_goes_on(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingRequests, Enthusiast(), limits=ONE_AT_A_TIME) as s:
        await scan(s.agent)
        (pending,) = await s.store.open_intents()
        assert isinstance(s.venue, LosingRequests)
        s.venue.hides_orders = True
        await s.venue.deliver()
        await s.wait(60)
        report = await scan(s.agent)
        (known,) = await s.store.open_intents()
        assert (known.intent, report.halt) == (pending.intent, ())


@pytest.mark.parametrize("winner", [0, 1])
async def test_scan_when_a_held_market_ends_before_its_time_then_it_is_settled_and_trading_goes_on(
    tmp_path: Path, winner: int
) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        (position,) = (await s.store.portfolio(NGN)).positions
        s.world.exchange.resolve(s.world.exchange.market(position.market_id), winner)
        await s.wait(60)
        report = await scan(s.agent)
        assert report.halt == ()
        assert [result.market_id for result in report.ended] == [position.market_id]
        assert (await s.store.portfolio(NGN)).positions == ()


async def test_scan_when_an_order_in_doubt_has_won_then_what_it_paid_is_no_difference(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingRequests, Enthusiast(), limits=ONE_AT_A_TIME) as s:
        await scan(s.agent)
        (pending,) = await s.store.open_intents()
        assert isinstance(s.venue, LosingRequests)
        s.venue.hides_orders = True
        await s.venue.deliver()
        market = s.world.exchange.market(pending.intent.market_id)
        await s.wait((market.event.spec.closes_ms - s.world.now_ms) / 1000 + 1)
        s.world.exchange.resolve(market, 0)
        report = await scan(s.agent)
        assert report.halt == ()


class Hasty(Believer):
    """Believes in outcome1 of every market that has a price, however near its close."""

    def _is_fit(self, context: Context, price: Decimal) -> bool:
        return True

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        return await super().forecast(context)


async def _late_orders(s: Stage) -> int:
    """Scan two minutes before a window closes; how many orders went to windows that late."""
    now = s.agent.clock.now()
    await discover(s.agent, now)
    windows = [one for one in await s.store.tracked() if one.series and one.is_trading(now)]
    closes_at = min(one.closes_at for one in windows if one.closes_at is not None)
    await s.agent.clock.sleep_until(closes_at - timedelta(seconds=120))
    await scan(s.agent)
    late = {one.market_id for one in windows if one.closes_at == closes_at}
    return sum(order.market_id in late for _, order in s.venue.placed)


async def test_scan_when_a_window_nears_its_close_unproved_then_nothing_is_entered(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Venue, Hasty(), limits=WIDE) as s:
        assert await _late_orders(s) == 0


async def _prove(s: Stage, count: int, held: Held = Held.AVERAGE) -> None:
    """Let so many windows of each kind that trades now have settled before."""
    now = s.agent.clock.now()
    await discover(s.agent, now)
    windows = [one for one in await s.store.tracked() if one.series and one.is_trading(now)]
    for kind, one in {WindowKind(one.series, one.symbol): one for one in windows}.items():
        ids = [MarketId(f"{one.market_id}-{number}") for number in range(count)]
        old = [replace(one, market_id=market_id) for market_id in ids]
        await s.store.track(old, source="before", read_at=now)
        await s.store.add_closings([_closing(kind, market_id, now) for market_id in ids])
        await s.store.prove_windows([_proof(market_id, held, now) for market_id in ids])
        ended = [MarketResult(market_id=market_id, winner=None, at=now) for market_id in ids]
        await s.store.end_markets(ended)


def _closing(kind: WindowKind, market_id: MarketId, at: datetime) -> WindowClosing:
    closing = Closing(last_price=100.0, average=101.0)
    return WindowClosing(market_id=market_id, kind=kind, closes_at=at, closing=closing, noted_at=at)


def _proof(market_id: MarketId, held: Held, at: datetime) -> WindowProof:
    return WindowProof(
        market_id=market_id,
        held=held,
        threshold=99.0,
        close_value=101.0,
        outcome1_won=True,
        at=at,
    )


@pytest.mark.parametrize(
    ("proofs", "held", "is_entered"),
    [(29, Held.AVERAGE, False), (30, Held.AVERAGE, True), (30, Held.LAST_PRICE, False)],
)
async def test_scan_when_windows_have_proved_their_rule_then_late_ones_are_entered(
    tmp_path: Path, proofs: int, held: Held, is_entered: bool
) -> None:
    async with stage(tmp_path, Venue, Hasty(), limits=WIDE) as s:
        await _prove(s, proofs, held)
        assert (await _late_orders(s) > 0) is is_entered


async def test_scan_when_the_rule_of_its_world_is_known_then_late_windows_are_entered(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Venue, Hasty(), limits=WIDE) as s:
        habits = replace(s.agent.habits, snipe=SnipeRule(proofs_needed=0))
        s.agent = replace(s.agent, habits=habits)
        assert await _late_orders(s) > 0
