"""What everybody can read: shapes and traps of each route."""

from __future__ import annotations

import pytest

from bayse_agent.simulation.faults import VENUE_ROUTES
from bayse_agent.simulation.server.app import ENDPOINTS
from tests.simulation.server.stage import MINUTE_MS, START_MS, Stage


def test_the_server_has_every_route_of_the_venue_and_no_other() -> None:
    assert sorted(endpoint.route for endpoint in ENDPOINTS) == sorted(VENUE_ROUTES)


async def test_health_and_version_need_no_key(stage: Stage) -> None:
    health = await stage.client.get("/health")
    version = await stage.client.get("/version")
    assert health.json() == {"status": "ok"}
    assert set(version.json()) == {"version", "commit"}


async def test_events_are_listed_in_pages_of_twenty_without_a_key(stage: Stage) -> None:
    reply = await stage.client.get("/v1/pm/events")
    body = reply.json()
    assert reply.headers["content-type"].startswith("application/json")
    assert {event["slug"] for event in body["events"]} == {"goals", "btc-1h-now", "btc-15min-now"}
    assert body["pagination"] == {"page": 1, "size": 20, "lastPage": 1, "totalCount": 3}


async def test_an_event_has_the_documented_fields(stage: Stage) -> None:
    event = (await stage.client.get(f"/v1/pm/events/{stage.world.book.id}")).json()
    assert event["engine"] == "CLOB"
    assert event["type"] == "single"
    assert event["status"] == "open"
    assert event["openingDate"] == "2026-06-01T09:00:00Z"
    assert event["resolvedAt"] == ""
    assert "eventThreshold" not in event
    [market] = event["markets"]
    assert (market["outcome1Label"], market["outcome2Label"]) == ("Up", "Down")
    assert (market["outcome1Price"], market["outcome2Price"]) == (0.5, 0.5)
    assert (market["yesBuyPrice"], market["noBuyPrice"]) == (0.55, 0.55)
    assert market["feePercentage"] == 10
    assert (market["resolvedOutcome"], market["resolvedOutcomeId"]) == ("", "")
    assert market["liquidityReward"] is None


async def test_the_currency_sets_the_shown_minimum(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.book.id}"
    dollars = (await stage.client.get(path)).json()
    naira = (await stage.client.get(path, params={"currency": "NGN"})).json()
    assert dollars["markets"][0]["minimumOrderAmount"] == 1
    assert naira["markets"][0]["minimumOrderAmount"] == 1000


async def test_an_event_can_be_read_by_its_slug(stage: Stage) -> None:
    reply = await stage.client.get("/v1/pm/events/slug/goals")
    assert reply.json()["id"] == stage.world.group.id
    assert len(reply.json()["markets"]) == 3


@pytest.mark.parametrize("path", ["/v1/pm/events/evt_123", "/v1/pm/events/slug/none"])
async def test_an_unknown_event_is_the_documented_404(stage: Stage, path: str) -> None:
    reply = await stage.client.get(path)
    assert reply.status_code == 404
    assert reply.json() == {"error": "not_found", "message": "Event not found", "statusCode": 404}


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ({"category": "sports"}, {"goals"}),
        ({"category": "CRYPTO"}, {"btc-1h-now", "btc-15min-now"}),
        ({"subcategory": "x"}, set()),
        ({"status": "OPEN"}, {"goals", "btc-1h-now", "btc-15min-now"}),
        ({"status": "resolved"}, set()),
        ({"status": "odd"}, set()),
        ({"keyword": "GOALS"}, {"goals"}),
        ({"seriesSlug": "crypto-btc-1h"}, {"btc-1h-now"}),
        ({"sportGameSlug": "bm-game-1"}, set()),
        ({"currency": "NGN", "keyword": "goals"}, {"goals"}),
        ({"trending": "true", "category": "sports"}, {"goals"}),
        ({"trending": "false", "limit": "1"}, {"goals", "btc-1h-now", "btc-15min-now"}),
    ],
)
async def test_events_are_filtered(stage: Stage, query: dict[str, str], slugs: set[str]) -> None:
    body = (await stage.client.get("/v1/pm/events", params=query)).json()
    assert {event["slug"] for event in body["events"]} == slugs
    assert body["pagination"]["totalCount"] == len(slugs)


async def test_the_watchlist_needs_a_key_and_is_empty(stage: Stage) -> None:
    stranger = await stage.client.get("/v1/pm/events", params={"watchlist": "true"})
    known = await stage.caller().get("/v1/pm/events", watchlist="true")
    assert stranger.status_code == 401
    assert known.json()["events"] == []


async def test_pages_do_not_overlap_and_end(stage: Stage) -> None:
    pages = [
        (await stage.client.get("/v1/pm/events", params={"page": n, "size": 2})).json()
        for n in (1, 2, 3)
    ]
    assert [len(page["events"]) for page in pages] == [2, 1, 0]
    assert len({event["id"] for page in pages for event in page["events"]}) == 3
    assert pages[2]["pagination"] == {"page": 3, "size": 2, "lastPage": 2, "totalCount": 3}


@pytest.mark.parametrize(
    "query", [{"page": "0"}, {"page": "x"}, {"size": "-1"}, {"page": "9" * 99}]
)
async def test_a_page_that_is_no_number_is_400(stage: Stage, query: dict[str, str]) -> None:
    reply = await stage.client.get("/v1/pm/events", params=query)
    assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")


async def test_a_size_above_the_largest_is_cut(stage: Stage) -> None:
    reply = await stage.client.get("/v1/pm/events", params={"size": "5000"})
    assert reply.json()["pagination"]["size"] == 100


async def test_prices_are_zero_after_the_close(stage: Stage) -> None:
    stage.world.advance(START_MS + 15 * MINUTE_MS)
    event = (await stage.client.get(f"/v1/pm/events/{stage.world.book.id}")).json()
    assert event["status"] == "closed"
    assert (event["markets"][0]["outcome1Price"], event["markets"][0]["outcome2Price"]) == (0, 0)


async def test_a_resolved_market_names_its_winner_canonically(stage: Stage) -> None:
    stage.world.exchange.resolve(stage.market, 1)
    event = (await stage.client.get(f"/v1/pm/events/{stage.world.book.id}")).json()
    assert event["status"] == "resolved"
    assert event["resolvedAt"] == "2026-06-01T09:00:00Z"
    assert event["markets"][0]["resolvedOutcome"] == "NO"
    assert event["markets"][0]["resolvedOutcomeId"] == stage.market.outcome_ids[1]


async def test_series_come_in_pages_of_fifty(stage: Stage) -> None:
    body = (await stage.client.get("/v1/pm/events/series")).json()
    assert body["pagination"]["size"] == 50
    row = next(row for row in body["series"] if row["slug"] == "crypto-btc-15min")
    assert row["intervalType"] == "FIFTEEN_MINUTE"
    assert row["assetSymbol"] == "BTCUSDT"


async def test_lean_events_are_a_bare_list_with_windows_to_come(stage: Stage) -> None:
    rows = (await stage.client.get("/v1/pm/events/series/crypto-btc-15min/lean-events")).json()
    assert [row["title"] for row in rows] == ["Title of btc-15min-next", "Title of btc-15min-now"]
    assert set(rows[0]) == {"id", "title", "openingDate", "closingDate", "resolutionDate"}


async def test_lean_events_of_an_unknown_series_are_404(stage: Stage) -> None:
    reply = await stage.client.get("/v1/pm/events/series/none/lean-events")
    assert reply.status_code == 404


async def test_books_are_a_bare_list_and_mirror_each_other(stage: Stage) -> None:
    one, two = stage.market.outcome_ids
    reply = await stage.client.get(f"/v1/pm/books?outcomeId[]={one}&outcomeId[]={two}&currency=NGN")
    up, down = reply.json()
    assert (up["outcomeId"], down["outcomeId"]) == (one, two)
    assert up["bids"] == [{"price": 0.45, "quantity": 1000, "total": 45000}]
    assert up["asks"] == [{"price": 0.55, "quantity": 1000, "total": 55000}]
    assert down["bids"] == [{"price": 0.45, "quantity": 1000, "total": 45000}]
    assert up["lastTradedPrice"] is None


async def test_books_take_ids_separated_by_commas(stage: Stage) -> None:
    ids = ",".join(stage.market.outcome_ids)
    rows = (await stage.client.get("/v1/pm/books", params={"outcomeId": ids})).json()
    assert [row["outcomeId"] for row in rows] == list(stage.market.outcome_ids)


async def test_books_leave_out_pools_and_unknown_ids(stage: Stage) -> None:
    ids = [stage.pool_market.outcome_ids[0], "nothing"]
    rows = (await stage.client.get("/v1/pm/books", params={"outcomeId[]": ids})).json()
    assert rows == []


async def test_books_are_cut_to_the_depth(stage: Stage) -> None:
    stage.world.quote(stage.market, bids=((450, 1), (440, 1), (430, 1)), stamp=2)
    params = {"outcomeId": stage.market.outcome_ids[0], "depth": "2"}
    [book] = (await stage.client.get("/v1/pm/books", params=params)).json()
    assert [level["price"] for level in book["bids"]] == [0.45, 0.44]
    assert book["asks"] == []


async def test_a_ticker_sums_up_the_day(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market, price=0.6, timeInForce="FAK")
    path = f"/v1/pm/markets/{stage.market.id}/ticker"
    ticker = (await caller.get(path, outcome="YES", currency="NGN")).json()
    assert ticker["lastPrice"] == 0.55
    assert (ticker["bestBid"], ticker["bestAsk"], ticker["midPrice"]) == (0.45, 0.55, 0.5)
    assert ticker["tradeCount24h"] == 1
    no = (await caller.get(path, outcomeId=stage.market.outcome_ids[1], currency="NGN")).json()
    assert (no["outcome"], no["lastPrice"]) == ("NO", 0.45)


async def test_a_ticker_without_trades_is_zero(stage: Stage) -> None:
    path = f"/v1/pm/markets/{stage.market.id}/ticker"
    ticker = (await stage.client.get(path)).json()
    assert (ticker["lastPrice"], ticker["volume24h"], ticker["priceChange24h"]) == (0, 0, 0)


async def test_a_ticker_of_a_pool_is_400(stage: Stage) -> None:
    reply = await stage.client.get(f"/v1/pm/markets/{stage.pool_market.id}/ticker")
    assert reply.status_code == 400


async def test_a_ticker_does_not_understand_labels(stage: Stage) -> None:
    path = f"/v1/pm/markets/{stage.market.id}/ticker"
    assert (await stage.client.get(path, params={"outcome": "Up"})).status_code == 400


async def test_trades_need_a_key(stage: Stage) -> None:
    assert (await stage.client.get("/v1/pm/trades")).status_code == 401


async def test_trades_name_both_sides_and_how_they_met(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market, price=0.6, timeInForce="FAK")).json()["clobOrder"]
    body = (await caller.get("/v1/pm/trades", marketId=stage.market.id)).json()
    [trade] = body["data"]
    assert trade["takerUserId"] == caller.user_id
    assert trade["takerOrderId"] == placed["id"]
    assert (trade["takerSide"], trade["takerPrice"], trade["makerPrice"]) == ("BUY", 0.55, 0.45)
    assert trade["takerOutcomeId"] != trade["makerOutcomeId"]
    assert trade["matchType"] == "MINT"
    assert trade["takerFee"] > 0
    assert body["pagination"]["totalCount"] == 1


async def test_trades_are_filtered(stage: Stage) -> None:
    caller, other = stage.caller(), stage.caller()
    placed = (await caller.place(stage.market, price=0.6, timeInForce="FAK")).json()["clobOrder"]
    [trade] = (await caller.get("/v1/pm/trades")).json()["data"]
    found = {"totalCount": 1}
    for query in (
        {"id": trade["id"]},
        {"orderId": placed["id"]},
        {"userId": caller.user_id},
        {"outcomeId": stage.market.outcome_ids[0]},
        {"fromDate": "2026-06-01T09:00:00Z", "toDate": "2026-06-01T10:00:00+01:00"},
    ):
        page = (await caller.get("/v1/pm/trades", **query)).json()["pagination"]
        assert {**page, **found} == page, query
    for query in (
        {"id": "x"},
        {"orderId": "x"},
        {"userId": other.user_id},
        {"marketId": "x"},
        {"outcomeId": stage.pool_market.outcome_ids[0]},
        {"fromDate": "2026-06-01T09:00:01Z"},
    ):
        assert (await caller.get("/v1/pm/trades", **query)).json()["data"] == [], query


async def test_a_price_history_is_a_list_by_market_with_zero_for_no_trade(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.group.id}/price-history"
    wanted = stage.world.group.markets[1]
    reply = await stage.client.get(path, params={"timePeriod": "12H", "marketId[]": wanted.id})
    [row] = reply.json()["markets"]
    assert row["marketId"] == wanted.id
    assert row["priceHistory"] == [
        {"e": START_MS - MINUTE_MS, "p": 0},
        {"e": START_MS, "p": 0.55},
    ]


async def test_a_price_history_can_be_of_the_other_outcome(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.book.id}/price-history"
    body = (await stage.client.get(path, params={"outcome": "NO"})).json()
    assert body["markets"][0]["priceHistory"][-1]["p"] == 0.45


@pytest.mark.parametrize("query", [{"timePeriod": "2H"}, {"outcome": "Up"}])
async def test_a_price_history_of_nonsense_is_400(stage: Stage, query: dict[str, str]) -> None:
    path = f"/v1/pm/events/{stage.world.book.id}/price-history"
    assert (await stage.client.get(path, params=query)).status_code == 400


async def test_a_quote_on_a_book_names_its_fee_and_needs_no_key(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.book.id}/markets/{stage.market.id}/quote"
    body = {
        "side": "BUY",
        "outcomeId": stage.market.outcome_ids[0],
        "amount": 1000,
        "currency": "NGN",
    }
    quote = (await stage.client.post(path, json=body)).json()
    assert quote["currencyBaseMultiplier"] == 100
    assert quote["completeFill"] is True
    assert quote["tradeGoesOverMaxLiability"] is False
    assert quote["amount"] == pytest.approx(quote["costOfShares"] + quote["fee"])
    assert quote["price"] == pytest.approx(1000 / (quote["quantity"] * 100), abs=1e-6)
    assert quote["currentMarketPrice"] == 0.5


async def test_a_quote_that_the_book_cannot_fill_says_so(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.book.id}/markets/{stage.market.id}/quote"
    body = {
        "side": "BUY",
        "outcomeId": stage.market.outcome_ids[0],
        "amount": 1_000_000,
        "currency": "NGN",
    }
    assert (await stage.client.post(path, json=body)).json()["completeFill"] is False


async def test_a_quote_on_a_pool_has_the_fee_inside(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.pool.id}/markets/{stage.pool_market.id}/quote"
    body = {"side": "BUY", "outcomeId": stage.pool_market.outcome_ids[0], "amount": 100}
    quote = (await stage.client.post(path, json=body)).json()
    assert (quote["fee"], quote["costOfShares"], quote["amount"]) == (0, 100, 100)
    assert quote["price"] > quote["currentMarketPrice"] == 0.5


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"side": "buy"}, 400),
        ({"amount": 0}, 400),
        ({"amount": "100"}, 400),
        ({"amount": True}, 400),
        ({"outcomeId": "x"}, 400),
        ({"currency": "EUR"}, 400),
    ],
)
async def test_a_quote_of_nonsense_is_400(
    stage: Stage, change: dict[str, object], status: int
) -> None:
    path = f"/v1/pm/events/{stage.world.book.id}/markets/{stage.market.id}/quote"
    body = {"side": "BUY", "outcomeId": stage.market.outcome_ids[0], "amount": 100, **change}
    assert (await stage.client.post(path, json=body)).status_code == status


async def test_a_market_of_another_event_is_404(stage: Stage) -> None:
    path = f"/v1/pm/events/{stage.world.pool.id}/markets/{stage.market.id}/quote"
    body = {"side": "BUY", "outcomeId": stage.market.outcome_ids[0], "amount": 100}
    assert (await stage.client.post(path, json=body)).status_code == 404


async def test_sports_have_leagues_teams_and_games(stage: Stage) -> None:
    leagues = (await stage.client.get("/v1/pm/sports/leagues")).json()["leagues"]
    key = leagues[0]["key"]
    teams = (await stage.client.get("/v1/pm/sports/teams", params={"league": key})).json()
    games = (await stage.client.get("/v1/pm/sports/games", params={"league": key})).json()
    assert {team["league"] for team in teams["teams"]} == {key}
    assert teams["pagination"]["totalCount"] == 4
    assert len({game["id"] for game in games["games"]}) == 6
    assert all(game["homeTeam"]["id"] == game["homeTeamId"] for game in games["games"])
    assert games["games"][0]["startDate"] == "2026-06-02T18:00:00Z"
