"""The world as a whole: always something to trade, the same however it is walked through."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.market import Engine, MarketStatus, Side
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.listing import EventState, MarketState
from bayse_agent.simulation.exchange.switches import SettlementRule, Switches, TieRule
from bayse_agent.simulation.exchange.units import MICRO, TICKS, from_ms
from bayse_agent.simulation.selection import Wanted, select
from bayse_agent.simulation.series import CATALOGUE
from bayse_agent.simulation.tape import Tape, TapeBar
from bayse_agent.simulation.world import DEFAULT_START_MS, LONGEST_RESOLUTION_MS, World
from tests.simulation.world.worlds import (
    HOUR_MS,
    MINUTE_MS,
    TAPE_BEGIN_S,
    look_at_everything,
    open_markets,
    resting_buy,
    rich_user,
    state_of,
    tape,
)

DAY_MS = 24 * HOUR_MS


# -- there is always something to trade -----------------------------------------------------


def naira_in(rungs: list[tuple[int, int]]) -> float:
    return sum(tick / TICKS * micro / MICRO * 100 for tick, micro in rungs)


def is_deep(world: World, market: MarketState) -> bool:
    """A thousand naira or more on both sides of the book or, in a pool, to be had both ways."""
    exchange = world.exchange
    if market.event.spec.engine is Engine.CLOB:
        bids, asks = exchange.levels(market, 0, Currency.NGN, 20)
        return min(naira_in(bids), naira_in(asks)) >= 1000
    return all(
        not exchange.quote(market, outcome, Side.BUY, Decimal(1000), Currency.NGN).exceeds_liability
        for outcome in (0, 1)
    )


def is_tradable(world: World, event: EventState) -> bool:
    return event.spec.closes_ms - world.now_ms >= 10 * MINUTE_MS and any(
        market.spec.minimum_order[Currency.NGN] <= 500 and is_deep(world, market)
        for market in event.markets
    )


def engines_to_trade(world: World) -> set[Engine]:
    """What can be traded on the first page of the listing, as it is served without a filter."""
    first_page = select(world.exchange, Wanted())[:20]
    return {
        event.spec.engine
        for event in first_page
        if event.status is MarketStatus.OPEN and is_tradable(world, event)
    }


@pytest.mark.parametrize("seed", range(6))
def test_first_page_when_the_world_begins_then_has_both_engines_to_trade(seed: int) -> None:
    assert engines_to_trade(World(seed=seed)) == {Engine.CLOB, Engine.AMM}


def test_first_page_when_a_day_goes_by_then_has_both_engines_to_trade() -> None:
    world = World(seed=7)
    midnight = (world.start_ms // DAY_MS + 1) * DAY_MS
    odd = [world.start_ms + 37 * MINUTE_MS * number for number in range(1, 39)]
    around_midnight = [midnight + offset for offset in (-1000, -1, 0, 1, 1000, 90_000)]
    for moment in sorted([*odd, *around_midnight]):
        world.advance(moment)
        assert engines_to_trade(world) == {Engine.CLOB, Engine.AMM}, from_ms(moment)


def test_series_when_the_world_begins_then_each_has_an_open_and_an_announced_window() -> None:
    world = World(seed=7)
    found = Counter(
        (event.spec.series, event.status)
        for event in world.exchange.events()
        if event.spec.series is not None
    )

    for series in world.series():
        assert found[series.slug, MarketStatus.OPEN] == 1
        assert found[series.slug, MarketStatus.DRAFT] == 1
    assert world.series() == CATALOGUE


def test_start_when_default_then_is_a_monday_morning() -> None:
    start = from_ms(DEFAULT_START_MS)

    assert (start.year, start.strftime("%A"), start.hour) == (2026, "Monday", 9)


def test_start_when_given_then_the_world_begins_there() -> None:
    world = World(seed=7, start_ms=DEFAULT_START_MS + 13 * DAY_MS + 123_456)

    assert world.now_ms == DEFAULT_START_MS + 13 * DAY_MS + 123_456
    assert engines_to_trade(world) == {Engine.CLOB, Engine.AMM}


# -- windows ---------------------------------------------------------------------------------


def windows(world: World, slug: str) -> list[EventState]:
    return [event for event in world.exchange.events() if event.spec.series == slug]


def test_windows_when_time_passes_then_open_back_to_back_with_a_threshold() -> None:
    world = World(seed=7)
    world.advance(world.start_ms + 2 * HOUR_MS)
    opens = sorted(event.spec.opens_ms for event in windows(world, "crypto-eth-15min"))

    assert opens == list(range(opens[0], opens[0] + 10 * 15 * MINUTE_MS, 15 * MINUTE_MS))
    for event in windows(world, "crypto-eth-15min"):
        price = world.prices.last_price("ETHUSDT", event.spec.opens_ms)
        is_open = event.status is not MarketStatus.DRAFT
        assert event.threshold == (price if is_open else None)


@pytest.mark.parametrize("rule", list(SettlementRule))
def test_windows_when_over_then_are_resolved_by_their_rule(rule: SettlementRule) -> None:
    world = World(seed=7, switches=Switches(crypto_settlement=rule, other_settlement=rule))
    world.advance(world.start_ms + 2 * HOUR_MS + 4 * MINUTE_MS)
    measure = world.prices.twap60 if rule is SettlementRule.TWAP60 else world.prices.last_price
    ended = [
        event
        for event in world.exchange.events()
        if event.spec.series and event.status is MarketStatus.RESOLVED
    ]

    assert len(ended) > 60
    for event in ended:
        market, symbol = event.markets[0], event.spec.symbol
        assert symbol is not None
        assert event.threshold is not None
        assert market.close_value is not None
        assert market.close_value == event.close_value == measure(symbol, event.spec.closes_ms)
        assert market.winner == (0 if market.close_value >= event.threshold else 1)


def test_resolutions_when_timed_then_come_two_to_two_and_a_half_minutes_after_the_close() -> None:
    world = World(seed=7)
    world.advance(world.start_ms + 4 * HOUR_MS)
    delays = sorted(
        event.resolved_ms - event.spec.closes_ms
        for event in world.exchange.events()
        if event.resolved_ms is not None
    )

    assert 120_000 <= delays[0] <= delays[-1] <= LONGEST_RESOLUTION_MS
    assert delays[len(delays) // 2] == pytest.approx(133_000, abs=1_000)


def flat_tape() -> Tape:
    bars = tuple(TapeBar(TAPE_BEGIN_S + 60 * i, 100, 100, 100, 100) for i in range(120))
    return Tape(symbol="BTCUSDT", places=2, bar_s=60, bars=bars)


@pytest.mark.parametrize(("tie", "winner"), [(TieRule.UP, 0), (TieRule.DOWN, 1)])
def test_windows_when_price_ends_where_it_began_then_the_tie_rule_decides(
    tie: TieRule, winner: int
) -> None:
    world = World(seed=7, tape=flat_tape(), switches=Switches(tie=tie))
    world.advance(world.start_ms + 20 * MINUTE_MS)
    ended = [e for e in windows(world, "crypto-btc-5min") if e.status is MarketStatus.RESOLVED]

    assert len(ended) >= 3
    assert {event.markets[0].winner for event in ended} == {winner}


def test_currencies_when_the_weekend_comes_then_have_no_windows_until_sunday_night() -> None:
    friday_midnight = DEFAULT_START_MS + 4 * DAY_MS + 15 * HOUR_MS
    weekend = World(seed=7, start_ms=friday_midnight)
    sunday = World(seed=7, start_ms=friday_midnight + 45 * HOUR_MS + 30 * MINUTE_MS)
    sunday.advance(sunday.now_ms + 100 * MINUTE_MS)

    assert not windows(weekend, "fx-eurusd-1h")
    assert any(event.status is MarketStatus.OPEN for event in windows(weekend, "crypto-btc-1h"))
    assert engines_to_trade(weekend) == {Engine.CLOB, Engine.AMM}
    assert any(event.status is MarketStatus.OPEN for event in windows(sunday, "fx-eurusd-1h"))


# -- stories ---------------------------------------------------------------------------------


def test_stories_when_over_then_are_resolved_or_rarely_refunded() -> None:
    world = World(seed=7)
    world.advance(world.start_ms + 6 * HOUR_MS)
    ended = [
        event
        for event in world.exchange.events()
        if event.spec.series is None and event.resolved_ms is not None
    ]
    void = [event for event in ended if event.status is MarketStatus.CANCELLED]

    assert len(ended) > 25
    assert len(void) < 0.15 * len(ended)
    assert all(market.is_void for event in void for market in event.markets)
    assert all(
        market.winner in (0, 1) for event in ended if event not in void for market in event.markets
    )


def test_news_when_asked_then_is_of_the_past_in_order_and_each_item_once() -> None:
    world = World(seed=7)
    world.advance(world.start_ms + 5 * HOUR_MS)
    everything = world.news(0, world.now_ms + DAY_MS)
    middle = world.start_ms + 2 * HOUR_MS

    assert len(everything) > 60
    assert [item.published_ms for item in everything] == sorted(
        item.published_ms for item in everything
    )
    assert everything[-1].published_ms <= world.now_ms
    assert world.news(0, middle) + world.news(middle, world.now_ms) == everything
    known = {event.spec.slug for event in world.exchange.events()}
    assert {item.event_slug for item in everything} <= known


# -- the same world, however it is walked ----------------------------------------------------


def test_world_when_walked_in_small_steps_with_many_reads_then_equals_one_jump() -> None:
    jumped, walked = World(seed=5), World(seed=5)
    end = jumped.start_ms + 18 * MINUTE_MS + 777
    jumped.advance(end)
    for number, moment in enumerate(range(walked.start_ms, end, 1000)):
        walked.advance(moment)
        if number % 30 == 0:
            look_at_everything(walked)
    walked.advance(end)

    assert state_of(walked) == state_of(jumped)


def trade_some(world: World, *, is_watched: bool) -> dict[str, object]:
    """The same writes at the same times, with or without looking on in between."""
    user = rich_user(world)
    markets = open_markets(world, Engine.CLOB)[:12]
    for number, market in enumerate(markets):
        world.advance(world.start_ms + 11_000 * (number + 1))
        if is_watched:
            look_at_everything(world)
        if market.is_open:
            price = f"0.{30 + 5 * (number % 8)}"
            world.exchange.place(user, resting_buy(market, price, number % 2))
    for moment in range(world.now_ms, world.start_ms + 8 * MINUTE_MS, 9_000):
        if is_watched:
            world.advance(moment)
            look_at_everything(world)
    world.advance(world.start_ms + 8 * MINUTE_MS)
    fills = [
        (order.id, order.filled, order.cash, order.fee, order.status)
        for order in user.orders.values()
    ]
    return {"fills": fills, "cash": user.cash(Currency.NGN), **state_of(world)}


def test_world_when_someone_trades_then_reads_in_between_change_nothing() -> None:
    unwatched = trade_some(World(seed=5), is_watched=False)

    assert unwatched == trade_some(World(seed=5), is_watched=True)
    assert any(filled for _, filled, *_ in unwatched["fills"])  # type: ignore[attr-defined]


def test_world_when_seed_differs_then_differs() -> None:
    one, other = World(seed=5), World(seed=6)

    assert one.asset_price("BTCUSDT", one.now_ms) != other.asset_price("BTCUSDT", other.now_ms)
    assert one.news(0, one.now_ms) != other.news(0, other.now_ms)


def test_time_when_asked_to_go_back_then_stays() -> None:
    world = World(seed=5)
    world.advance(world.start_ms + 1000)
    world.advance(world.start_ms)

    assert world.now_ms == world.start_ms + 1000


# -- on a tape -------------------------------------------------------------------------------


def test_tape_when_played_then_the_world_starts_in_it_and_knows_its_end(tmp_path: Path) -> None:
    recorded = tape(tmp_path, minutes=150)
    world = World(seed=5, tape=recorded)

    assert world.start_ms == (TAPE_BEGIN_S + 50 * 60) * 1000
    assert world.ends_ms == (TAPE_BEGIN_S + 150 * 60) * 1000
    assert len(world.prices.bars("BTCUSDT", world.now_ms, 1440)) == 50
    assert len(world.prices.bars("ETHUSDT", world.now_ms, 1440)) == 1440
    assert World(seed=5).ends_ms is None


def test_tape_when_played_then_windows_settle_on_it_and_none_outlasts_it(tmp_path: Path) -> None:
    world = World(seed=5, tape=tape(tmp_path, minutes=150))
    assert world.ends_ms is not None
    world.advance(world.ends_ms + LONGEST_RESOLUTION_MS)
    bitcoin = [event for event in world.exchange.events() if event.spec.symbol == "BTCUSDT"]

    assert {event.status for event in bitcoin} == {MarketStatus.RESOLVED}
    assert max(event.spec.closes_ms for event in bitcoin) == world.ends_ms
    assert min(event.spec.opens_ms for event in bitcoin) >= TAPE_BEGIN_S * 1000
    assert len(windows(world, "crypto-btc-5min")) == 20


def test_tape_when_it_has_a_gap_then_windows_settle_on_the_last_known_price(
    tmp_path: Path,
) -> None:
    gap = range(60, 90)
    world = World(seed=5, tape=tape(tmp_path, minutes=150, skip=gap))
    in_gap_ms = (TAPE_BEGIN_S + 75 * 60) * 1000
    world.advance(in_gap_ms + 3 * MINUTE_MS)
    last = world.prices.last_price("BTCUSDT", in_gap_ms)
    ended = next(
        event for event in windows(world, "crypto-btc-5min") if event.spec.closes_ms == in_gap_ms
    )

    assert world.prices.price("BTCUSDT", in_gap_ms) is None
    assert ended.close_value == ended.threshold == last
    shown = world.asset_price("BTCUSDT", world.now_ms)
    assert shown is not None
    assert shown[0] == (TAPE_BEGIN_S + 60 * 60 - 1) * 1000


def test_tape_when_its_symbol_settles_nothing_then_is_refused() -> None:
    foreign = Tape(symbol="DOGEUSDT", places=2, bar_s=60, bars=flat_tape().bars)

    with pytest.raises(ConfigurationError, match="DOGEUSDT"):
        World(seed=5, tape=foreign)


@pytest.mark.torture
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(3))
def test_first_page_when_a_week_goes_by_then_has_both_engines_to_trade(seed: int) -> None:
    world, steps = World(seed=seed), Random(seed)
    while world.now_ms < world.start_ms + 7 * DAY_MS:
        step = steps.choice((5 * MINUTE_MS, 7 * MINUTE_MS + 1_234, steps.randint(1, 9 * MINUTE_MS)))
        world.advance(world.now_ms + step)
        assert engines_to_trade(world) == {Engine.CLOB, Engine.AMM}, from_ms(world.now_ms)
