"""What a trade really costs: the venue's fee curve, break-even prices, and walking a book.

The taker pays `rate x shares x price x max(1 - price, floor)`: a buyer in shares, a seller out of
the proceeds, on each level by itself. The price passed around here is the gross one of the book;
the break-even price is what one share that is kept has cost, as the venue documents it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import islice

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Level, OrderBook, Quote, Side
from bayse_agent.domain.money import ONE, ZERO, Currency, Money, Price, Shares, cost_of

FLOOR = Decimal("0.5")
"""The fee never counts less than half a payout of risk, however sure the outcome."""
_SHARES_TOLERANCE = Decimal("0.01")
"""How far the shares of a sell quote may be from the number that was asked with."""


def fee_fraction(price: Price, rate: Decimal, floor: Decimal = FLOOR) -> Decimal:
    """Fee as a part of the trade's value: rate x max(1 - price, floor).

    Rate 0.10 at price 0.30 is 0.070, at 0.50 and above 0.050. Raises InvalidValue when the rate
    is outside [0, 1) or the floor outside [0, 1].
    """
    if not (rate.is_finite() and ZERO <= rate < ONE and floor.is_finite() and ZERO <= floor <= ONE):
        raise InvalidValue(f"fee rate {rate!r} with floor {floor!r}")
    return rate * max(ONE - price, floor)


def break_even_price(price: Price, rate: Decimal, floor: Decimal = FLOOR) -> Decimal:
    """Chance of winning at which a buy at that price earns nothing: price / (1 - fee fraction).

    0.30 at rate 0.10 is 0.32258. Above 1 when no chance is enough (0.99 at rate 0.10).
    """
    return price / (ONE - fee_fraction(price, rate, floor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something to buy: at `price` gross, `break_even` with the fee, for up to `depth` of cash."""

    price: Price
    break_even: Decimal
    depth: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What a stake buys: `cash` of it is spent, `net` of the `gross` shares are kept."""

    cash: Money
    gross: Shares
    net: Shares
    fee: Money
    worst_price: Price

    @property
    def average_price(self) -> Decimal:
        """Cash for one gross share, in parts of its payout."""
        return self.cash.amount / (self.gross * self.cash.currency.payout)

    @property
    def effective_price(self) -> Decimal:
        """Cash for one share that is kept: the break-even chance of the whole purchase."""
        return self.cash.amount / (self.net * self.cash.currency.payout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """A wish to buy from us: at `price` gross, of which `net` is left after the fee, for up to
    `shares`. Both are parts of a share's payout.
    """

    price: Price
    net: Decimal
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What shares bring: `shares` of them are sold for `cash`, after `fee`."""

    shares: Shares
    cash: Money
    fee: Money
    worst_price: Price

    @property
    def average_price(self) -> Decimal:
        """Cash for one share before the fee, in parts of its payout."""
        return (self.cash + self.fee).amount / (self.shares * self.cash.currency.payout)

    @property
    def effective_price(self) -> Decimal:
        """Cash for one share after the fee, in parts of its payout."""
        return self.cash.amount / (self.shares * self.cash.currency.payout)


def book_offers(
    book: OrderBook, rate: Decimal, floor: Decimal = FLOOR, *, most: int | None = None
) -> tuple[Offer, ...]:
    """The asks of a book, best first, as a taker meets them: all of them, or at most so many."""
    return tuple(
        Offer(
            price=level.price,
            break_even=break_even_price(level.price, rate, floor),
            depth=cost_of(level.shares, level.price, book.currency),
        )
        for level in islice(filter(_is_tradable, book.asks), most)
    )


def quoted_offers(quotes: Iterable[Quote]) -> tuple[Offer, ...]:
    """Buy quotes of one outcome at rising amounts, as steps of a ladder, best first.

    A quote has its fee inside, so price and break-even are the same. A formula gets dearer with
    every share, so a part of a step never costs more than the step's own price; nothing is known
    beyond the largest amount that was quoted. Quotes that would not fill are left out.
    """
    steps: list[Offer] = []
    cash, count = ZERO, ZERO
    for quote in sorted(quotes, key=lambda one: one.amount):
        more_cash, more = quote.amount - cash, quote.shares - count
        if not _can_fill(quote) or more_cash <= ZERO or more <= ZERO:
            continue
        at = more_cash / (more * quote.currency.payout)
        if at >= ONE or (steps and at < steps[-1].price):
            break
        depth = Money(more_cash, quote.currency)
        steps.append(Offer(price=Price(at), break_even=at, depth=depth))
        cash, count = quote.amount, Decimal(quote.shares)
    return tuple(steps)


def _can_fill(quote: Quote) -> bool:
    return quote.side is Side.BUY and quote.is_complete and not quote.exceeds_liability


def _is_tradable(level: Level) -> bool:
    return ZERO < level.price < ONE and level.shares > ZERO


def purchase(offers: Sequence[Offer], stake: Money) -> Purchase | None:
    """Spend a stake on offers, best first; None when nothing can be bought.

    USD 100 on 1,000 shares at 0.30 with rate 0.10: 333.33 gross, 310.00 kept, effective 0.32258.
    """
    payout = stake.currency.payout
    left, fee = stake, Money.zero(stake.currency)
    gross, net = ZERO, ZERO
    worst: Price | None = None
    for offer in offers:
        spent = min(left, offer.depth)
        if spent.amount <= ZERO:
            break
        left -= spent
        gross += spent.amount / (offer.price * payout)
        net += spent.amount / (offer.break_even * payout)
        fee += spent * (ONE - offer.price / offer.break_even)
        worst = offer.price
    if worst is None:
        return None
    return Purchase(
        cash=stake - left,
        gross=Shares(gross),
        net=Shares(net),
        fee=fee,
        worst_price=worst,
    )


def depth_within(offers: Sequence[Offer], bound: Decimal, currency: Currency) -> Money:
    """The largest stake of which every share breaks even at `bound` or below, rounded down.

    The purchase as a whole then breaks even at or below it too.
    """
    total = Money.zero(currency)
    for offer in offers:
        if offer.break_even > bound:
            break
        total += offer.depth
    return total.rounded_down()


def book_bids(book: OrderBook, rate: Decimal, floor: Decimal = FLOOR) -> tuple[Bid, ...]:
    """The bids of a book, best first, as a taker meets them.

    A bid of 0.50 at rate 0.10 leaves 0.475 a share.
    """
    return tuple(
        Bid(
            price=level.price,
            net=level.price * (ONE - fee_fraction(level.price, rate, floor)),
            shares=level.shares,
        )
        for level in filter(_is_tradable, book.bids)
    )


def quoted_bids(quotes: Iterable[Quote]) -> tuple[Bid, ...]:
    """Sell quotes of one outcome at rising numbers of shares, as steps of a ladder, best first.

    A quote has its fee inside. A formula pays less for every further share, so a part of a step
    never brings less a share than the step. 10 shares for NGN 500 and 20 for 900 are ten at 0.50
    and ten more at 0.40. Quotes that would not fill, and those that do not take the amount asked
    with for shares, are left out.
    """
    steps: list[Bid] = []
    cash, count = ZERO, ZERO
    for quote in sorted(quotes, key=lambda one: one.amount):
        more = quote.shares - count
        if not _can_take(quote) or more <= ZERO:
            continue
        worth = quote.average_price * quote.shares
        at = (worth - cash) / more
        if at <= ZERO or (steps and at > steps[-1].price):
            break
        steps.append(Bid(price=Price(at), net=at, shares=Shares(more)))
        cash, count = worth, Decimal(quote.shares)
    return tuple(steps)


def _can_take(quote: Quote) -> bool:
    can_fill = quote.is_complete and not quote.exceeds_liability
    is_in_shares = abs(quote.shares - quote.amount) <= quote.amount * _SHARES_TOLERANCE
    return quote.side is Side.SELL and can_fill and is_in_shares


def sale(book: OrderBook, count: Shares, rate: Decimal, floor: Decimal = FLOOR) -> Sale | None:
    """Sell shares into a book's bids, best first; None when nobody bids.

    10 shares at 0.50 with rate 0.10, in dollars: 5.00 less a fee of 0.25 is 4.75.
    """
    return sale_into(book_bids(book, rate, floor), count, book.currency)


def sale_into(bids: Sequence[Bid], count: Shares, currency: Currency) -> Sale | None:
    """Sell shares into bids, best first; None when there is nothing to sell into."""
    left, cash, fee = Decimal(count), ZERO, ZERO
    worst: Price | None = None
    for bid in bids:
        sold = min(left, bid.shares)
        if sold <= ZERO:
            break
        cash += sold * bid.net * currency.payout
        fee += sold * (bid.price - bid.net) * currency.payout
        left, worst = left - sold, bid.price
    if worst is None:
        return None
    return Sale(
        shares=Shares(count - left),
        cash=Money(cash, currency),
        fee=Money(fee, currency),
        worst_price=worst,
    )


def cut_to_tick(price: Decimal, tick: Decimal = Decimal("0.001")) -> Price:
    """The highest price on the venue's grid that is not above the given one."""
    return Price(max(ZERO, price.quantize(tick, ROUND_DOWN)))
