"""What is owned: the venue's account of it, and our own, folded from fills."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.market import EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import ZERO, Currency, Money, Price, Shares, total
from bayse_agent.domain.order import Fill, Intent, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """One currency at the venue. Only `available` may be spent."""

    available: Money
    pending: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One row of the venue's portfolio: shares of one outcome in one currency."""

    event_id: EventId
    market_id: MarketId
    outcome_id: OutcomeId
    currency: Currency
    shares: Shares
    available: Shares
    average_price: Price
    cost: Money
    current_value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One line of the venue's account history. Fields the venue left out are None.

    `kind` is the venue's word, e.g. PAYOUT_WIN. Payouts carry no order id: match them by market
    and outcome.
    """

    id: str
    kind: str
    event_id: EventId | None
    market_id: MarketId | None
    outcome_id: OutcomeId | None
    order_id: OrderId | None
    currency: Currency
    amount: Decimal | None
    size: Decimal | None
    price: Decimal | None
    fee: Decimal | None
    payout: Decimal | None
    amount_refunded: Decimal | None
    amount_earned: Decimal | None
    status: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitAndLoss:
    """The venue's own sum: realised = from settlements + from trades."""

    realised: Money
    from_settlements: Money
    from_trades: Money
    wins: int
    losses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a resolved market paid for one position. `winner` is None when it was voided."""

    market_id: MarketId
    outcome_id: OutcomeId
    winner: OutcomeId | None
    shares: Shares
    payout: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Shares of one outcome in one currency, and the cash they cost (fees included)."""

    market_id: MarketId
    outcome_id: OutcomeId
    shares: Shares
    cost: Money


LEAST_SOLD = Decimal("0.01")
"""The fewest shares that the venue sells. What is less can only be waited out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What the agent owns in one currency: folded from fills and settlements, never edited.

    `deposits` is what it began with; `cash` = deposits - bought + sold + paid out. Cash reserved
    by live intents is still in `cash`: `free_cash` takes it off.
    """

    currency: Currency
    deposits: Money
    cash: Money
    positions: tuple[Position, ...]
    live: tuple[Intent, ...]
    fees: Money
    realised: Money

    @property
    def invested(self) -> Money:
        """Cost of the open positions."""
        return total((p.cost for p in self.positions), self.currency)

    @property
    def reserved(self) -> Money:
        """Worst-case cost of the orders that are out, or may be."""
        return total((i.reserved for i in self.live), self.currency)

    @property
    def free_cash(self) -> Money:
        return self.cash - self.reserved

    @property
    def bankroll(self) -> Money:
        """Money the agent may use in all: cash plus the cost of positions."""
        return self.cash + self.invested

    def holds(self, market_id: MarketId) -> bool:
        """Whether there is a position or a live intent in the market."""
        return any(p.market_id == market_id for p in self.positions) or any(
            i.market_id == market_id for i in self.live
        )

    def open_markets(self) -> int:
        """Markets with a live intent, or a position of more than the dust that cannot be sold."""
        held = {p.market_id for p in self.positions if p.shares >= LEAST_SOLD}
        return len(held | {i.market_id for i in self.live})


def opened(deposits: Money) -> Portfolio:
    """The books of one currency before anything was traded."""
    zero = Money.zero(deposits.currency)
    return Portfolio(
        currency=deposits.currency,
        deposits=deposits,
        cash=deposits,
        positions=(),
        live=(),
        fees=zero,
        realised=zero,
    )


def worth_of(
    portfolio: Portfolio, holdings: Iterable[Holding], trading: Container[MarketId]
) -> Money:
    """What the positions of the books are worth: as the venue values them while they trade.

    Between its close and its settlement a market has no price, or its payout already, which may be
    in the cash by now: until the books have settled it, it counts as what it cost.
    """
    shown = {(row.market_id, row.outcome_id): row.current_value for row in holdings}
    return total(
        (
            shown.get((one.market_id, one.outcome_id), one.cost)
            if one.market_id in trading
            else one.cost
            for one in portfolio.positions
        ),
        portfolio.currency,
    )


def fold(
    deposits: Money,
    fills: Iterable[Fill],
    settlements: Iterable[Settlement],
    live: Iterable[Intent] = (),
) -> Portfolio:
    """Fold the books of one currency from its fills and settlements, each in time order.

    Identity: cash = deposits + realised - invested. Raises BrokenInvariant when more is sold or
    settled than was held, and CurrencyMismatch when a fill is in another currency.
    """
    return replace(with_acts(opened(deposits), (*fills, *settlements)), live=tuple(live))


def with_deposit(portfolio: Portfolio, amount: Money) -> Portfolio:
    """The books after more cash was put at the agent's disposal."""
    return replace(portfolio, deposits=portfolio.deposits + amount, cash=portfolio.cash + amount)


def with_fill(portfolio: Portfolio, fill: Fill) -> Portfolio:
    """The books after one fill. Raises BrokenInvariant when more is sold than is held."""
    return with_acts(portfolio, (fill,))


def with_settlement(portfolio: Portfolio, settlement: Settlement) -> Portfolio:
    """The books after a position was paid out. Raises BrokenInvariant when it is not held."""
    return with_acts(portfolio, (settlement,))


def with_acts(portfolio: Portfolio, acts: Iterable[Fill | Settlement]) -> Portfolio:
    """The books after fills and settlements, in the order in which they are told."""
    cash, realised, fees = portfolio.cash, portfolio.realised, portfolio.fees
    held = {_place(position): position for position in portfolio.positions}
    for act in acts:
        before = held.pop(_place(act), None)
        if isinstance(act, Settlement):
            if before is None:
                raise BrokenInvariant(f"a settlement of what is not held: {act.market_id!r}")
            cash, realised = cash + act.payout, realised + act.payout - before.cost
            continue
        after: Position | None
        if act.side is Side.BUY:
            after, cash = _grown(before, act), cash - act.cash
        else:
            after, cost = _shrunk(before, act)
            cash, realised = cash + act.cash, realised + act.cash - cost
        fees += act.fee
        if after is not None and after.shares > ZERO:
            held[_place(after)] = after
    return replace(
        portfolio,
        cash=cash,
        realised=realised,
        fees=fees,
        positions=tuple(held[place] for place in sorted(held)),
    )


def _place(one: Position | Fill | Settlement) -> tuple[MarketId, OutcomeId]:
    return one.market_id, one.outcome_id


def _grown(before: Position | None, fill: Fill) -> Position:
    if before is None:
        return Position(
            market_id=fill.market_id,
            outcome_id=fill.outcome_id,
            shares=fill.shares,
            cost=fill.cash,
        )
    more = Shares(before.shares + fill.shares)
    return replace(before, shares=more, cost=before.cost + fill.cash)


def _shrunk(before: Position | None, fill: Fill) -> tuple[Position | None, Money]:
    """A position without the shares that were sold, and the part of its cost that they take."""
    if before is None or before.shares < fill.shares:
        raise BrokenInvariant(f"more sold than held: {fill.outcome_id!r}")
    left = Shares(before.shares - fill.shares)
    if left == ZERO:
        return None, before.cost
    part = (before.cost * (fill.shares / before.shares)).rounded_down()
    return replace(before, shares=left, cost=before.cost - part), part


def marked(portfolio: Portfolio, values: Mapping[tuple[MarketId, OutcomeId], Money]) -> Money:
    """Cash plus positions at the given values; a position without a value counts at cost."""
    worth = portfolio.cash
    for position in portfolio.positions:
        worth += values.get((position.market_id, position.outcome_id), position.cost)
    return worth
