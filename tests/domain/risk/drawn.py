"""Drawn books and limits, and one thing at a time spoiled in what a review is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bayse_agent.domain.books import Books, Tags
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.market import EventId, MarketId, SeriesSlug, Symbol
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Limits
from tests.builders import BTC, MARKET_ID, NOON, a_portfolio, an_event, some_books
from tests.domain.risk.cases import (
    a_bet,
    an_order,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    within,
)

PARTS = (
    "reserve",
    "max_exposure",
    "max_market_part",
    "max_event_part",
    "max_series_part",
    "max_cluster_part",
    "max_daily_stake_part",
)

kobo = st.integers(min_value=0, max_value=10_000_000).map(lambda n: Decimal(n) / 100)
parts = st.decimals(min_value=0, max_value=1, places=3)


@st.composite
def tags(draw: st.DrawFn) -> Tags:
    """What another market belongs to: now and then, to the same as this one."""
    event = an_event()
    closes = st.sampled_from([None, *(NOON + timedelta(minutes=m) for m in (-55, 10, 70, 71))])
    return Tags(
        event_id=draw(st.sampled_from([event.id, EventId("another")])),
        category=None,
        series=draw(st.sampled_from([None, event.series, SeriesSlug("another")])),
        symbol=draw(st.sampled_from([None, BTC, Symbol("ETHUSDT")])),
        closes_at=draw(closes),
    )


@st.composite
def some_books_drawn(draw: st.DrawFn, held: tuple[str, ...] = ("a", "b", MARKET_ID)) -> Books:
    """Books with positions, orders and entries of any size, and a wallet that may differ."""
    markets = draw(st.lists(st.sampled_from(held), unique=True))
    portfolio = replace(a_portfolio(), cash=naira(draw(kobo)), positions=())
    for market in markets:
        position = holding(market).positions[0]
        cost = naira(draw(kobo) / 10)
        positions = (*portfolio.positions, replace(position, cost=cost))
        portfolio = replace(portfolio, positions=positions)
    stakes = draw(st.lists(kobo, max_size=2))
    wishes = (
        replace(a_bet().wish, market_id=MarketId(f"order-{n}"), stake=naira(stake / 10))
        for n, stake in enumerate(stakes)
    )
    live = tuple(an_order(wish, f"intent-{n}") for n, wish in enumerate(wishes))
    books = some_books(replace(portfolio, live=live))
    ago = draw(st.lists(st.floats(min_value=0, max_value=170_000), max_size=3))
    wallets = draw(st.lists(st.integers(min_value=0, max_value=100_000), max_size=2))
    return replace(
        books,
        tags={market: draw(tags()) for market in books.tags},
        entries=entries(*ago, stake=str(draw(kobo) / 10)),
        equity=equity(*wallets),
    )


@st.composite
def money_limits(draw: st.DrawFn) -> Limits:
    """Limits in money of any tightness, and nothing else that refuses."""
    chosen: dict[str, Any] = {name: draw(parts) for name in PARTS}
    return within(
        **chosen,
        max_stake={Currency.NGN: naira(draw(kobo))},
        balance_floor={Currency.NGN: naira(draw(kobo) / 100)},
    )


def busy_books() -> Books:
    """Books with something in every field, that a sound bet may still be made on."""
    held = holding("near", deposits="100000")
    live = (an_order(replace(a_bet("100").wish, market_id=MarketId("ordered"))),)
    return replace(
        some_books(replace(held, live=live)),
        state=TradingState.ARMED,
        entries=entries(60, 7200),
        outcomes=outcomes(-5, 7),
        sent_at=(NOON,),
        equity=equity(99_000, 100_000, 100_000),
        peak=naira(100_000),
    )


def forged(amount: Any, currency: Any = Currency.NGN) -> Money:
    """Money that could not be made honestly."""
    money = Money(Decimal(1), Currency.NGN)
    object.__setattr__(money, "amount", amount)
    object.__setattr__(money, "currency", currency)
    return money


GARBAGE: tuple[Any, ...] = (
    None,
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("-Infinity"),
    Decimal("1e999999"),
    Decimal("-1e999999"),
    Decimal("1e-999999"),
    float("nan"),
    float("-inf"),
    1e308,
    10**400,
    -1,
    True,
    "",
    "NaN",
    b"\x00",
    (),
    (None,),
    {},
    object(),
    datetime(2026, 6, 10, 12),  # noqa: DTZ001
    datetime.max.replace(tzinfo=UTC),
    forged(Decimal("NaN")),
    forged(Decimal("1e999999")),
    forged(Decimal(1), Currency.USD),
    forged(None),
    forged(Decimal(1), None),
)


def places_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a value made of dataclasses and tuples, by its path."""
    if path:
        yield path
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from places_in(getattr(value, one.name), (*path, one.name))
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from places_in(each, (*path, index))


def spoiled(value: Any, path: tuple[str | int, ...], garbage: Any) -> Any:
    """The value with something else at a place, past every check of its parts."""
    if not path:
        return garbage
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return tuple(
            spoiled(each, rest, garbage) if index == step else each
            for index, each in enumerate(value)
        )
    copy = object.__new__(type(value))
    for one in fields(value):
        object.__setattr__(copy, one.name, getattr(value, one.name))
    object.__setattr__(copy, step, spoiled(getattr(value, step), rest, garbage))
    return copy
