"""A trade by hand before it is one: what it would cost and bring, and what would refuse it.

Nothing is sent, reserved or remembered by it. The trade itself is made of the same ticket and held
to the same review, so that what was told is what would happen, as long as prices stand still.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bayse_agent.domain import risk
from bayse_agent.domain.decision import ByHand, Reason
from bayse_agent.domain.errors import CommandRefused, VenueRejected
from bayse_agent.domain.fees import Purchase, book_offers, fee_fraction, purchase
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, EventId, MarketId, OrderBook, OutcomeId, Quote, Side
from bayse_agent.domain.money import ZERO, Money, Price, Shares
from bayse_agent.domain.order import Buy
from bayse_agent.domain.risk.limits import LARGEST
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.reconciliation import is_fenced
from bayse_agent.trading.research import context_of

_SLIP = Decimal("1.02")
"""How much dearer than quoted a formula market may become before a trade by hand is not sent."""
_DEAREST = Decimal("0.99")
_SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A buy as it would go out now, and what of it would be bought at its worst price or better.

    `shares`: kept after the fee. All are zero where nothing is offered at that price; a `fee` of
    None is inside the price, and not known.
    """

    wish: Buy
    context: Context
    cash: Money
    shares: Shares
    fee: Money | None
    average_price: Decimal

    @property
    def break_even(self) -> Decimal | None:
        """The chance of winning at which nothing would be earned."""
        if self.shares <= ZERO:
            return None
        return self.cash.amount / (self.shares * self.cash.currency.payout)


async def ticket(
    agent: Agent, context: Context, outcome_id: str, stake: Decimal, worst_price: Decimal | None
) -> Ticket:
    """The buy that a stake makes; without a worst price, at what the market asks for all of it.

    Raises CommandRefused where there is no such outcome, or nothing is offered.
    """
    outcome = context.market.outcome(OutcomeId(outcome_id))
    if outcome is None:
        raise CommandRefused(f"market {context.market.id!r} has no outcome {outcome_id!r}")
    money = Money(stake, agent.habits.currency)
    bound = None if worst_price is None else Price(worst_price)
    if context.event.engine is Engine.AMM:
        priced = await with_quote(agent, context, outcome.id, Side.BUY, stake)
        return _against_formula(priced, priced.quotes[-1], money, bound)
    books = (context.book1, context.book2)
    book = next((b for b in books if b is not None and b.outcome_id == outcome.id), None)
    if book is None or context.market.fee_rate is None:
        raise CommandRefused("nothing is offered there now")
    return _in_book(context, book, context.market.fee_rate, money, bound)


async def quote_trade(
    agent: Agent,
    *,
    event_id: str,
    market_id: str,
    outcome_id: str,
    stake: Decimal,
    worst_price: Decimal | None,
    by: str,
) -> Mapping[str, str]:
    """What a trade by hand would be now. Raises VenueError, CommandRefused as the trade would."""
    context = await context_of(agent, EventId(event_id), MarketId(market_id))
    found = await ticket(agent, context, outcome_id, stake, worst_price)
    now = agent.clock.now()
    proposal = ByHand(wish=found.wish, forecast_id=None, asked_by=by)
    books = await agent.store.books(agent.habits.currency)
    limits = await agent.store.limits()
    verdict = risk.review(proposal, replace(found.context, now=now), books, limits)
    refusals = verdict.reasons if isinstance(verdict, risk.Refused) else ()
    told: list[Mapping[str, object]] = [
        {"check": one.check.value, "numbers": dict(one.inputs), "limit": one.limit}
        for one in refusals
    ]
    if await is_fenced(agent, found.wish.market_id):
        told.insert(0, _note(Reason.REFUSED_MARKET_HELD, "an order that was lost could turn up"))
    if found.shares <= ZERO:
        told.append(_note(Reason.UNFILLED, f"nothing at {found.wish.worst_price} or better"))
    return {
        **_figures(found),
        "as_of": now.isoformat(),
        "outcome": "refused" if told else "would be sent",
        "refusals": json.dumps(told),
    }


async def with_quote(
    agent: Agent, context: Context, outcome_id: OutcomeId, side: Side, amount: Decimal
) -> Context:
    """The context with what a formula market asks or offers. Raises CommandRefused without."""
    try:
        quote: Quote = await agent.market_data.quote(
            event_id=context.event.id,
            market_id=context.market.id,
            outcome_id=outcome_id,
            side=side,
            amount=amount,
            currency=agent.habits.currency,
        )
    except VenueRejected as error:
        raise CommandRefused(f"the venue quotes no price: {error}") from error
    return replace(context, quotes=(*context.quotes, quote), now=agent.clock.now())


def _against_formula(context: Context, quote: Quote, stake: Money, bound: Price | None) -> Ticket:
    dearer = Price(min(quote.average_price * _SLIP, _DEAREST).quantize(_SHOWN))
    worst = dearer if bound is None else bound
    fills = quote.is_complete and not quote.exceeds_liability and quote.average_price <= worst
    nothing = Money.zero(stake.currency)
    return Ticket(
        wish=_wish(context, quote.outcome_id, stake, worst),
        context=context,
        cash=stake if fills else nothing,
        shares=quote.shares if fills else Shares(ZERO),
        fee=_fee_inside(context, quote, stake) if fills else nothing,
        average_price=quote.average_price if fills else ZERO,
    )


def _fee_inside(context: Context, quote: Quote, stake: Money) -> Money | None:
    """The fee that is in a formula's price, of which its quotes tell nothing: by the venue's curve
    at the price before the trade. None where the rate is not known.
    """
    rate = context.market.fee_rate
    if quote.fee or rate is None:
        return quote.fee or None
    return stake * fee_fraction(quote.market_price, rate)


def _in_book(
    context: Context, book: OrderBook, rate: Decimal, stake: Money, bound: Price | None
) -> Ticket:
    offers = book_offers(book, rate)
    whole = purchase(offers, stake)
    if whole is None:
        raise CommandRefused("nothing is offered there now")
    worst = whole.worst_price if bound is None else bound
    bought: Purchase | None = purchase([one for one in offers if one.price <= worst], stake)
    nothing = Money.zero(stake.currency)
    return Ticket(
        wish=_wish(context, book.outcome_id, stake, worst),
        context=context,
        cash=nothing if bought is None else bought.cash,
        shares=Shares(ZERO) if bought is None else bought.net,
        fee=nothing if bought is None else bought.fee,
        average_price=ZERO if bought is None else bought.average_price,
    )


def _wish(context: Context, outcome_id: OutcomeId, stake: Money, worst: Price) -> Buy:
    return Buy(market_id=context.market.id, outcome_id=outcome_id, stake=stake, worst_price=worst)


def _figures(found: Ticket) -> dict[str, str]:
    """The ticket in numbers: `payout` if it wins, and `gain`, which is that less what it costs."""
    payout = found.shares * found.cash.currency.payout
    even, price = found.break_even, found.context.market_price
    is_first = found.wish.outcome_id == found.context.market.outcome1.id
    market_price = price if price is None or is_first else 1 - price
    numbers = {
        "stake": found.wish.stake.amount,
        "cash": found.cash.amount,
        "shares": found.shares,
        "average_price": found.average_price,
        "worst_price": found.wish.worst_price,
        "payout": payout,
        "gain": payout - found.cash.amount,
    }
    told = {name: _text(number) for name, number in numbers.items()}
    told |= {} if found.fee is None else {"fee": _text(found.fee.amount)}
    told |= {} if even is None else {"break_even": _text(even)}
    told |= {} if market_price is None else {"market_price": _text(market_price)}
    return {
        **told,
        "currency": found.cash.currency.value,
        "engine": found.context.event.engine.value,
    }


def _text(number: Decimal) -> str:
    is_shown = abs(number) < LARGEST
    return f"{number.quantize(_SHOWN).normalize() if is_shown else number:f}"


def _note(check: Reason, limit: str) -> Mapping[str, object]:
    return {"check": check.value, "numbers": {}, "limit": limit}
