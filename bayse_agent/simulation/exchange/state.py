"""Everything the exchange knows, in one place, for the verbs to work on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from heapq import heappop, heappush
from typing import Protocol

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.amm import Pool
from bayse_agent.simulation.exchange.book import Book, Order
from bayse_agent.simulation.exchange.ledger import Entry, Holder, Ledger
from bayse_agent.simulation.exchange.listing import EventState, MarketState
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.switches import Books, Switches
from bayse_agent.simulation.exchange.units import TICKS, to_units


class Liquidity(Protocol):
    """What brings a market's crowd up to date just before it is looked at or traded."""

    def refresh(self, market: MarketState, currency: Currency) -> None: ...


class State:
    """Accounts, listings, books and what is due, with the ledger under them.

    `outcomes` finds a market and which of its two an outcome is; `ticks` are the prices that were
    found good so far; `spendable_part` is what dust leaves of a buy's cash.
    """

    def __init__(self, *, start_ms: int, switches: Switches, journal: list[Entry] | None) -> None:
        self.now_ms = start_ms
        self.switches = switches
        self.floor_ticks = to_units(switches.fee_floor, TICKS)
        self.spendable_part = 1 - switches.dust
        self._is_shared = switches.books is Books.SHARED
        self.ticks: dict[Decimal, int] = {}
        self.ledger = Ledger(journal)
        self.outside: Holder = self.ledger.open()
        self.accounts: dict[int, Account] = {}
        self.events: list[EventState] = []
        self.event_by_slug: dict[str, EventState] = {}
        self.markets: list[MarketState] = []
        self.outcomes: dict[str, tuple[MarketState, int]] = {}
        self.liquidity: Liquidity | None = None
        self.observers: list[Callable[[TradeRecord | Order], None]] = []
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._timer_count = 0
        self.venue = self.open_account("venue", is_house=True)
        self.maker_of_pools = self.open_account("pools", is_house=True)
        self.is_refreshing = False

    def open_account(self, name: str, *, is_house: bool) -> Account:
        account = Account(len(self.accounts) + 1, name, self.ledger, is_house=is_house)
        self.accounts[account.number] = account
        return account

    def at(self, at_ms: int, act: Callable[[], None]) -> None:
        """Have something done when time reaches a moment; at one moment, in the order asked."""
        self._timer_count += 1
        heappush(self._timers, (at_ms, self._timer_count, act))

    def advance(self, to_ms: int) -> None:
        """Move time on, doing what falls due in between, in the order of its time."""
        while self._timers and self._timers[0][0] <= to_ms:
            at_ms, _, act = heappop(self._timers)
            self.now_ms = max(self.now_ms, at_ms)
            act()
        self.now_ms = max(self.now_ms, to_ms)

    def book(self, market: MarketState, currency: Currency) -> Book:
        """The book that an order in that currency goes to."""
        key = Currency.USD if self._is_shared else currency
        book = market.books.get(key)
        if book is None:
            book = market.books[key] = Book()
        return book

    def pool(self, market: MarketState, currency: Currency) -> Pool:
        pool = market.pools.get(currency)
        if pool is None:
            pool = market.pools[currency] = Pool(
                depth=market.event.spec.depth,
                prior=market.spec.prior,
                payout=currency.payout,
                liability_shares=market.event.spec.liability_shares,
            )
        return pool

    def refresh(self, market: MarketState, currency: Currency) -> None:
        """Let the crowd catch up before a market is looked at; not while it is doing just that."""
        if self.liquidity is not None and market.is_open and not self.is_refreshing:
            self.is_refreshing = True
            try:
                self.liquidity.refresh(market, currency)
            finally:
                self.is_refreshing = False

    def marginal(self, market: MarketState, outcome: int, currency: Currency) -> Decimal | None:
        """The price of an outcome now: the pool's, or the middle of the book, or the last trade.

        None on a book that has never had a price.
        """
        if market.event.spec.engine is Engine.AMM:
            return self.pool(market, currency).price(outcome)
        book = self.book(market, currency)
        bid, ask = book.bids.best(), book.asks.best()
        if bid is not None and ask is not None:
            ticks = Decimal(bid + ask) / 2
        else:
            last = book.last_tick
            known = last if last is not None else bid if bid is not None else ask
            if known is None:
                return None
            ticks = Decimal(known)
        return (ticks if outcome == 0 else TICKS - ticks) / TICKS

    def changed(self, what: TradeRecord | Order) -> None:
        for observer in self.observers:
            observer(what)
