"""Proposals and books that the reviews of these tests begin with: sound, until one thing is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bayse_agent.domain.books import Books, Entry, Equity, Outcome, Tags
from bayse_agent.domain.decision import Bet, ByHand, Exit, Proposal, Reason
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price, shares
from bayse_agent.domain.order import Buy, Intent, IntentId, Sell
from bayse_agent.domain.portfolio import Portfolio, Position
from bayse_agent.domain.risk import Limits, Refused, review
from tests.builders import MARKET_ID, NOON, UP, a_context, a_portfolio, some_books, some_tags

LIMITS = Limits()
LOOSE = Limits(
    max_stake={one: Money.of("1e14", one) for one in Currency},
    reserve=Decimal(0),
    max_exposure=Decimal(1),
    max_market_part=Decimal(1),
    max_event_part=Decimal(1),
    max_series_part=Decimal(1),
    max_cluster_part=Decimal(1),
    max_daily_stake_part=Decimal(1),
    max_daily_loss_part=Decimal(1),
    max_drawdown_part=Decimal(1),
    max_losing_streak=1000,
    max_open_markets=1000,
    max_entries_per_market=1000,
    trades_per_hour=1000,
    trades_per_day=1000,
    max_orders_per_minute=1000,
    min_depth=Decimal(0),
)
"""Money and pace unlimited, so that one limit at a time can be put to the test."""

MONEY_CHECKS = (
    Reason.REFUSED_STAKE,
    Reason.REFUSED_RESERVE,
    Reason.REFUSED_FLOOR,
    Reason.REFUSED_EXPOSURE,
    Reason.REFUSED_MARKET_PART,
    Reason.REFUSED_EVENT_PART,
    Reason.REFUSED_SERIES_PART,
    Reason.REFUSED_CLUSTER_PART,
    Reason.REFUSED_DAILY_STAKE,
)


def naira(amount: str | int | Decimal) -> Money:
    return Money.of(amount, Currency.NGN)


def a_bet(stake: str = "1000", currency: Currency = Currency.NGN, **changes: object) -> Bet:
    bet = Bet(
        wish=Buy(
            market_id=MARKET_ID,
            outcome_id=UP,
            stake=Money.of(stake, currency),
            worst_price=Price(Decimal("0.51")),
        ),
        forecast_id="forecast-1",
        forecast_made_at=NOON,
        probability=0.60,
        belief=0.57,
        standard_error=0.02,
        market_price=Decimal("0.50"),
        effective_price=Decimal("0.52"),
        edge=Decimal("0.05"),
        raw_edge=Decimal("0.08"),
        confidence=99.0,
    )
    return replace(bet, **changes)  # type: ignore[arg-type]


def at_price(price: str) -> Bet:
    """A bet with a worst price, and a case that is sound there."""
    chance, cost = min(1.0, float(price) + 0.1), Decimal(price)
    return a_bet(
        wish=replace(a_bet().wish, worst_price=Price(cost)),
        probability=chance,
        belief=chance,
        standard_error=0.0,
        effective_price=cost,
        edge=Decimal("0.02"),
        raw_edge=Decimal("0.02"),
    )


def by_hand(stake: str = "1000") -> ByHand:
    return ByHand(wish=a_bet(stake).wish, forecast_id="forecast-1", asked_by="ada")


def an_exit(count: str = "3", **changes: object) -> Exit:
    wish = Sell(
        market_id=MARKET_ID,
        outcome_id=UP,
        shares=shares(count),
        currency=Currency.NGN,
        worst_price=Price(Decimal("0.01")),
    )
    return Exit(wish=replace(wish, **changes), forecast_id=None, cause="")  # type: ignore[arg-type]


def an_order(wish: Buy | Sell, name: str = "intent-1") -> Intent:
    return Intent(
        id=IntentId(name),
        event_id=EventId("event-1"),
        market_id=wish.market_id,
        engine=Engine.CLOB,
        wish=wish,
        forecast_id=None,
        created_at=NOON,
    )


def with_an_order(stake: str, deposits: str = "10000", market: str = "elsewhere") -> Portfolio:
    """Cash, and one buy that is out."""
    wish = replace(a_bet(stake).wish, market_id=MarketId(market))
    return replace(a_portfolio(deposits), live=(an_order(wish),))


def holding(*markets: str, cost: str = "1000", deposits: str = "100000") -> Portfolio:
    """Ten shares of Up in each market, at that cost each; the rest in cash."""
    empty = a_portfolio(deposits)
    positions = tuple(
        Position(market_id=MarketId(name), outcome_id=UP, shares=shares(10), cost=naira(cost))
        for name in markets
    )
    return replace(empty, positions=positions, cash=empty.cash - naira(cost) * len(markets))


def tagged(books: Books, **tags: Tags) -> Books:
    """The books, with what some of their markets belong to."""
    known: dict[MarketId, Tags] = dict(books.tags)
    known |= {MarketId(name): each for name, each in tags.items()}
    return replace(books, tags=known)


def tags_like(context: Context, **changes: object) -> Tags:
    """Tags that share nothing with a market but what is named."""
    tags = replace(some_tags("far"), closes_at=context.event.closes_at)
    return replace(tags, **changes)  # type: ignore[arg-type]


def entries(
    *seconds_ago: float, stake: str = "100", market: str = "elsewhere", now: datetime = NOON
) -> tuple[Entry, ...]:
    """Buys, that long before now."""
    return tuple(
        Entry(
            intent_id=IntentId(f"entry-{number}"),
            market_id=MarketId(market),
            outcome_id=OutcomeId("up"),
            stake=naira(stake),
            at=now - timedelta(seconds=ago),
        )
        for number, ago in enumerate(seconds_ago)
    )


def outcomes(*profits: int, seconds_ago: float = 60, now: datetime = NOON) -> tuple[Outcome, ...]:
    """Results, oldest first, the last one that long before now and the others a minute apart."""
    last = now - timedelta(seconds=seconds_ago)
    return tuple(
        Outcome(
            market_id=MarketId(f"ended-{number}"),
            profit=naira(profit),
            at=last - timedelta(minutes=len(profits) - 1 - number),
        )
        for number, profit in enumerate(profits)
    )


def equity(*values: int, wallet: int | None = None) -> tuple[Equity, ...]:
    """Valuations, oldest first; the venue holds as much cash as there is value, or as is said."""
    return tuple(
        Equity(
            at=NOON - timedelta(minutes=len(values) - number),
            value=naira(value),
            cash=naira(value),
            wallet=naira(value if wallet is None else wallet),
        )
        for number, value in enumerate(values)
    )


def refusals(
    proposal: Proposal | None = None,
    *,
    context: Context | None = None,
    books: Books | None = None,
    limits: Limits = LIMITS,
) -> list[Reason]:
    """Why a review refuses; empty when it approves."""
    verdict = review(proposal or a_bet(), context or a_context(), books or some_books(), limits)
    return [one.check for one in verdict.reasons] if isinstance(verdict, Refused) else []


def within(limits: Limits = LOOSE, **changes: object) -> Limits:
    """Loose limits but for those named."""
    return replace(limits, **changes)  # type: ignore[arg-type]


def only_money(reasons: Iterable[Reason]) -> list[Reason]:
    return [reason for reason in reasons if reason in MONEY_CHECKS]
