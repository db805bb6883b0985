"""What was earned, as it is told over books of a real run: all sums fit those of the ledger."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import httpx2
import pytest

from bayse_agent.adapters.store.reading import orders as order_queries
from bayse_agent.adapters.store.reading.profit_views import ProfitCause
from bayse_agent.api.offers import Offer, Offers
from bayse_agent.domain.access import Scope
from bayse_agent.domain.errors import VenueRejected, VenueUnreachable
from bayse_agent.domain.market import MarketId, OutcomeId, Quote, Side
from bayse_agent.domain.money import Currency, Money, Price, shares
from bayse_agent.ports import MarketData
from tests.api.stage import HandClock, Stage
from tests.builders import NOON

_SUMS = ("staked", "closed", "profit", "fees")


@pytest.fixture
async def reading(stage: Stage) -> httpx2.AsyncClient:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    return client


async def _json(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


async def test_profit_when_read_then_it_is_that_of_the_books(
    stage: Stage, reading: httpx2.AsyncClient
) -> None:
    told = await _json(reading, "/profit")
    money = await _json(reading, "/money")
    whole = told["all"]
    assert told["currency"] == "NGN"
    assert told["time_zone"] == (await stage.parts.store.limits()).time_zone
    assert Decimal(whole["realised"]) == Decimal(money["realised"]) != 0
    assert Decimal(whole["fees"]) == Decimal(money["fees"]) != 0
    assert Decimal(whole["profit"]) == Decimal(money["profit"])
    for period in (told["today"], told["week"], whole):
        assert Decimal(period["profit"]) == Decimal(period["realised"]) + Decimal(period["open"])
        assert 0 <= Decimal(period["drawdown_part"]) < 1
    # The run began today and is not an hour old.
    assert told["today"]["profit"] == told["week"]["profit"] == whole["profit"]
    assert told["week"]["since"] < told["today"]["since"] < whole["since"] < whole["until"]


@pytest.mark.parametrize("cause", ProfitCause)
async def test_causes_when_summed_then_they_are_the_whole(
    reading: httpx2.AsyncClient, cause: ProfitCause
) -> None:
    found = await _json(reading, f"/profit/by/{cause}")
    total = found["total"]
    whole = (await _json(reading, "/profit"))["all"]
    assert Decimal(total["profit"]) == Decimal(whole["realised"])
    assert Decimal(total["fees"]) == Decimal(whole["fees"])
    for name in _SUMS:
        rows = sum((Decimal(row[name]) for row in found["items"]), Decimal(0))
        assert rows == Decimal(total[name]), name
    for row in [*found["items"], total]:
        assert (row["win_rate"] is None) is (row["break_even"] is None) is (row["ended"] == 0)
        assert row["wins"] <= row["ended"] <= row["bets"]
        assert row["closing_lines"] <= row["bets"]
    table = await reading.get(f"/profit/by/{cause}", params={"format": "csv"})
    assert len(list(csv.DictReader(io.StringIO(table.text)))) == len(found["items"]) > 0


async def test_cause_when_it_is_none_then_422(reading: httpx2.AsyncClient) -> None:
    assert (await reading.get("/profit/by/weather")).status_code == 422


async def test_money_when_read_then_what_is_spent_kept_and_free_fits_together(
    stage: Stage, reading: httpx2.AsyncClient
) -> None:
    money = await _json(reading, "/money")
    bankroll = Decimal(money["bankroll"])
    assert bankroll == Decimal(money["cash"]) + Decimal(money["invested"])
    assert Decimal(money["deployed"]) == Decimal(money["invested"]) + Decimal(money["reserved"]) > 0
    part = (await stage.parts.store.limits()).reserve
    assert abs(Decimal(money["reserve"]) - bankroll * part) < Decimal("0.01")
    rest = bankroll - Decimal(money["reserve"]) - Decimal(money["deployed"])
    assert abs(Decimal(money["deployable"]) - rest) <= Decimal("0.02")


async def test_position_when_it_trades_against_a_formula_then_the_venue_says_what_it_brings(
    stage: Stage, reading: httpx2.AsyncClient
) -> None:
    found = await _json(reading, "/positions")
    formulas = [one for one in found if one["engine"] == "AMM"]
    assert formulas
    for one in formulas:
        quote = await stage.parts.market_data.quote(
            event_id=one["event_id"],
            market_id=MarketId(one["market_id"]),
            outcome_id=OutcomeId(one["outcome_id"]),
            side=Side.SELL,
            amount=Decimal(one["shares"]),
            currency=Currency.NGN,
        )
        brings = quote.average_price * quote.shares * 100
        assert abs(Decimal(one["value"]) - brings) < Decimal("0.001")
        assert Decimal(one["profit"]) == Decimal(one["value"]) - Decimal(one["cost"])
        assert (one["priced_by"], one["unknown"]) == ("quote", None)
        assert 0 <= one["age_s"] < 60
        entry, stop = Decimal(one["exits"]["entry"]), Decimal(one["exits"]["stop_loss"])
        assert stop == (entry * Decimal("0.65")).quantize(stop)
        assert one["exits"]["last_sale_at"] < one["closes_at"]


class _Quoting:
    """A venue that quotes what it is told to, and counts how often it was asked."""

    def __init__(self, *answers: Quote | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def quote(self, **_: object) -> Quote:
        self.asked += 1
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _sell_quote(count: str, price: str) -> Quote:
    return Quote(
        market_id=MarketId("m"),
        outcome_id=OutcomeId("o"),
        side=Side.SELL,
        currency=Currency.NGN,
        amount=Decimal(count),
        shares=shares(count),
        average_price=Price(Decimal(price)),
        market_price=Price(Decimal(price)),
        fee=Money.zero(Currency.NGN),
        is_complete=True,
        exceeds_liability=False,
        received_at=NOON,
    )


async def test_offers_when_the_venue_is_slow_or_away_then_the_last_one_is_told_with_its_time(
    stage: Stage, clock: HandClock
) -> None:
    portfolio = await stage.parts.store.portfolio(Currency.NGN)
    (held,) = await stage.parts.reader.ask(order_queries.positions(portfolio))
    venue = _Quoting(
        _sell_quote(str(held.shares), "0.5"),
        VenueUnreachable("away"),
        VenueRejected("no", status=400),
    )
    offers = Offers(replace(stage.parts, market_data=cast(MarketData, venue)))
    first = (await offers.of([held]))[held.outcome_id]
    assert isinstance(first, Offer)
    assert first.sale.cash.amount == held.shares * 50
    assert await offers.of([held]) == {held.outcome_id: first}
    assert venue.asked == 1
    clock.pass_s(60)
    assert await offers.of([held]) == {held.outcome_id: first}
    assert venue.asked == 2
    clock.pass_s(60)
    assert await offers.of([held]) == {held.outcome_id: "not_quoted"}
    assert await offers.of([]) == {}
