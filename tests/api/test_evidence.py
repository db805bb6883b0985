"""Searching what was retrieved, over HTTP: lists, tables, one piece, and what was left out."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from bayse_agent.domain.access import Scope
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Evidence
from bayse_agent.domain.journal import Look
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.news import News, kept_of
from tests.api.stage import Stage
from tests.builders import a_forecast

_HOSTILE = "=cmd|' /C calc'!A0<script>alert(1)</script>"


@pytest.fixture
async def reading(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """A look in the books that rests on three pieces, and left some out."""
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    now = stage.parts.clock.now()
    market = MarketId((await client.get("/followed")).json()[0]["id"])
    lines = tuple(
        Evidence(
            snippet_id=f"piece-{number}",
            url=f"https://ledger.example/{number}",
            domain="ledger.example",
            title=_HOSTILE,
            published_at=now - timedelta(hours=number),
            retrieved_at=now,
            found_by="feeds",
            claim="a claim",
            quote="a quote",
            stance=1,
            contribution=0.2 if number else 0.0,
        )
        for number in range(3)
    )
    forecast = replace(a_forecast(0.6), id="told", market_id=market, evidence=lines, made_at=now)
    news = News(told=("left out: 2 too old",), left_out={"too old": 2})
    look = Look(
        market_id=market, at=now, reason=Reason.NO_EDGE, forecast=forecast, inputs=kept_of(news)
    )
    await stage.parts.store.add_looks([look])
    yield client
    await client.aclose()


async def _json(client: httpx2.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_evidence_when_listed_then_pages_follow_one_another(
    reading: httpx2.AsyncClient,
) -> None:
    whole = (await _json(reading, "/evidence"))["items"]
    assert [one["id"] for one in whole] == ["piece-2", "piece-1", "piece-0"]
    assert {one["publisher"] for one in whole} == {"ledger.example"}
    first = await _json(reading, "/evidence", limit=2)
    second = await _json(reading, "/evidence", limit=2, before=first["next"])
    assert first["items"] + second["items"] == whole
    assert second["next"] is None
    assert (await _json(reading, "/evidence", status="quoted"))["items"] == whole[2:]
    assert (await _json(reading, "/evidence", q="ALERT(1)"))["items"] == whole


async def test_evidence_when_asked_for_as_a_table_then_formulas_are_only_text(
    reading: httpx2.AsyncClient,
) -> None:
    answer = await reading.get("/evidence", params={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["id"] for row in rows] == ["piece-2", "piece-1", "piece-0"]
    assert rows[0]["title"] == f"'{_HOSTILE}"


async def test_piece_when_asked_for_then_its_uses_lead_to_decisions(
    reading: httpx2.AsyncClient,
) -> None:
    found = await _json(reading, "/evidence/piece-1")
    (use,) = found["uses"]
    assert use["forecast_id"] == found["piece"]["forecast_id"] == "told"
    look = await _json(reading, f"/decisions/{use['decision']}")
    assert look["forecast_id"] == "told"
    assert look["inputs"]["news_left_out"] == "too old=2"


async def test_left_out_when_asked_then_it_is_counted_by_reason(
    reading: httpx2.AsyncClient,
) -> None:
    found = await _json(reading, "/evidence/left-out")
    assert found["reasons"] == [{"name": "too old", "count": 2}]
    # What was read is not told where nothing was.
    assert found["looks"] == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"before": "yesterday"}, 422),
        ({"before": "2026-06-10T12:00:00~x"}, 422),
        ({"before": "0001-01-01T00:00:00+14:00~x"}, 200),
        ({"since": "0001-01-01T00:00:00+14:00"}, 200),
        ({"since": "9999-12-31T23:59:59-14:00"}, 200),
        ({"status": "believed"}, 422),
        ({"q": "a\x00b%_\\"}, 200),
    ],
)
async def test_evidence_when_asked_in_strange_ways_then_never_a_fault_of_ours(
    reading: httpx2.AsyncClient, query: dict[str, str], status: int
) -> None:
    assert (await reading.get("/evidence", params=query)).status_code == status


async def test_things_when_asked_since_the_first_or_last_of_years_then_they_answer(
    reading: httpx2.AsyncClient,
) -> None:
    for path in ("/decisions/funnel", "/decisions", "/equity", "/evidence/left-out"):
        for since in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            answer = await reading.get(path, params={"since": since})
            assert answer.status_code == 200, (path, since, answer.text)
    answer = await reading.get("/evidence/nothing")
    assert answer.status_code == 404
