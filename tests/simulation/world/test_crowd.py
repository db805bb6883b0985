"""The crowd: cheap to look at, never changed by looking, and as sharp as it is told to be."""

from __future__ import annotations

from statistics import mean

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.switches import Books, Switches
from bayse_agent.simulation.exchange.units import MICRO
from bayse_agent.simulation.world import World
from tests.simulation.world.worlds import (
    MINUTE_MS,
    open_markets,
    resting_buy,
    rich_user,
)

WINDOW_TICK_MS = 5_000


def quotes(world: World, market: MarketState) -> tuple[float | None, float | None]:
    bids, asks = world.exchange.levels(market, 0, Currency.NGN, 1)
    return (bids[0][0] / 1000 if bids else None), (asks[0][0] / 1000 if asks else None)


def fair(world: World, market: MarketState, at_ms: int) -> float:
    value = world.crowd.fair(market, at_ms)
    assert value is not None
    return value


def distance(world: World) -> float:
    """How far the middle of the books is from the fair value, on average over some minutes."""
    gaps = []
    for _ in range(60):
        world.advance(world.now_ms + WINDOW_TICK_MS)
        for market in open_markets(world, Engine.CLOB):
            bid, ask = quotes(world, market)
            if bid is not None and ask is not None and market.event.spec.series:
                gaps.append(abs((bid + ask) / 2 - fair(world, market, world.now_ms)))
    return mean(gaps)


def test_quotes_when_efficiency_is_one_then_bracket_the_fair_value() -> None:
    world = World(seed=3, efficiency=1.0)
    seen = 0
    for _ in range(40):
        world.advance(world.now_ms + 10 * MINUTE_MS // 40 // 5_000 * 5_000 + 5_000)
        for market in open_markets(world, Engine.CLOB):
            tick_ms = 60_000 if market.event.spec.series is None else WINDOW_TICK_MS
            if world.now_ms % tick_ms:
                continue
            true = fair(world, market, world.now_ms)
            bid, ask = quotes(world, market)
            assert bid is None or bid < true
            assert ask is None or ask > true
            seen += 1
    assert seen > 300


def test_pools_when_efficiency_is_one_then_stand_at_the_fair_value() -> None:
    world = World(seed=3, efficiency=1.0)
    world.advance(world.start_ms + 20 * MINUTE_MS)

    for market in open_markets(world, Engine.AMM):
        price = world.exchange.marginal(market, 0, Currency.NGN)
        true = min(max(fair(world, market, world.now_ms), 0.01), 0.99)
        assert price is not None
        assert float(price) == pytest.approx(true, abs=1e-4)


def test_quotes_when_efficiency_falls_then_stray_from_the_fair_value() -> None:
    sharp, dull, blind = (
        distance(World(seed=3, efficiency=efficiency)) for efficiency in (1.0, 0.6, 0.0)
    )

    assert sharp < dull < blind
    assert sharp < 0.012
    assert blind > 0.025


@pytest.mark.parametrize("efficiency", [-0.1, 1.1])
def test_crowd_when_efficiency_is_no_share_then_is_refused(efficiency: float) -> None:
    with pytest.raises(ConfigurationError):
        World(seed=3, efficiency=efficiency)


def test_book_when_looked_at_twice_in_a_tick_then_is_not_filled_up_again() -> None:
    world = World(seed=3)
    market = next(m for m in open_markets(world, Engine.CLOB) if m.event.spec.series is None)
    user = rich_user(world)
    _, before = world.exchange.levels(market, 0, Currency.NGN, 20)
    world.exchange.place(user, resting_buy(market, "0.99"))
    _, after = world.exchange.levels(market, 0, Currency.NGN, 20)
    world.advance(world.now_ms + 1)
    _, same_tick = world.exchange.levels(market, 0, Currency.NGN, 20)

    assert sum(size for _, size in after) < sum(size for _, size in before)
    assert same_tick == after


def test_resting_orders_when_time_passes_then_are_met_without_anyone_looking() -> None:
    """Whoever quotes inside the spread of a crowd gets filled by it, watched or not."""
    world = World(seed=3)
    user = rich_user(world)
    placed = []
    for market in open_markets(world, Engine.CLOB):
        bid, ask = quotes(world, market)
        if bid is not None and ask is not None and ask - bid > 0.011:
            order = resting_buy(market, f"{bid + 0.01:.2f}")
            placed.append(world.exchange.place(user, order))
    resting = [order for order in placed if order.is_resting]
    world.advance(world.now_ms + 10 * MINUTE_MS)

    assert len(resting) > 3
    assert any(order.filled for order in resting)


def test_takers_when_hours_pass_then_leave_trades_on_every_kind_of_book() -> None:
    world = World(seed=3)
    world.advance(world.start_ms + 90 * MINUTE_MS)
    traded = {
        market.event.spec.series
        for event in world.exchange.events()
        for market in event.markets
        if market.trades
    }

    assert {None, "crypto-btc-5min", "crypto-sol-15min", "crypto-btc-6h"} <= traded


def test_takers_when_measured_then_trade_a_few_shares_each() -> None:
    world = World(seed=3)
    world.advance(world.start_ms + 60 * MINUTE_MS)
    sizes = [
        trade.micro / MICRO
        for event in world.exchange.events()
        for market in event.markets
        for trade in market.trades
    ]

    assert len(sizes) > 100
    assert 1 < mean(sizes) < 8


def test_books_when_shared_then_are_quoted_once_for_both_currencies() -> None:
    world = World(seed=3, switches=Switches(books=Books.SHARED))
    world.advance(world.start_ms + 5 * MINUTE_MS)

    for market in open_markets(world, Engine.CLOB):
        naira = world.exchange.levels(market, 0, Currency.NGN, 20)
        assert naira == world.exchange.levels(market, 0, Currency.USD, 20)


def test_history_when_asked_then_has_a_point_for_each_step_while_open() -> None:
    world = World(seed=3)
    world.advance(world.start_ms + 40 * MINUTE_MS)
    market = open_markets(world, Engine.AMM)[-1]
    opens_ms = market.event.spec.opens_ms
    points = world.price_history(market, 0, Currency.NGN, opens_ms - 5 * MINUTE_MS, MINUTE_MS)

    assert [at for at, _ in points] == list(range(points[0][0], world.now_ms + 1, MINUTE_MS))
    assert all((price is None) == (at < opens_ms) for at, price in points)


def test_history_when_of_the_other_outcome_then_mirrors() -> None:
    world = World(seed=3)
    market = open_markets(world, Engine.CLOB)[0]
    since = world.start_ms - 30 * MINUTE_MS
    one, other = (
        world.price_history(market, outcome, Currency.NGN, since, MINUTE_MS) for outcome in (0, 1)
    )

    for (_, price), (_, opposite) in zip(one, other, strict=True):
        assert price is None or opposite is None or price + opposite == 1


def test_history_when_a_market_has_just_ended_then_is_still_known() -> None:
    world = World(seed=3)
    market = next(
        m for m in open_markets(world, Engine.CLOB) if m.event.spec.series == "crypto-btc-5min"
    )
    world.advance(market.event.spec.closes_ms + 3 * MINUTE_MS)
    known = world.price_history(market, 0, Currency.NGN, market.event.spec.opens_ms, MINUTE_MS)
    world.advance(world.now_ms + 130 * MINUTE_MS)
    gone = world.price_history(market, 0, Currency.NGN, market.event.spec.opens_ms, MINUTE_MS)

    assert sum(price is not None for _, price in known) == 5
    assert all(price is None for _, price in gone)


def bargains(efficiency: float) -> float:
    """The share of looks at which one who knows the law finds two cents of profit after fees."""
    world = World(seed=21, efficiency=efficiency)
    found = looks = 0
    for _ in range(90):
        world.advance(world.now_ms + 37_000)
        for market in open_markets(world, Engine.CLOB):
            true = fair(world, market, world.now_ms)
            bid, ask = quotes(world, market)
            rate = float(market.spec.fee_percent) / 100
            offers = [(true, ask), (1 - true, None if bid is None else 1 - bid)]
            looks += 1
            found += any(
                price is not None and chance - price / (1 - rate * max(1 - price, 0.5)) > 0.02
                for chance, price in offers
            )
    return found / looks


def test_bargains_when_efficiency_is_one_then_are_not_to_be_had() -> None:
    assert bargains(1.0) < 0.01


def test_bargains_when_efficiency_is_the_default_then_are_real_but_not_the_rule() -> None:
    assert 0.05 < bargains(0.6) < 0.20
