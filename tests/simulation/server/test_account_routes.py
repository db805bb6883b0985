"""What an account owns and did, over the wire."""

from __future__ import annotations

import pytest

from tests.simulation.server.stage import MINUTE_MS, START_MS, Caller, Stage

BUY_ALL = {"price": 0.6, "timeInForce": "FAK"}


async def wallet(caller: Caller, symbol: str) -> dict[str, float]:
    assets = (await caller.get("/v1/wallet/assets")).json()["assets"]
    return next(asset for asset in assets if asset["symbol"] == symbol)


async def kinds(caller: Caller, **query: str) -> list[str]:
    reply = await caller.get("/v1/pm/activities", **query)
    return [line["type"] for line in reply.json()["activities"]]


async def test_a_wallet_has_one_row_a_currency(stage: Stage) -> None:
    caller = stage.caller(ngn="25000.5", usd="10")
    naira, dollars = await wallet(caller, "NGN"), await wallet(caller, "USD")
    assert (naira["availableBalance"], dollars["availableBalance"]) == (25000.5, 10)
    assert (naira["currencyBaseMultiplier"], dollars["currencyBaseMultiplier"]) == (100, 1)


async def test_cash_of_a_resting_buy_is_pending(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market)
    naira = await wallet(caller, "NGN")
    assert (naira["availableBalance"], naira["pendingBalance"]) == (99000.4, 999.6)


async def test_a_position_shows_shares_cost_and_value(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    body = (await caller.get("/v1/pm/portfolio", currency="NGN")).json()
    [row] = body["outcomeBalances"]
    assert row["outcomeId"] == stage.market.outcome_ids[0]
    assert row["outcome"] == "YES"
    assert row["balance"] == row["availableBalance"]
    assert row["payoutIfOutcomeWins"] == pytest.approx(row["balance"] * 100)
    assert row["currentValue"] == pytest.approx(row["balance"] * 0.45 * 100)
    assert row["averagePrice"] == pytest.approx(row["cost"] / row["balance"] / 100, abs=1e-6)
    assert row["market"]["event"]["engine"] == "CLOB"
    assert body["portfolioCost"] == row["cost"]
    assert body["pagination"] == {"page": 1, "size": 20, "lastPage": 1, "totalCount": 1}


async def test_shares_of_a_resting_sell_are_not_available(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    await caller.place(stage.market, side="SELL", amount=5, price=0.9)
    [row] = (await caller.get("/v1/pm/portfolio")).json()["outcomeBalances"]
    assert row["balance"] - row["availableBalance"] == pytest.approx(5)


async def test_totals_are_of_one_currency(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    await caller.place(stage.market, currency="USD", amount=10, **BUY_ALL)
    dollars = (await caller.get("/v1/pm/portfolio")).json()
    assert len(dollars["outcomeBalances"]) == 2
    assert dollars["portfolioCost"] == 9.163


async def test_a_portfolio_comes_in_pages(stage: Stage) -> None:
    caller = stage.caller()
    for market in stage.world.group.markets:
        await caller.place(market, **BUY_ALL)
    pages = [
        (await caller.get("/v1/pm/portfolio", page=page, size=2)).json()["outcomeBalances"]
        for page in (1, 2)
    ]
    assert [len(rows) for rows in pages] == [2, 1]
    assert len({row["id"] for rows in pages for row in rows}) == 3


async def test_a_settled_position_vanishes_and_pays(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    [row] = (await caller.get("/v1/pm/portfolio")).json()["outcomeBalances"]
    before = (await wallet(caller, "NGN"))["availableBalance"]
    stage.world.exchange.resolve(stage.market, 0)
    assert (await caller.get("/v1/pm/portfolio")).json()["outcomeBalances"] == []
    after = (await wallet(caller, "NGN"))["availableBalance"]
    assert after - before == pytest.approx(row["payoutIfOutcomeWins"])


async def test_a_payout_has_texts_for_numbers_and_no_order(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    stage.world.exchange.resolve(stage.market, 0)
    [line] = (await caller.get("/v1/pm/activities", type="payout")).json()["activities"]
    assert line["type"] == "PAYOUT_WIN"
    assert "orderId" not in line
    assert line["resolvedOutcome"] == "YES"
    assert line["settlementId"]
    assert float(line["payout"]) == pytest.approx(float(line["size"]) * 100)
    assert line["currencyBaseMultiplier"] == "100"


async def test_a_lost_position_is_told_as_a_payout_of_zero(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    stage.world.exchange.resolve(stage.market, 1)
    [line] = (await caller.get("/v1/pm/activities", type="payout")).json()["activities"]
    assert (line["type"], line["payout"]) == ("PAYOUT_LOSS", "0")


async def test_a_void_is_told_as_a_refund_outside_the_payouts(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    stage.world.exchange.void(stage.market)
    assert await kinds(caller, type="payout") == []
    [line] = [
        line
        for line in (await caller.get("/v1/pm/activities")).json()["activities"]
        if line["type"] == "BUY_REFUND"
    ]
    assert float(line["amountRefunded"]) == 916.3


async def test_activities_without_a_filter_leave_the_fills_out(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, type="MARKET")
    assert await kinds(caller) == ["BUY_MARKET_ORDER_CREATED"]
    assert await kinds(caller, type="buys") == ["BUY_TRADE_FILL", "BUY_MARKET_ORDER_CREATED"]


async def test_activities_are_filtered_by_group(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    await caller.delete(f"/v1/pm/orders/{placed}")
    await caller.place(stage.market, type="MARKET")
    await caller.place(stage.market, side="SELL", type="MARKET", amount=5)
    limits = ["BUY_LIMIT_ORDER_CANCELLED", "BUY_LIMIT_ORDER_CREATED"]
    assert await kinds(caller, type="limits") == limits
    assert await kinds(caller, type="sells") == ["SELL_TRADE_FILL", "SELL_MARKET_ORDER_CREATED"]
    assert await kinds(caller, type="payout") == []


async def test_every_number_of_an_activity_is_a_text(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    await caller.delete(f"/v1/pm/orders/{placed}")
    lines = (await caller.get("/v1/pm/activities")).json()["activities"]
    values = [value for line in lines for value in line.values()]
    assert all(isinstance(value, str) for value in values)
    assert lines[0]["status"] == "CANCELLED"
    assert lines[0]["amountRefunded"] == "999.6"


async def test_an_unknown_group_is_422(stage: Stage) -> None:
    reply = await stage.caller().get("/v1/pm/activities", type="everything")
    assert reply.status_code == 422


async def test_pnl_is_settlements_plus_trades(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    await caller.place(stage.market, side="SELL", type="MARKET", amount=5)
    stage.world.exchange.resolve(stage.market, 0)
    pnl = (await caller.get("/v1/pm/pnl", currency="NGN", breakdown="true")).json()
    assert pnl["realizedPnl"] == pytest.approx(pnl["settlementPnl"] + pnl["tradePnl"])
    assert pnl["tradePnl"] < 0 < pnl["settlementPnl"]
    assert (pnl["wins"], pnl["losses"], pnl["currency"]) == (1, 0, "NGN")
    [row] = pnl["breakdown"]
    assert row["eventId"] == stage.world.book.id
    assert row["realizedPnl"] == pytest.approx(pnl["realizedPnl"])


async def test_pnl_is_in_dollars_and_without_breakdown_unless_asked(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    stage.world.exchange.resolve(stage.market, 0)
    pnl = (await caller.get("/v1/pm/pnl")).json()
    assert (pnl["currency"], pnl["realizedPnl"], pnl["wins"]) == ("USD", 0, 0)
    assert "breakdown" not in pnl


async def test_pnl_of_a_period_leaves_out_what_came_before(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, **BUY_ALL)
    stage.world.exchange.resolve(stage.market, 0)
    stage.world.advance(START_MS + 13 * 60 * MINUTE_MS)

    async def wins(**query: str) -> int:
        reply = await caller.get("/v1/pm/pnl", currency="NGN", **query)
        return int(reply.json()["wins"])

    assert await wins(timePeriod="12H") == 0
    for period in ("24H", "1W", "1M", "1Y", "THIS_WEEK", "THIS_MONTH", "THIS_YEAR"):
        assert await wins(timePeriod=period) == 1, period
    span = {"start": "2026-06-01T08:00:00Z", "end": "2026-06-01T10:00:00Z"}
    assert await wins(timePeriod="12H", **span) == 1


@pytest.mark.parametrize(
    "query", [{"timePeriod": "2H"}, {"start": "2026-06-01T08:00:00Z"}, {"currency": "ngn"}]
)
async def test_pnl_of_nonsense_is_400(stage: Stage, query: dict[str, str]) -> None:
    assert (await stage.caller().get("/v1/pm/pnl", **query)).status_code == 400


async def test_rewards_are_null_when_there_are_none(stage: Stage) -> None:
    caller = stage.caller()
    for path in ("/v1/pm/liquidity-rewards", "/v1/pm/maker-rebates"):
        assert (await caller.get(path)).json() == {"data": None, "pagination": None}
        assert (await caller.get(f"{path}/active")).json() == {"data": []}
