"""What must be true before real money is traded, and each of it found out when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.fees import book_offers, purchase
from bayse_agent.domain.market import Level, OrderBook, OutcomeId, Quote
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import Declined, OrderId, Unresolved
from bayse_agent.domain.portfolio import Wallet
from bayse_agent.trading.preflight import Check, preflight
from tests.trading.stages import NGN, Venue, stage


async def checks(folder: Path, venue: type[Venue] = Venue, skew_s: float = 0.0) -> dict[str, Check]:
    async with stage(folder, venue) as s:
        found = await preflight(s.agent, skew_s=skew_s)
        assert s.venue.placed == []
        return {check.name: check for check in found}


def failed(found: dict[str, Check]) -> list[str]:
    return [name for name, check in found.items() if not check.is_passed]


async def test_preflight_when_all_is_well_then_every_check_passes(tmp_path: Path) -> None:
    found = await checks(tmp_path)
    assert list(found) == ["signature", "balance", "fee", "books", "clock"]
    assert failed(found) == []


@pytest.mark.parametrize(("skew_s", "is_passed"), [(-30.0, True), (30.1, False), (-3600.0, False)])
async def test_preflight_when_the_clocks_differ_then_thirty_seconds_are_allowed(
    tmp_path: Path, skew_s: float, is_passed: bool
) -> None:
    assert (await checks(tmp_path, skew_s=skew_s))["clock"].is_passed is is_passed


class WrongKey(Venue):
    async def cancel(self, order_id: OrderId) -> Declined:
        return Declined(status=401, code="unauthorized", message="bad signature")


class Silent(Venue):
    async def cancel(self, order_id: OrderId) -> Unresolved:
        return Unresolved(reason="no answer")


class Empty(Venue):
    async def wallets(self) -> tuple[Wallet, ...]:
        return (Wallet(available=Money.zero(NGN), pending=Money.zero(NGN)),)


class Away(Venue):
    async def wallets(self) -> tuple[Wallet, ...]:
        raise VenueUnreachable("connection refused")


class Dear(Venue):
    """Its fee is twice ours, and what is left buys less."""

    async def quote(self, **asked: Any) -> Quote:
        quote = await super().quote(**asked)
        left = quote.amount - quote.fee.amount
        shares = Shares(quote.shares * (left - quote.fee.amount) / left)
        return replace(quote, fee=quote.fee * Decimal(2), shares=shares)


class Thin(Venue):
    """Every book has a little at a good price, and the rest far behind it."""

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        asks = (_level("0.30", "1.42"), _level("0.99", "5"))
        found = await super().books(outcome_ids, currency=currency, depth=depth)
        return tuple(replace(book, asks=asks) for book in found)

    async def quote(self, **asked: Any) -> Quote:
        quote = await super().quote(**asked)
        (book,) = await self.books([quote.outcome_id], currency=quote.currency)
        stake = Money(quote.amount, quote.currency)
        bought = purchase(book_offers(book, Decimal("0.10")), stake)
        assert bought is not None
        average = Price(bought.average_price.quantize(Decimal("0.000001")))
        return replace(quote, shares=bought.net, average_price=average, fee=bought.fee)


def _level(price: str, shares: str) -> Level:
    return Level(price=Price(Decimal(price)), shares=Shares(Decimal(shares)))


async def test_preflight_when_a_quote_takes_prices_far_apart_then_the_fee_is_right(
    tmp_path: Path,
) -> None:
    assert failed(await checks(tmp_path, Thin)) == []


class Moving(Venue):
    """Every book is another one by the time that it is read."""

    async def quote(self, **asked: Any) -> Quote:
        quote = await super().quote(**asked)
        return replace(quote, shares=Shares(quote.shares * Decimal("0.8")))


async def test_preflight_when_every_book_moves_then_no_fee_is_believed(tmp_path: Path) -> None:
    found = await checks(tmp_path, Moving)
    assert failed(found) == ["fee"]
    assert "no market" in found["fee"].detail


@pytest.mark.parametrize(
    ("venue", "names"),
    [
        (WrongKey, ["signature"]),
        (Silent, ["signature"]),
        (Empty, ["balance", "books"]),
        (Away, ["balance", "books"]),
        (Dear, ["fee"]),
    ],
)
async def test_preflight_when_something_is_wrong_then_that_is_named(
    tmp_path: Path, venue: type[Venue], names: list[str]
) -> None:
    assert failed(await checks(tmp_path, venue)) == names
