"""An account: what is free, what is locked by resting orders, what it cost, what was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange import ids
from bayse_agent.simulation.exchange.ledger import CASH, Holder, Ledger, share_asset
from bayse_agent.simulation.exchange.records import (
    ActivityKind,
    ActivityRecord,
    Cause,
    Result,
    TradeRecord,
)

if TYPE_CHECKING:
    from bayse_agent.simulation.exchange.book import Order
    from bayse_agent.simulation.exchange.listing import MarketState


class Account:
    """One user, or a house account: liquidity that may go below zero and keeps no history."""

    __slots__ = (
        "activities",
        "costs",
        "free",
        "is_house",
        "locked",
        "name",
        "number",
        "orders",
        "positions",
        "results",
        "sequence",
        "trades",
    )

    def __init__(self, number: int, name: str, ledger: Ledger, *, is_house: bool) -> None:
        self.number = number
        self.name = name
        self.is_house = is_house
        self.free: Holder = ledger.open()
        self.locked: Holder = ledger.open()
        self.costs: dict[int, int] = {}
        self.positions: dict[int, tuple[MarketState, int, Currency]] = {}
        self.orders: dict[int, Order] = {}
        self.trades: list[TradeRecord] = []
        self.activities: list[ActivityRecord] = []
        self.results: list[Result] = []
        self.sequence = 0

    @property
    def id(self) -> str:
        return ids.make(ids.Kind.USER, self.number)

    def next_number(self) -> int:
        self.sequence += 1
        return self.sequence

    def cash(self, currency: Currency) -> int:
        """Free cash, nanos."""
        return self.free.balances.get(CASH[currency], 0)

    def shares(self, market: MarketState, outcome: int, currency: Currency) -> int:
        """Shares of an outcome, locked ones included, micro-shares."""
        asset = share_asset(market.number, outcome, currency)
        return self.free.holds(asset) + self.locked.holds(asset)

    def free_shares(self, market: MarketState, outcome: int, currency: Currency) -> int:
        return self.free.holds(share_asset(market.number, outcome, currency))

    def held(self) -> Iterator[tuple[int, MarketState, int, Currency]]:
        """(asset, market, outcome, currency) of every position, in the order they were begun."""
        for asset, (market, outcome, currency) in self.positions.items():
            yield asset, market, outcome, currency

    def bought(
        self, market: MarketState, outcome: int, currency: Currency, cost_nanos: int
    ) -> None:
        """Note what shares cost that have just come in."""
        asset = share_asset(market.number, outcome, currency)
        self.costs[asset] = self.costs.get(asset, 0) + cost_nanos
        if asset not in self.positions:
            self.positions[asset] = (market, outcome, currency)

    def gave_up(self, asset: int, micro: int) -> int:
        """Take the cost of `micro` shares, already gone, off the position; returns it in nanos."""
        left = self.free.holds(asset) + self.locked.holds(asset)
        cost = self.costs.get(asset, 0)
        part = cost * micro // (left + micro) if left else cost
        if left:
            self.costs[asset] = cost - part
        else:
            self.costs.pop(asset, None)
            self.positions.pop(asset, None)
        return part

    def note(
        self,
        kind: ActivityKind,
        market: MarketState,
        outcome: int,
        currency: Currency,
        at_ms: int,
        *,
        order: Order | None = None,
        micro: int | None = None,
        tick: int | None = None,
        cash_nanos: int | None = None,
        fee_nanos: int | None = None,
    ) -> None:
        """Write a line of history. House accounts have none."""
        if self.is_house:
            return
        self.activities.append(
            ActivityRecord(
                self,
                len(self.activities),
                kind,
                market,
                outcome,
                currency,
                at_ms,
                order,
                micro,
                tick,
                cash_nanos,
                fee_nanos,
            )
        )

    def realised(
        self,
        market: MarketState,
        currency: Currency,
        at_ms: int,
        cause: Cause,
        *,
        received_nanos: int,
        cost_nanos: int,
    ) -> None:
        """Note a profit or loss."""
        if self.is_house:
            return
        self.results.append(
            Result(at_ms, market, currency, cause, received_nanos - cost_nanos, cost_nanos)
        )
