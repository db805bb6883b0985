"""The agent's books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bayse_agent.domain.books import Books, Equity
from bayse_agent.domain.command import Command, CommandStatus
from bayse_agent.domain.control import Control, Lease
from bayse_agent.domain.forecast import Forecast
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
    MarketId,
    OrderBook,
    OutcomeId,
)
from bayse_agent.domain.money import Currency, Price
from bayse_agent.domain.order import (
    Fill,
    Intent,
    IntentId,
    OrderId,
    SealedOrder,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Portfolio
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.settling import (
    SettlementRecord,
    WindowClosing,
    WindowKind,
    WindowProof,
)
from bayse_agent.domain.signal import Signal, SignalStatus


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

    async def signal(self, signal_id: str) -> Signal | None:
        """A signal by its id, however it ended."""

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
        """Every forecast made of each of the markets with its parts, oldest first, no evidence."""

    async def forecast(self, forecast_id: str) -> Forecast | None:
        """One forecast with its parts and all evidence; None when there is none of that id."""

    async def end_markets(self, results: Sequence[MarketResult]) -> None:
        """Write down winners with their settlements and scores. They are tracked no more."""

    async def add_closings(self, noted: Sequence[WindowClosing]) -> None:
        """Note how windows closed; what is known of one stays."""

    async def closings(self) -> Mapping[MarketId, WindowClosing]:
        """How windows closed that are not settled yet."""

    async def prove_windows(self, proofs: Sequence[WindowProof]) -> None:
        """Write down what the settlement of windows proved whose closing was noted."""

    async def settlement_records(self) -> Mapping[WindowKind, SettlementRecord]:
        """What the settled windows of each kind kept to."""

    async def markets_seen(self) -> int:
        """How many markets were ever tracked."""

    async def funnel(self) -> Mapping[str, int]:
        """Looks by the reason that they ended with."""

    async def score_summary(self) -> ScoreSummary: ...

    async def ledger(self) -> tuple[tuple[Intent, ...], tuple[Fill, ...]]:
        """Every intent and every fill, in the order they were written."""
