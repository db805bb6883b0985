"""What is drawn over a market, over books of a real run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.store.reading.charting import thinned
from bayse_agent.api.app import create_app
from bayse_agent.domain.access import Scope
from tests.api.stage import Stage, fast_passwords


@pytest.fixture
async def reading(stage: Stage) -> httpx2.AsyncClient:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    return client


async def _json(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


async def test_chart_when_read_then_it_has_our_fills_forecasts_and_the_window(
    reading: httpx2.AsyncClient,
) -> None:
    fills = (await _json(reading, "/fills?limit=200"))["items"]
    for market_id in {one["market_id"] for one in fills}:
        found = await _json(reading, f"/followed/{market_id}/chart?points=50")
        mine = sorted(one["at"] for one in fills if one["market_id"] == market_id)
        assert [one["at"] for one in found["fills"]] == mine
        assert found["fills_left_out"] == 0
        for one in found["fills"]:
            is_first = one["outcome_id"] == found["market"]["outcome1_id"]
            price = Decimal(one["price"])
            assert Decimal(one["price1"]) == (price if is_first else 1 - price)
        times = [one["at"] for one in found["forecasts"]]
        assert times == sorted(times)
        assert 0 < len(times) <= 50
        asset = found["underlying"]
        assert asset["symbol"] == found["market"]["symbol"]
        assert Decimal(asset["threshold"]) > 0
        assert 0 < len(asset["points"]) <= 50
        moments = [one["at"] for one in asset["points"]]
        assert moments == sorted(set(moments))
        assert max(moments) <= found["market"]["closes_at"]


async def test_chart_when_books_were_seen_then_it_has_their_prices(
    reading: httpx2.AsyncClient,
) -> None:
    markets = {one["market_id"] for one in (await _json(reading, "/decisions"))["items"]}
    found = [await _json(reading, f"/followed/{one}/chart?points=2") for one in sorted(markets)]
    assert any(one["prices"] for one in found)
    for one in found:
        assert len(one["prices"]) <= 2


async def test_chart_when_there_is_no_feed_or_no_market_then_it_says_so(stage: Stage) -> None:
    app = create_app(replace(stage.parts, feed=None), passwords=fast_passwords())
    client = replace(stage, app=app).client()
    client.headers.update(await stage.bearer(Scope.READ))
    held = (await _json(client, "/positions"))[0]
    found = await _json(client, f"/followed/{held['market_id']}/chart")
    assert found["underlying"]["points"] == []
    assert (await client.get("/followed/nothing/chart")).status_code == 404


@given(rows=st.lists(st.integers()), most=st.integers(min_value=2, max_value=20))
def test_rows_when_thinned_then_few_are_left_in_order_with_the_ends(
    rows: list[int], most: int
) -> None:
    places = list(range(len(rows)))
    found = thinned(places, most)
    assert len(found) == min(len(rows), most)
    assert list(found) == sorted(set(found))
    if rows:
        assert (found[0], found[-1]) == (0, len(rows) - 1)
