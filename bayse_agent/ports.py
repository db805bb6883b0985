"""What the agent needs from a world, real or pretend. `adapters/` and `simulation/` answer these.

Conventions: a failed read raises a `VenueError`, it never answers empty; times are aware UTC;
`currency` is always named.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bayse_agent.domain.books import Books, Equity
from bayse_agent.domain.command import Command, CommandStatus
from bayse_agent.domain.control import Control, Lease
from bayse_agent.domain.decision import Decision
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, Underlying
from bayse_agent.domain.journal import (
    Deposit,
    History,
    IntentChange,
    Look,
    MarketResult,
    OpenIntent,
    Run,
    ScoreSummary,
    TrackedMarket,
    TriedSale,
)
from bayse_agent.domain.market import (
    Event,
    EventId,
    MarketId,
    MarketStatus,
    OrderBook,
    OutcomeId,
    Page,
    PricePoint,
    Quote,
    Series,
    SeriesSlug,
    SeriesWindow,
    Side,
    Symbol,
    Ticker,
)
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    CompleteSet,
    Declined,
    Fill,
    Intent,
    IntentId,
    OrderId,
    PlaceOrder,
    PlaceReply,
    SealedOrder,
    Trade,
    Unresolved,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Activity, Holding, Portfolio, ProfitAndLoss, Wallet
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.signal import Signal, SignalStatus
from bayse_agent.domain.sizing import Purse


class Clock(Protocol):
    """World time: it drives everything that trades."""

    def now(self) -> datetime:
        """The current world time, aware UTC."""

    async def sleep_until(self, moment: datetime) -> None:
        """Return once world time has reached `moment`; at once when it already has."""

    def actor(self) -> AbstractAsyncContextManager[None]:
        """Hold while a task acts in the world.

        Simulated time moves only while every actor sleeps; the system's clock pays no heed.
        """


class MarketData(Protocol):
    """What can be seen at the venue."""

    async def events(
        self,
        *,
        currency: Currency,
        page: int = 1,
        size: int = 20,
        status: MarketStatus | None = None,
        category: str | None = None,
        keyword: str | None = None,
        series: SeriesSlug | None = None,
    ) -> Page[Event]: ...

    async def event(self, event_id: EventId, *, currency: Currency) -> Event: ...

    async def event_by_slug(self, slug: str, *, currency: Currency) -> Event: ...

    async def series(self, *, page: int = 1, size: int = 50) -> Page[Series]: ...

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]: ...

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        """One book for each outcome that has one; outcomes of AMM markets are left out."""

    async def quote(
        self,
        *,
        event_id: EventId,
        market_id: MarketId,
        outcome_id: OutcomeId,
        side: Side,
        amount: Decimal,
        currency: Currency,
    ) -> Quote: ...

    async def ticker(self, market_id: MarketId, outcome_id: OutcomeId) -> Ticker: ...

    async def price_history(
        self, event_id: EventId, *, period: str = "24H", market_ids: Sequence[MarketId] = ()
    ) -> dict[MarketId, tuple[PricePoint, ...]]:
        """Prices of outcome1, oldest first. `period` is 12H, 24H, 1W, 1M or 1Y."""

    async def trades(
        self,
        *,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        order_id: OrderId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Trade]: ...


class Venue(Protocol):
    """What can be done at the venue, and the account that it is done with."""

    def seal(self, order: PlaceOrder, *, key: str) -> SealedOrder:
        """Write an order down as it will be sent. Raises InvalidValue for one that cannot be."""

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        """Send a sealed order once. On a book, the same key and order are taken only once.

        Never raises for what happens on the way: what cannot be concluded is `Unresolved`.
        """

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        """Cancel a resting order; answers with the order as read afterwards."""

    async def amend(self, change: Amend, *, key: str) -> Accepted | Declined | Unresolved: ...

    async def mint(
        self, market_id: MarketId, amount: Money
    ) -> CompleteSet | Declined | Unresolved: ...

    async def burn(
        self, market_id: MarketId, amount: Money
    ) -> CompleteSet | Declined | Unresolved: ...

    async def order(self, order_id: OrderId) -> VenueOrder:
        """Raises VenueNotFound when there is none of ours with that id."""

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]: ...

    async def holdings(self) -> tuple[Holding, ...]:
        """Every row of the portfolio, all pages read."""

    async def wallets(self) -> tuple[Wallet, ...]: ...

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        """`kind` is buys, sells, limits or payout; None leaves fills of resting orders out."""

    async def profit_and_loss(self, *, currency: Currency) -> ProfitAndLoss: ...


class PriceFeed(Protocol):
    """Prices of underlying assets."""

    async def underlying(self, symbol: Symbol) -> Underlying:
        """The asset as of now: up to a day of closed one-minute bars and 120 s of ticks.

        Raises FeedStale when the feed has never shown the symbol.
        """

    def stream(self, symbols: Sequence[Symbol]) -> AsyncIterator[Symbol]:
        """Name a symbol each time that it has a new price; with none asked for, every one that is
        watched.
        """


class Forecaster(Protocol):
    """A plug-in that prices markets. One file in `forecasters/`."""

    name: str

    def declines(self, market: TrackedMarket) -> str | None:
        """Why a market is none of its business, whatever may be read of it; else None.

        Nothing is then read of that market.
        """

    async def forecast(self, context: Context) -> Forecast | NoForecast: ...


class Strategy(Protocol):
    """A plug-in that turns a forecast into a bet or a pass. Pure. One file in `strategies/`."""

    name: str

    def decide(self, context: Context, forecast: Forecast, purse: Purse) -> Decision: ...


class KillSwitch(Protocol):
    """A way to stop trading that works without the books and without the agent's leave."""

    def pulled(self) -> str | None:
        """Why trading must stop at once, or None. Cheap: it is asked before every order."""


class Store(Protocol):
    """The agent's books. Each method is one transaction, committed when it returns.

    A power cut may take the last looks and listings, never an intent or what came of it.
    One process writes, the one that holds the lease; commands alone may come from any. A change
    that contradicts what is written raises BrokenInvariant, one without the lease LeaseHeld.
    """

    async def take_lease(self, *, holder: str, at: datetime) -> Lease:
        """Become the process that writes. Raises LeaseHeld while another one lives that is it."""

    async def control(self) -> Control:
        """The trading state. New books are HALTED with epoch 0, until they are armed once."""

    async def set_control(self, change: Control) -> None:
        """Change the trading state. Its epoch must be the next one."""

    async def add_command(self, command: Command) -> Command:
        """Write down what a person asks for; returns the one that is there under that id."""

    async def pending_commands(self) -> tuple[Command, ...]:
        """Commands that wait, in the order they came, read anew: other processes write them."""

    async def command(self, command_id: str) -> Command | None:
        """One command, read anew; None when there is none of that id."""

    async def finish_command(
        self, command_id: str, *, status: CommandStatus, result: Mapping[str, str], at: datetime
    ) -> None:
        """Write down how a pending command ended."""

    async def limits(self) -> Limits:
        """The limits in force."""

    async def set_limits(self, limits: Limits, *, by: str, reason: str, at: datetime) -> int:
        """Put new limits in force for later intents; returns their version, counted from 1."""

    async def limits_version(self) -> int:
        """The version in force; 0 while the books have never been given any."""

    async def books(self, currency: Currency) -> Books:
        """What the limits count, as of the last transaction."""

    async def add_equity(self, equity: Equity) -> None:
        """Write down a valuation, made when books and venue were found equal."""

    async def add_books_seen(self, books: Sequence[OrderBook], *, at: datetime) -> None:
        """Keep the touch of books that were seen, for later research."""

    async def add_signal(self, signal: Signal) -> Signal:
        """Write down a decision that waits for a person; returns the one there under that id."""

    async def signals(self, status: SignalStatus | None = None) -> tuple[Signal, ...]:
        """Signals in the order they were made."""

    async def end_signal(
        self, signal_id: str, *, status: SignalStatus, by: str, note: str, at: datetime
    ) -> None:
        """End a pending signal. Raises BrokenInvariant when it is not pending any more."""

    async def marks(self) -> Mapping[tuple[MarketId, OutcomeId], Price]:
        """The best price that each open position could have been sold at so far."""

    async def raise_marks(
        self, marks: Mapping[tuple[MarketId, OutcomeId], Price], *, at: datetime
    ) -> None:
        """Remember better prices for open positions; lower ones change nothing."""

    async def history(self) -> History | None:
        """The runs that were begun so far; None in new books."""

    async def begin_run(self, run: Run) -> None: ...

    async def add_deposit(self, deposit: Deposit) -> None: ...

    async def has_deposit(self, deposit_id: str) -> bool:
        """Whether a deposit of that id was ever written down."""

    async def portfolio(self, currency: Currency) -> Portfolio:
        """What is owned, folded from deposits, fills, settlements and live intents."""

    async def track(
        self, markets: Sequence[TrackedMarket], *, source: str, read_at: datetime
    ) -> None:
        """Remember markets found in a listing, and that the listing was read. Known ones stay."""

    async def listed_at(self, source: str) -> datetime | None:
        """When a listing was last read."""

    async def tracked(self) -> tuple[TrackedMarket, ...]:
        """Markets that were seen and have not ended, in the order of their closing and id."""

    async def last_looks(self) -> Mapping[MarketId, datetime]:
        """When each tracked market was last looked at."""

    async def add_looks(self, looks: Sequence[Look]) -> None:
        """Write down a pass's looks with their forecasts."""

    async def add_intent(self, intent: Intent, *, sealed: SealedOrder, look: Look | None) -> None:
        """Write down an intent, the request exactly as it will be sent, and its look.

        In the same transaction, and before anything is written, it makes sure that the order may
        still go out. Raises TradingStopped when the trading state forbids it (HALTED everything,
        REDUCING every buy) or a command that stops trading waits to be taken, LeaseHeld when
        another process holds the lease by now, and BrokenInvariant when the intent is known, or
        a buy finds a live intent in its market.
        """

    async def add_external(self, intent: Intent, order: VenueOrder) -> None:
        """Take an order that was placed elsewhere into the books, as an open intent of its own."""

    async def has_intent(self, intent_id: IntentId) -> bool:
        """Whether an intent of that id was ever written down."""

    async def tried_sales(
        self, market_ids: Sequence[MarketId], *, since: datetime
    ) -> tuple[TriedSale, ...]:
        """Sells that were written down in the markets since then, oldest first."""

    async def change_intent(self, change: IntentChange) -> None:
        """Write down what the venue told of an intent: status, proof, order and fills."""

    async def open_intents(self) -> tuple[OpenIntent, ...]:
        """Intents that are live or were lost, oldest first. Lost ones leave when marked final."""

    async def claimed_orders(self) -> frozenset[OrderId]:
        """Orders at the venue that are known to come from an intent of ours."""

    async def forecasts_of(
        self, market_ids: Sequence[MarketId]
    ) -> Mapping[MarketId, tuple[Forecast, ...]]:
        """Every forecast made of each of the markets, oldest first."""

    async def end_markets(self, results: Sequence[MarketResult]) -> None:
        """Write down winners with their settlements and scores. They are tracked no more."""

    async def markets_seen(self) -> int:
        """How many markets were ever tracked."""

    async def funnel(self) -> Mapping[str, int]:
        """Looks by the reason that they ended with."""

    async def score_summary(self) -> ScoreSummary: ...

    async def ledger(self) -> tuple[tuple[Intent, ...], tuple[Fill, ...]]:
        """Every intent and every fill, in the order they were written."""
