"""Accounts and the double-entry journal: the only thing that can happen is a transfer.

Every transfer takes from one holder what it gives to another, so each asset sums to zero over
all holders at every moment. Cash enters from the `outside`; shares of a market come from and go
back to its `issuance`, against cash in its `collateral`: what stands behind the shares is always
exactly what they can be worth.
"""

from __future__ import annotations

from bayse_agent.domain.money import Currency

CASH: dict[Currency, int] = {Currency.USD: 0, Currency.NGN: 1}
"""The asset number of each currency's cash."""

Entry = tuple[int, int, int, int]
"""(asset, number of the holder that gave, of the holder that took, units)."""


def share_asset(market: int, outcome: int, currency: Currency) -> int:
    """The asset number of one outcome's shares in one currency."""
    return (market << 2) + (CASH[currency] << 1) + outcome + 2


class Holder:
    """Something that can hold assets: a part of an account, or an internal pot."""

    __slots__ = ("balances", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.balances: dict[int, int] = {}

    def holds(self, asset: int) -> int:
        return self.balances.get(asset, 0)


class Ledger:
    """Makes holders and moves assets between them.

    `journal` receives every entry; hand in None to keep balances alone (long-running servers).
    """

    __slots__ = ("holders", "journal")

    def __init__(self, journal: list[Entry] | None) -> None:
        self.holders: list[Holder] = []
        self.journal = journal

    def open(self) -> Holder:
        holder = Holder(len(self.holders))
        self.holders.append(holder)
        return holder

    def transfer(self, asset: int, source: Holder, target: Holder, units: int) -> None:
        """Move units (>= 0) of an asset. Whether the source may go below zero is not asked here."""
        if units:
            taken, given = source.balances, target.balances
            taken[asset] = taken.get(asset, 0) - units
            given[asset] = given.get(asset, 0) + units
            if self.journal is not None:
                self.journal.append((asset, source.number, target.number, units))

    def total(self, asset: int) -> int:
        """The sum over all holders: zero, always."""
        return sum(holder.balances.get(asset, 0) for holder in self.holders)
