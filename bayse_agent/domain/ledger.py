"""The ledger: every movement of money written down twice, so that nothing comes from nowhere.

Accounts that grow by what is owned count up (cash, positions at cost, fees), those that say where
it came from count down (deposits, profit). Each entry, and so the whole, sums to zero. A position
costs all that was paid for it; the fee in that is a cost of its own, and a profit before fees that
is as much higher.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import Deposit
from bayse_agent.domain.market import MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, total
from bayse_agent.domain.order import Fill
from bayse_agent.domain.portfolio import Portfolio, Settlement

Place = tuple[MarketId, OutcomeId]


class Account(StrEnum):
    """POSITIONS is kept for each outcome of each market; REALISED is profit before fees."""

    CASH = "cash"
    POSITIONS = "positions"
    DEPOSITS = "deposits"
    REALISED = "realised"
    FEES = "fees"


class Cause(StrEnum):
    """What moved the money. Cash that a person takes out is a deposit below zero."""

    DEPOSIT = "deposit"
    BUY = "buy"
    SALE = "sale"
    SETTLEMENT = "settlement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One line of an entry. `place` is given for POSITIONS, and None for the other accounts."""

    account: Account
    amount: Money
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one cause moved. `subject` is its id, `at` when it was written down.

    Raises BrokenInvariant when the lines do not sum to zero in every currency, or a position's
    line does not say which one.
    """

    cause: Cause
    subject: str
    at: datetime
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        for currency in {posting.amount.currency for posting in self.postings}:
            rest = total((p.amount for p in self.postings if _is_in(p, currency)), currency)
            if rest:
                raise BrokenInvariant(f"the entry of {self.subject!r} is out by {rest}")
        if any((p.account is Account.POSITIONS) is (p.place is None) for p in self.postings):
            raise BrokenInvariant(f"the entry of {self.subject!r} misplaces a position")

    @property
    def profit(self) -> Money | None:
        """What the entry earned, after fees; None when it touches no profit."""
        earned = [p.amount for p in self.postings if p.account in (Account.REALISED, Account.FEES)]
        return -total(earned, earned[0].currency) if earned else None


def entry_of_deposit(deposit: Deposit) -> Entry:
    """Cash that was put at the agent's disposal, or taken out again (an amount below zero)."""
    return Entry(
        cause=Cause.DEPOSIT,
        subject=deposit.id,
        at=deposit.at,
        postings=(
            Posting(account=Account.CASH, amount=deposit.amount),
            Posting(account=Account.DEPOSITS, amount=-deposit.amount),
        ),
    )


def entry_of_fill(fill: Fill, given_up: Money, at: datetime) -> Entry:
    """A buy turns cash into a position; a sale turns `given_up` of its cost into cash and profit.

    Bought for NGN 550, fee 11: cash -550, position +550, fees +11, profit -11.
    """
    place = (fill.market_id, fill.outcome_id)
    if fill.side is Side.BUY:
        lines = [
            Posting(account=Account.CASH, amount=-fill.cash),
            Posting(account=Account.POSITIONS, amount=fill.cash, place=place),
        ]
    else:
        lines = _proceeds(fill.cash, given_up, place)
    if fill.fee:
        lines.append(Posting(account=Account.FEES, amount=fill.fee))
        lines.append(Posting(account=Account.REALISED, amount=-fill.fee))
    cause = Cause.BUY if fill.side is Side.BUY else Cause.SALE
    return Entry(cause=cause, subject=fill.id, at=at, postings=tuple(lines))


def entry_of_settlement(settlement: Settlement, given_up: Money, at: datetime) -> Entry:
    """What a market paid or gave back, for a position that cost `given_up`."""
    place = (settlement.market_id, settlement.outcome_id)
    return Entry(
        cause=Cause.SETTLEMENT,
        subject=settlement_id(settlement),
        at=at,
        postings=tuple(_proceeds(settlement.payout, given_up, place)),
    )


def settlement_id(settlement: Settlement) -> str:
    """What tells one settlement from all others."""
    currency = settlement.payout.currency.value
    return f"{settlement.market_id}:{settlement.outcome_id}:{currency}"


def given_up(before: Portfolio, after: Portfolio) -> Money:
    """The cost of what a sale or a settlement gave up: what is invested less by it."""
    return before.invested - after.invested


def _proceeds(cash: Money, cost: Money, place: Place) -> list[Posting]:
    return [
        Posting(account=Account.CASH, amount=cash),
        Posting(account=Account.POSITIONS, amount=-cost, place=place),
        Posting(account=Account.REALISED, amount=cost - cash),
    ]


def _is_in(posting: Posting, currency: Currency) -> bool:
    return posting.amount.currency is currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What the postings of one currency add up to, each with the sign that people give it.

    `realised` is profit after fees. Identity: cash + cost of positions = deposits + realised.
    """

    currency: Currency
    cash: Money
    deposits: Money
    realised: Money
    fees: Money
    positions: Mapping[Place, Money] = field(default_factory=dict)

    @property
    def cost(self) -> Money:
        """What the open positions cost."""
        return total(self.positions.values(), self.currency)

    def equity(self, value: Money) -> Money:
        """Cash plus the positions at `value`."""
        return self.cash + value

    def profit(self, value: Money) -> Money:
        """Realised plus unrealised profit, with the positions at `value`."""
        return self.realised + value - self.cost


def balances(postings: Iterable[Posting]) -> Mapping[Currency, Balances]:
    """Add postings up, currency by currency.

    Raises BrokenInvariant when those of a currency do not sum to zero.
    """
    sums: dict[tuple[Currency, Account, Place | None], Money] = {}
    for posting in postings:
        currency = posting.amount.currency
        key = (currency, posting.account, posting.place)
        sums[key] = sums.get(key, Money.zero(currency)) + posting.amount
    currencies = sorted({currency for currency, _, _ in sums})
    return {currency: _balances(currency, sums) for currency in currencies}


def _balances(
    currency: Currency, sums: Mapping[tuple[Currency, Account, Place | None], Money]
) -> Balances:
    zero = Money.zero(currency)

    def of(account: Account) -> Money:
        return sums.get((currency, account, None), zero)

    rest = total((amount for key, amount in sums.items() if key[0] is currency), currency)
    if rest:
        raise BrokenInvariant(f"the ledger is out by {rest}")
    return Balances(
        currency=currency,
        cash=of(Account.CASH),
        deposits=-of(Account.DEPOSITS),
        realised=-(of(Account.REALISED) + of(Account.FEES)),
        fees=of(Account.FEES),
        positions={
            place: amount
            for (its, _, place), amount in sorted(sums.items(), key=_by_place)
            if its is currency and place is not None and amount
        },
    )


def _by_place(item: tuple[tuple[Currency, Account, Place | None], Money]) -> Place:
    (_, _, place), _ = item
    return place or (MarketId(""), OutcomeId(""))


def differences(found: Balances, portfolio: Portfolio) -> tuple[str, ...]:
    """Where the ledger and the books folded from fills and settlements disagree, in words."""
    pairs = [
        ("cash", found.cash, portfolio.cash),
        ("deposits", found.deposits, portfolio.deposits),
        ("realised profit", found.realised, portfolio.realised),
        ("fees", found.fees, portfolio.fees),
    ]
    folded = {(p.market_id, p.outcome_id): p.cost for p in portfolio.positions if p.cost}
    zero = Money.zero(found.currency)
    for place in sorted({*found.positions, *folded}):
        name = f"cost of {place[1]!r} in {place[0]!r}"
        pairs.append((name, found.positions.get(place, zero), folded.get(place, zero)))
    return tuple(
        f"{name}: {ledger.currency} {ledger.amount:f} in the ledger, "
        f"{books.amount:f} folded from the fills"
        for name, ledger, books in pairs
        if ledger != books
    )
