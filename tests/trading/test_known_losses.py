"""Ways in which agents like this one are known to have lost money: none of them is left here."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import nan
from pathlib import Path

import pytest

from bayse_agent.domain.command import CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.market import Engine, MarketStatus, Side
from bayse_agent.domain.money import Price, Probability
from bayse_agent.domain.order import (
    OrderId,
    PlaceOrder,
    PlaceReply,
    Unresolved,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.trading.agent import Approval
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.snipe import snipe
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.liar import Liar
from tests.trading.machine import Opinionated
from tests.trading.stages import BANKROLL, LIMITS, NGN, Believer, Stage, begin, open_books, stage
from tests.trading.test_commands import a_signal, asked, by_hand
from tests.trading.test_scan import Enthusiast

WIDE = replace(LIMITS, max_open_markets=20, max_event_part=Decimal("0.5"))


def _with(s: Stage, **habits: object) -> None:
    s.agent = replace(s.agent, habits=replace(s.agent.habits, **habits))  # type: ignore[arg-type]


class Says(Believer):
    """Says the same chance of every market, whatever it is."""

    def __init__(self, chance: float) -> None:
        super().__init__()
        self._chance = chance

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        found = await super().forecast(context)
        if isinstance(found, NoForecast):
            return found
        return replace(found, probability=Probability(self._chance))


@pytest.mark.parametrize("chance", [nan, 1.7, -0.3, float("inf")])
async def test_forecast_that_is_no_chance_buys_nothing(tmp_path: Path, chance: float) -> None:
    """A model that says NaN, 1.7 or less than nothing: 0 orders."""
    async with stage(tmp_path, Liar, Says(chance), limits=WIDE) as s:
        await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(seconds=30))
        assert s.venue.placed == []


async def test_forecast_below_the_price_is_never_raised_to_an_edge(tmp_path: Path) -> None:
    """A model that gives 5 % where the market asks half: nothing is bought of that outcome."""
    async with stage(tmp_path, Liar, Says(0.05), limits=WIDE) as s:
        await scan(s.agent)
        firsts = {market.outcome1_id for market in await s.store.tracked()}
        assert s.venue.placed
        assert not [order for _, order in s.venue.placed if order.outcome_id in firsts]


class BadGateway(Liar):
    """Takes the order and answers 502, three times in a row."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]
        self.bad = 3

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        reply = await super().answer(order, key)
        if self.bad == 0:
            return reply
        self.bad -= 1
        return Unresolved(reason="502 Bad Gateway")


@pytest.mark.parametrize("engine", list(Engine))
async def test_order_that_is_answered_502_is_sent_once_and_found(
    tmp_path: Path, engine: Engine
) -> None:
    """A gateway that breaks after the order was taken: one decision, one order, in the books."""
    async with stage(tmp_path, BadGateway, Believer(engine)) as s:
        for _ in range(4):
            await scan(s.agent)
            await s.wait(60)
        assert len(s.venue.placed) == len(s.account.orders) == 1
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await discrepancies(s.agent) == ()


async def test_window_whose_order_failed_is_not_sniped_again_every_half_minute(
    tmp_path: Path,
) -> None:
    """No answer to a snipe, a turn every 30 s for four minutes: one order in each market."""
    async with stage(tmp_path, Liar, Enthusiast(), limits=WIDE) as s:
        assert isinstance(s.venue, Liar)
        s.venue.requests_to_lose = 99
        _with(s, snipe=SnipeRule(observe_seconds=3000, proofs_needed=0))
        await scan(s.agent)
        for _ in range(8):
            await s.wait(30)
            await keep_up(s.agent)
            await snipe(s.agent)
        markets = Counter(order.market_id for _, order in s.venue.placed)
        assert markets
        assert set(markets.values()) == {1}


async def test_agent_that_may_not_trade_by_itself_sends_nothing_in_any_pass(
    tmp_path: Path,
) -> None:
    """Approval by hand: 0 orders in scan, snipe and exits, a signal for each wish instead."""
    async with stage(tmp_path, Liar) as s:
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        rule = ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9"))
        _with(s, exits=rule, snipe=SnipeRule(observe_seconds=3000, proofs_needed=0))
        by_hand(s)
        s.agent = replace(s.agent, forecaster=Enthusiast())
        for _ in range(6):
            await s.wait(60)
            await scan(s.agent)
            await snipe(s.agent)
            await run_exits(s.agent)
        assert len(s.venue.placed) == 1
        assert await s.store.signals(SignalStatus.PENDING)


@pytest.mark.parametrize("engine", list(Engine))
async def test_stop_loss_sells_every_share_and_gives_their_number_not_their_worth(
    tmp_path: Path, engine: Engine
) -> None:
    """What is sold is what is held, in shares; nothing is left without protection."""
    rule = ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9"))
    async with stage(tmp_path, Liar, Believer(engine)) as s:
        _with(s, exits=rule)
        await scan(s.agent)
        (position,) = (await s.store.portfolio(NGN)).positions
        await run_exits(s.agent)
        sells = [order for _, order in s.venue.placed if order.side is Side.SELL]
        assert len(sells) == 1
        assert abs(sells[0].amount - position.shares) <= Decimal("0.000001")
        left = (await s.store.portfolio(NGN)).positions
        # The book trades in hundredths of a share.
        assert sum(p.shares for p in left) < Decimal("0.01")
        assert await discrepancies(s.agent) == ()


async def test_stop_loss_fires_for_a_bet_of_the_least_stake(tmp_path: Path) -> None:
    """A bet of NGN 150 is sold like any other: no bet is too small to be protected."""
    async with stage(tmp_path, Liar) as s:
        signal = await a_signal(s)
        await asked(s, CommandKind.APPROVE, signal=signal, stake="150")
        _with(s, exits=ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9")))
        _with(s, approval=Approval.AUTOMATIC)
        await run_exits(s.agent)
        assert [order.side for _, order in s.venue.placed] == [Side.BUY, Side.SELL]


async def test_signal_that_is_over_can_not_be_approved_above_its_stake_or_at_all(
    tmp_path: Path,
) -> None:
    """Executed: told so. For more than it was made for: no more than that is staked."""
    async with stage(tmp_path, Liar) as s:
        signal = await a_signal(s)
        (found,) = await s.store.signals()
        first = await asked(s, CommandKind.APPROVE, "one", signal=signal, stake="90000")
        again = await asked(s, CommandKind.APPROVE, "two", signal=signal)
        assert first.status is again.status is CommandStatus.DONE
        assert again.result["outcome"] == "executed already"
        assert [order.amount for _, order in s.venue.placed] == [found.wish.stake.amount]  # type: ignore[union-attr]


async def test_account_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    """Wallet and portfolio answer 503: 0 orders in ten minutes."""
    async with stage(tmp_path, Liar, Enthusiast(), limits=WIDE) as s:
        assert isinstance(s.venue, Liar)
        s.venue.is_account_away = True
        for _ in range(10):
            with pytest.raises(VenueUnreachable, match="503"):
                await scan(s.agent)
            await s.wait(60)
        assert s.venue.placed == []


async def test_scan_then_snipe_then_a_restart_buy_a_market_once(tmp_path: Path) -> None:
    """What was bought is known by the books, not by memory, and to every pass."""
    async with stage(tmp_path, Liar, Opinionated(), limits=WIDE) as s:
        _with(s, snipe=SnipeRule(observe_seconds=3000, proofs_needed=0))
        await scan(s.agent)
        await snipe(s.agent)
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        s.agent = s.with_store(s.store)
        for _ in range(3):
            await keep_up(s.agent)
            await scan(s.agent)
            await snipe(s.agent)
            await s.wait(60)
        markets = Counter(o.market_id for _, o in s.venue.placed if o.side is Side.BUY)
        assert len(markets) > 2
        assert set(markets.values()) == {1}


async def test_many_windows_at_once_stay_within_cap_and_reserve(tmp_path: Path) -> None:
    """Twenty and more bets in one pass, cap 3, reserve 30 %: 3 open, 70 % spent at the most."""
    async with stage(tmp_path, Liar, Opinionated()) as s:
        _with(s, snipe=SnipeRule(observe_seconds=3000, proofs_needed=0))
        reasons: Counter[Reason] = Counter()
        for _ in range(3):
            report = await scan(s.agent)
            reasons.update(look.reason for look in report.looks)
            await snipe(s.agent)
            portfolio = await s.store.portfolio(NGN)
            assert portfolio.open_markets() <= LIMITS.max_open_markets
            committed = portfolio.invested + portfolio.reserved
            assert committed <= BANKROLL * (1 - LIMITS.reserve)
            await s.wait(60)
        assert len(s.venue.placed) == LIMITS.max_open_markets
        assert reasons[Reason.REFUSED_OPEN_POSITIONS] > 0


async def test_market_that_closed_a_minute_ago_is_not_bought(tmp_path: Path) -> None:
    """Closed 60 s ago, whatever the venue still lists it as: 0 orders."""
    believer = Believer()
    async with stage(tmp_path, Liar, believer) as s:
        by_hand(s)
        await scan(s.agent)
        wanted = believer.market_id
        assert wanted is not None
        market = s.world.exchange.market(wanted)
        await s.wait((market.event.spec.closes_ms - s.world.now_ms) / 1000 + 60)
        market.status = market.event.status = MarketStatus.OPEN
        _with(s, approval=Approval.AUTOMATIC)
        answer = await asked(s, CommandKind.ANALYZE, event=market.event.id, market=market.id)
        await asked(
            s,
            CommandKind.TRADE,
            "c2",
            event=market.event.id,
            market=market.id,
            outcome=market.outcome_ids[0],
            stake="500",
        )
        assert answer.result.get("reason") != Reason.TRADED
        assert s.venue.placed == []


async def test_limits_that_a_person_set_are_the_same_after_a_restart(tmp_path: Path) -> None:
    """One open market, 90 % confidence: neither reading nor restarting loosens them."""
    async with stage(tmp_path, Liar, Opinionated()) as s:
        await asked(
            s,
            CommandKind.SET_LIMITS,
            reason="careful",
            max_open_markets="1",
            min_confidence="90",
        )
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        s.agent = s.with_store(s.store)
        await keep_up(s.agent)
        await scan(s.agent)
        limits = await s.store.limits()
        assert (limits.max_open_markets, limits.min_confidence) == (1, 90.0)
        assert len(s.venue.placed) == 1


async def test_position_keeps_its_stop_loss_after_a_restart(
    tmp_path: Path,
) -> None:
    """What is held is protected by whatever process runs: it is sold after a restart as before."""
    async with stage(tmp_path, Liar) as s:
        await scan(s.agent)
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        s.agent = s.with_store(s.store)
        _with(s, exits=ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9")))
        await run_exits(s.agent)
        assert [order.side for _, order in s.venue.placed] == [Side.BUY, Side.SELL]


async def test_two_orders_in_one_market_are_paid_once(tmp_path: Path) -> None:
    """The agent's and one placed elsewhere, in one market: one payout, and the wallet agrees."""
    async with stage(tmp_path, Liar, Believer(Engine.AMM)) as s:
        assert isinstance(s.venue, Liar)
        await scan(s.agent)
        await s.venue.place_by_hand(s.venue.placed[0][1])
        await keep_up(s.agent)
        (position,) = (await s.store.portfolio(NGN)).positions
        market = s.world.exchange.market(position.market_id)
        s.world.exchange.resolve(market, market.outcome_ids.index(position.outcome_id))
        await s.wait((market.event.spec.resolves_ms - s.world.now_ms) / 1000 + 60)
        await keep_up(s.agent)
        portfolio = await s.store.portfolio(NGN)
        assert portfolio.positions == ()
        assert portfolio.realised.amount == position.shares * 100 - position.cost.amount
        assert await discrepancies(s.agent) == ()


async def test_trade_by_hand_of_an_outcome_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Neither YES nor NO is taken for the other one: 0 orders."""
    async with stage(tmp_path, Liar) as s:
        await scan(s.agent)
        market = (await s.store.tracked())[-1]
        answer = await asked(
            s,
            CommandKind.TRADE,
            event=market.event_id,
            market=market.market_id,
            outcome="MAYBE",
            stake="500",
        )
        assert answer.status is CommandStatus.REFUSED
        assert len(s.venue.placed) == 1
        assert (await s.store.control()).state is TradingState.ARMED


async def _deaf(report: PassReport) -> None:
    return None


class Pretends(Says):
    """Claims to have seen a price that makes everything a bargain."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        found = await super().forecast(context)
        if isinstance(found, NoForecast):
            return found
        return replace(found, market_price=Price(Decimal("0.01")), rationale="EV +5000 %")


@pytest.mark.parametrize("forecaster", [Says(0.5), Pretends(0.5)])
async def test_outcome_is_bought_below_its_chance_alone_whatever_the_model_claims(
    tmp_path: Path, forecaster: Says
) -> None:
    """Even chances: neither outcome is bought at half its payout or more; the model's own price,
    edge and words count for nothing.
    """
    async with stage(tmp_path, Liar, forecaster, limits=WIDE) as s:
        for _ in range(3):
            await scan(s.agent)
            await s.wait(300)
        prices = [order.price for _, order in s.venue.placed if order.price is not None]
        assert all(price < Decimal("0.5") for price in prices)


class Babbling(Liar):
    """Calls the status of every order by a word that nobody knows."""

    async def order(self, order_id: OrderId) -> VenueOrder:
        return replace(await super().order(order_id), status=VenueOrderStatus.UNKNOWN)


async def test_position_is_protected_whatever_word_the_venue_has_for_its_order(
    tmp_path: Path,
) -> None:
    """A status nobody knows: what was filled is held, and sold when it falls."""
    async with stage(tmp_path, Babbling) as s:
        _with(s, exits=ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9")))
        await scan(s.agent)
        assert len((await s.store.portfolio(NGN)).positions) == 1
        await run_exits(s.agent)
        assert [order.side for _, order in s.venue.placed] == [Side.BUY, Side.SELL]
