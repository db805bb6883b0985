"""Measures the pretend exchange inside one process: matching, and what markets and orders take.

`speed.py` runs it: `matching` gives orders a second, `memory_child` bytes, each beside a bound.
"""

from __future__ import annotations

import argparse
import os
import time
from bisect import bisect_left, insort
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median

from bayse_agent.domain.market import Engine, EventId, EventType, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import OrderType, PlaceOrder
from bayse_agent.simulation.exchange import house
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Book, Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.listing import EventSpec, MarketSpec, MarketState
from bayse_agent.simulation.exchange.units import MICRO

Figures = dict[str, object]

START_MS = 1_790_000_000_000
USD = Currency.USD


# -- an exchange to measure ----------------------------------------------------------------------


def list_markets(exchange: Exchange, count: int) -> list[MarketState]:
    """So many events of one market each, on books."""
    question = MarketSpec(
        title="Up or down?",
        label1="Up",
        label2="Down",
        fee_percent=Decimal(10),
        minimum_order={},
        rules="",
    )
    for number in range(count):
        exchange.list_event(
            EventSpec(
                slug=f"window-{number}",
                title="Up or down?",
                description="",
                category="crypto",
                type=EventType.SINGLE,
                engine=Engine.CLOB,
                created_ms=START_MS,
                opens_ms=START_MS,
                closes_ms=START_MS + 900_000,
                resolves_ms=START_MS + 960_000,
                markets=(question,),
            )
        )
    return exchange.state.markets


def open_traders(exchange: Exchange, count: int) -> list[Account]:
    """Accounts with more money than they can spend."""
    traders = [exchange.open_account(f"trader-{number}") for number in range(count)]
    for trader in traders:
        exchange.deposit(trader, Money(Decimal(10**11), USD))
    return traders


def limit_order(
    market: MarketState, side: Side, outcome: int, tick: int, amount: Decimal
) -> PlaceOrder:
    return PlaceOrder(
        event_id=EventId(market.event.id),
        market_id=MarketId(market.id),
        outcome_id=OutcomeId(market.outcome_ids[outcome]),
        engine=Engine.CLOB,
        side=side,
        type=OrderType.LIMIT,
        amount=amount,
        currency=USD,
        price=Price(Decimal(tick) / 1000),
    )


def draw_tick(chance: Random) -> int:
    return min(max(round(chance.gauss(500, 15)), 10), 990)


# -- matching --------------------------------------------------------------------------------------


def face_run(count: int, journal: list[tuple[int, int, int, int]] | None) -> tuple[float, int]:
    """Orders of both sides and outcomes through `Exchange.place`; (orders a second, fills)."""
    chance = Random(1)
    exchange = Exchange(start_ms=START_MS, journal=journal)
    market = list_markets(exchange, 1)[0]
    traders = open_traders(exchange, 8)
    for trader in traders:
        exchange.mint(trader, market, Money(Decimal(10**8), USD))
    asked = [
        (
            chance.choice(traders),
            limit_order(
                market,
                chance.choice((Side.BUY, Side.SELL)),
                chance.randrange(2),
                draw_tick(chance),
                Decimal(chance.randint(200, 2000)) / 100,
            ),
        )
        for _ in range(count)
    ]
    place = exchange.place
    begun = time.perf_counter()
    for trader, request in asked:
        place(trader, request)
    return count / (time.perf_counter() - begun), len(market.trades)


def engine_run(count: int) -> tuple[float, int]:
    """The same flow below the face: orders as the engine knows them, matched with the money."""
    chance = Random(1)
    exchange = Exchange(start_ms=START_MS)
    market = list_markets(exchange, 1)[0]
    makers = [exchange.open_house_account(f"maker-{number}") for number in range(8)]
    market.user_orders = 1  # so that ladders look for somebody to meet
    asked = [
        (
            chance.choice(makers),
            chance.randrange(2),
            draw_tick(chance),
            chance.randint(4, 40) * MICRO,
        )
        for _ in range(count)
    ]
    state, book = exchange.state, exchange.state.book(market, USD)
    begun = time.perf_counter()
    for number, (maker, outcome, tick, micro) in enumerate(asked):
        order = Order(maker, market, outcome, Side.BUY, USD, tick, micro, START_MS, number)
        house.enter(state, book, order)
    return count / (time.perf_counter() - begun), len(market.trades)


class SortedList:
    """The rival: all asks in one list, kept sorted by price and time."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []

    def add(self, tick: int, number: int) -> None:
        insort(self.rows, (tick, number))

    def remove(self, tick: int, number: int) -> None:
        del self.rows[bisect_left(self.rows, (tick, number))]

    def take_best(self) -> int:
        return self.rows.pop(0)[1]


class OurBook:
    """The same three verbs on the exchange's own book."""

    def __init__(self) -> None:
        exchange = Exchange(start_ms=START_MS)
        self._market = list_markets(exchange, 1)[0]
        self._account = exchange.open_house_account("maker")
        self._side = Book().asks
        self._orders: dict[int, Order] = {}

    def add(self, tick: int, number: int) -> None:
        order = Order(
            self._account, self._market, 1, Side.BUY, USD, 1000 - tick, MICRO, START_MS, number
        )
        self._orders[number] = order
        self._side.add(order)

    def remove(self, tick: int, number: int) -> None:
        self._side.remove(self._orders.pop(number))

    def take_best(self) -> int:
        tick = self._side.best()
        head = None if tick is None else self._side.levels[tick].head
        if head is None:
            raise LookupError("the book is empty")
        self._side.remove(head)
        del self._orders[head.sequence]
        return head.sequence


def book_run(book: OurBook | SortedList, depth: int, steps: int) -> float:
    """Add, cancel and take in turn on a book of so many orders; operations a second."""
    chance = Random(2)
    resting: dict[int, int] = {}
    for number in range(depth):
        resting[number] = chance.randint(10, 990)
        book.add(resting[number], number)
    begun = time.perf_counter()
    for number in range(depth, depth + steps):
        resting[number] = tick = 10 + number * 7919 % 981
        book.add(tick, number)
        victim = number - depth // 2
        if victim in resting:
            book.remove(resting.pop(victim), victim)
        if number % 4 == 0:
            del resting[book.take_best()]
    return steps / (time.perf_counter() - begun)


def matching(options: argparse.Namespace) -> Figures:
    """Orders a second, medians of several runs."""
    runs, count = options.runs, options.matching_orders
    face = [face_run(count, None) for _ in range(runs)]
    journalled = [face_run(count, [])[0] for _ in range(runs)]
    engine = [engine_run(count) for _ in range(runs)]
    depth = 100_000
    ours = median(book_run(OurBook(), depth, count) for _ in range(runs))
    rival = median(book_run(SortedList(), depth, count) for _ in range(runs))
    return {
        "orders_per_s": round(median(rate for rate, _ in face)),
        "fills_per_order": round(face[0][1] / count, 3),
        "with_journal_orders_per_s": round(median(journalled)),
        "engine_orders_per_s": round(median(rate for rate, _ in engine)),
        "engine_fills_per_order": round(engine[0][1] / count, 3),
        "book_operations_per_s": round(ours),
        "rival": {
            "name": f"one list of {depth:,} resting orders, kept sorted with bisect",
            "book_operations_per_s": round(rival),
        },
        "ratio": round(ours / rival, 2),
        "runs": runs,
        "orders_per_run": count,
    }


# -- memory ----------------------------------------------------------------------------------------


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_child(markets: int, orders: int) -> Figures:
    """Rest users' orders through the face, spread over the markets, that never cross."""
    chance = Random(3)
    before = resident_bytes()
    exchange = Exchange(start_ms=START_MS)
    listed = list_markets(exchange, markets)
    traders = open_traders(exchange, 100)
    empty = resident_bytes()
    begun = time.perf_counter()
    for number in range(orders):
        asked = limit_order(
            listed[number % markets],
            Side.BUY,
            chance.randrange(2),
            chance.randint(300, 490),
            Decimal(10),
        )
        exchange.place(chance.choice(traders), asked)
    spent = time.perf_counter() - begun
    full = resident_bytes()
    return {
        "markets": markets,
        "resting_orders": sum(market.user_orders for market in listed),
        "rss_mb": round(full / 2**20, 1),
        "bytes_per_market": round((empty - before) / markets),
        "bytes_per_order": round((full - empty) / orders),
        "placed_per_s": round(orders / spent),
    }
