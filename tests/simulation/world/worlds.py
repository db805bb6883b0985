"""Worlds for tests, and what can be asked about one as a whole."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import OrderType, PlaceOrder, TimeInForce
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.listing import EventState, MarketState
from bayse_agent.simulation.tape import Tape, read_tape
from bayse_agent.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
TAPE_BEGIN_S = 1_780_272_000


def open_events(world: World) -> list[EventState]:
    """Open events, newest created first, as the list shows them."""
    return [event for event in world.exchange.events() if event.markets[0].is_open]


def open_markets(world: World, engine: Engine) -> list[MarketState]:
    return [
        market
        for event in open_events(world)
        if event.spec.engine is engine
        for market in event.markets
    ]


def rich_user(world: World) -> Account:
    account = world.exchange.open_account("user")
    world.exchange.deposit(account, Money.of(10_000_000, Currency.NGN))
    return account


def resting_buy(market: MarketState, price: str, outcome: int = 0) -> PlaceOrder:
    return PlaceOrder(
        event_id=EventId(market.event.id),
        market_id=MarketId(market.id),
        outcome_id=OutcomeId(market.outcome_ids[outcome]),
        engine=Engine.CLOB,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=Decimal(5_000),
        price=Price(Decimal(price)),
        currency=Currency.NGN,
        time_in_force=TimeInForce.GTC,
    )


def look_at_everything(world: World) -> None:
    """Every read that a server could be asked for, on every open market."""
    for event in open_events(world):
        for market in event.markets:
            for currency in Currency:
                world.exchange.levels(market, 0, currency, 20)
                world.exchange.marginal(market, 1, currency)
            world.price_history(market, 0, Currency.USD, world.now_ms - HOUR_MS, 10 * MINUTE_MS)
    for symbol in world.prices.symbols:
        world.asset_price(symbol, world.now_ms)
        world.prices.bars(symbol, world.now_ms, 3)
    world.news(world.start_ms - HOUR_MS, world.now_ms)


def state_of(world: World) -> dict[str, object]:
    """Everything visible of a world: listings, winners, trades, books and pools."""
    looked_at = {
        market.id: [world.exchange.levels(market, 0, currency, 20) for currency in Currency]
        for market in open_markets(world, Engine.CLOB)
    }
    pools = {
        market.id: [world.exchange.marginal(market, 0, currency) for currency in Currency]
        for market in open_markets(world, Engine.AMM)
    }
    listed = [
        (event.id, event.spec.slug, event.status, event.threshold, event.resolved_ms)
        for event in world.exchange.events()
    ]
    markets = [
        (market.id, market.winner, market.close_value, market.order_count, _trades(market))
        for event in world.exchange.events()
        for market in event.markets
    ]
    news = world.news(0, world.now_ms)
    return {"listed": listed, "markets": markets, "books": looked_at, "pools": pools, "news": news}


def _trades(market: MarketState) -> list[tuple[str, int, int, int]]:
    return [(trade.id, trade.at_ms, trade.micro, trade.taker_tick) for trade in market.trades]


def tape(folder: Path, minutes: int = 150, skip: range = range(0)) -> Tape:
    """A rising and falling tape of bitcoin, with a gap if wanted."""
    lines = ["timestamp,open,high,low,close,volume"]
    for minute in range(minutes):
        if minute not in skip:
            base = 60_000 + 40 * (minute % 9) - 25 * (minute % 4)
            stamp = TAPE_BEGIN_S + 60 * minute
            lines.append(f"{stamp},{base}.5,{base + 30},{base - 20},{base + 7}.25,1")
    file = folder / "btcusdt.csv"
    file.write_text("\n".join(lines))
    return read_tape(file)
