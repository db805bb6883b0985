"""What was earned, as it is told over books of a real run: all sums fit those of the ledger."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from bayse_agent.adapters.store.reading.profit_views import ProfitCause
from bayse_agent.domain.access import Scope
from tests.api.stage import Stage

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
