"""What can be read: every route answers with its shape, over books of a real run."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx2
import pytest

from bayse_agent.adapters.store.reading import decisions as decision_queries
from bayse_agent.adapters.store.reading import orders as order_queries
from bayse_agent.adapters.store.reading.reader import Cut
from bayse_agent.domain.access import Scope
from tests.api.stage import Stage

_PLAIN = (
    "/auth/me",
    "/markets",
    "/markets/trending",
    "/markets/series",
    "/portfolio",
    "/portfolio/positions",
    "/portfolio/orders",
    "/portfolio/assets",
    "/portfolio/activities",
    "/trades",
    "/agent/signals",
    "/agent/status",
    "/agent/config",
    "/health",
    "/health/live",
    "/health/ready",
    "/health/parts",
    "/decisions",
    "/decisions/funnel",
    "/followed",
    "/signals",
    "/orders",
    "/fills",
    "/settlements",
    "/ledger",
    "/equity",
    "/equity/curve",
    "/positions",
    "/money",
    "/control",
    "/control/history",
    "/limits",
    "/limits/history",
    "/limits/use",
    "/commands",
    "/audit",
    "/audit/check",
    "/costs",
    "/costs/caps",
    "/evidence",
    "/evidence/left-out",
    "/notifications",
    "/logs",
    "/skill",
    "/skill/calibration",
    "/skill/proof",
    "/version",
    "/openapi.json",
    "/docs",
    "/metrics",
)


@pytest.fixture
async def reading(stage: Stage) -> httpx2.AsyncClient:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    return client


async def _json(client: httpx2.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


async def test_reads_when_asked_then_every_one_of_them_answers(
    reading: httpx2.AsyncClient,
) -> None:
    answers = {path: (await reading.get(path)).status_code for path in _PLAIN}
    assert set(answers.values()) == {200}, answers


async def test_markets_when_read_then_the_shapes_are_those_of_the_venue(
    reading: httpx2.AsyncClient,
) -> None:
    found = await _json(reading, "/markets", size=2, status="open")
    assert set(found) == {"events", "pagination"}
    assert set(found["pagination"]) == {"page", "size", "lastPage", "totalCount"}
    event = found["events"][0]
    market = event["markets"][0]
    assert isinstance(market["feePercentage"], float)
    assert (await _json(reading, f"/markets/{event['id']}"))["id"] == event["id"]
    assert (await _json(reading, f"/markets/slug/{event['slug']}"))["id"] == event["id"]
    path = f"/markets/{event['id']}/price-history"
    history = await _json(reading, path, **{"marketId[]": market["id"]})
    assert list(history) == [market["id"]]
    assert set(history[market["id"]][0]) == {"e", "p"}
    trades = await _json(reading, f"/markets/{market['id']}/trades", limit=5)
    assert set(trades) == {"data", "pagination"}


async def test_books_when_asked_for_outcomes_then_each_has_one(
    reading: httpx2.AsyncClient,
) -> None:
    events = (await _json(reading, "/markets", size=50, status="open"))["events"]
    market = next(one for one in events if one["engine"] == "CLOB")["markets"][0]
    wanted = [market["outcome1Id"], market["outcome2Id"]]
    found = await _json(reading, "/markets/orderbook", **{"outcomeId[]": wanted})
    assert [book["outcomeId"] for book in found] == wanted
    ticker = await _json(reading, f"/markets/{market['id']}/ticker", outcomeId=market["outcome1Id"])
    assert ticker["marketId"] == market["id"]


async def test_signals_when_listed_as_before_then_numbers_names_and_ends_are_there(
    reading: httpx2.AsyncClient,
) -> None:
    found = await _json(reading, "/agent/signals", all=True, limit=100)
    assert found["count"] == len(found["signals"]) == min(100, found["total"])
    assert found["count"] > 3
    ended = [one for one in found["signals"] if one["resolution"] in ("WIN", "LOSS")]
    assert ended
    for one in ended:
        assert one["status"] == {"WIN": "WON", "LOSS": "LOST"}[one["resolution"]]
        assert (one["pnl"] > 0) is (one["resolution"] == "WIN")
        assert one["signal_type"] in ("BUY_YES", "BUY_NO")
        assert 0 <= one["estimated_probability"] <= 1
        assert one["executed_order_id"]
    times = [one["created_at"] for one in found["signals"]]
    assert times == sorted(times, reverse=True)


async def test_signals_when_paged_then_pages_follow_one_another(
    reading: httpx2.AsyncClient,
) -> None:
    whole = (await _json(reading, "/agent/signals", all=True, limit=100))["signals"]
    first = await _json(reading, "/agent/signals", all=True, limit=2, page=1)
    second = await _json(reading, "/agent/signals", all=True, limit=2, page=2)
    ids = [one["id"] for one in first["signals"] + second["signals"]]
    assert ids == [one["id"] for one in whole[:4]]
    assert first["total"] == len(whole)


async def test_profits_of_signals_when_everything_has_ended_then_they_sum_to_the_realised(
    stage: Stage, reading: httpx2.AsyncClient
) -> None:
    found = (await _json(reading, "/agent/signals", all=True, limit=100))["signals"]
    held = {one["market_id"] for one in await _json(reading, "/positions")}
    told = sum(one["pnl"] for one in found if one["pnl"] is not None)
    money = await _json(reading, "/money")
    if not held:
        assert told == pytest.approx(float(money["realised"]), abs=0.01 * len(found))
    assert isinstance(money["realised"], str)


async def test_lists_when_followed_by_their_key_then_nothing_is_missed_or_told_twice(
    reading: httpx2.AsyncClient,
) -> None:
    for path in ("/decisions", "/orders", "/fills", "/ledger", "/audit", "/equity"):
        whole = await _json(reading, path, limit=200)
        pieces: list[Any] = []
        before: int | None = None
        while len(pieces) < len(whole["items"]):
            query = {"limit": 7} | ({} if before is None else {"before": before})
            part = await _json(reading, path, **query)
            pieces += part["items"]
            before = part["next"]
            if before is None:
                break
        assert pieces[: len(whole["items"])] == whole["items"], path


async def test_funnel_when_summed_then_it_is_every_look_once(
    reading: httpx2.AsyncClient,
) -> None:
    funnel = await _json(reading, "/decisions/funnel")
    assert sum(one["looks"] for one in funnel["reasons"]) == funnel["looks"] > 0
    assert sum(one["part"] for one in funnel["reasons"]) == pytest.approx(1.0)


async def test_ledger_when_read_then_each_entry_sums_to_zero(
    reading: httpx2.AsyncClient,
) -> None:
    from decimal import Decimal

    sums: dict[int, Decimal] = {}
    for line in (await _json(reading, "/ledger", limit=200))["items"]:
        sums[line["entry"]] = sums.get(line["entry"], Decimal(0)) + Decimal(line["amount"])
    assert len(sums) > 5
    assert set(sums.values()) == {Decimal(0)}


async def test_explain_when_asked_under_any_name_then_it_is_the_same_chain(
    stage: Stage, reading: httpx2.AsyncClient
) -> None:
    found = await stage.parts.reader.ask(
        order_queries.orders(order_queries.WantedOrders(), Cut(limit=50))
    )
    order = next(one for one in found.items if one.order_id and one.side == "BUY")
    look = await stage.parts.reader.ask(decision_queries.decision_of(intent_id=order.id))
    names = [order.id, order.order_id, str(look), order.forecast_id]
    told = [await _json(reading, f"/explain/{name}") for name in names]
    chains = [{name: one[name] for name in one if name != "subject"} for one in told]
    assert chains[0] == chains[1] == chains[2] == chains[3]
    chain = chains[0]
    assert chain["decision"]["reason"] == "traded"
    assert chain["forecast"]["author"]
    assert chain["review"]["is_approved"] is True
    assert {one["name"] for one in chain["review"]["limits"]} >= {"max_stake", "reserve"}
    assert chain["steps"]
    assert chain["fills"]
    assert chain["order"]["amount"] == chain["decision"]["inputs"]["stake"]


async def test_csv_when_asked_for_then_the_whole_list_is_a_table(
    reading: httpx2.AsyncClient,
) -> None:
    answer = await reading.get("/fills", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    whole = await _json(reading, "/fills", limit=200)
    assert [row["id"] for row in rows] == [one["id"] for one in whole["items"]]


async def test_config_when_read_then_it_has_the_eight_fields_of_the_original_and_the_approval(
    reading: httpx2.AsyncClient,
) -> None:
    told = [await _json(reading, path) for path in ("/agent/config", "/agent/status", "/control")]
    assert [one["approval"] for one in told] == ["off"] * 3
    assert set(told[0]) == {
        "approval",
        "auto_trade",
        "categories",
        "max_trades_per_hour",
        "max_trades_per_day",
        "max_open_positions",
        "balance_floor",
        "min_confidence",
        "balance_reserve_pct",
    }


async def test_health_when_asked_by_anybody_then_it_tells_nothing_but_that(
    stage: Stage,
) -> None:
    answer = await stage.client().get("/health")
    assert set(answer.json()) == {"status", "bayse_api", "db", "agent"}
    assert answer.json()["db"] == "ok"


async def test_things_when_they_are_not_there_then_404(reading: httpx2.AsyncClient) -> None:
    for path in (
        "/decisions/999999999",
        "/explain/nothing",
        "/orders/nothing",
        "/signals/nothing",
        "/commands/nothing",
        "/followed/nothing",
        "/markets/nothing",
        "/markets/slug/nothing",
        "/nothing/at/all",
    ):
        answer = await reading.get(path)
        assert answer.status_code == 404, path
        assert set(answer.json()) == {"code", "detail", "request_id"}


async def test_text_when_it_is_hostile_then_it_stays_data(
    stage: Stage, reading: httpx2.AsyncClient
) -> None:
    """Scripts in titles come out as the text they are, in JSON that no browser takes for a page."""
    from bayse_agent.domain.access import AccessEvent

    hostile = "</script><img src=x onerror=alert(1)>=cmd|' /C calc'!A0"
    await stage.parts.access.note(
        AccessEvent(at=stage.parts.timer.now(), kind="login", who=hostile, origin="", detail="")
    )
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.ADMIN))
    answer = await client.get("/auth/log")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.text)["items"][0]["who"] == hostile
