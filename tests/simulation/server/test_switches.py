"""The unknowns that show on the wire, each both ways."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.simulation.exchange.switches import (
    AmmEnvelope,
    Books,
    Casing,
    EmptyBodyHash,
    Enforcement,
    Policy,
    SellUnit,
    Switches,
)
from tests.simulation.server.stage import staged

EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("envelope", list(AmmEnvelope))
async def test_a_pool_order_comes_under_either_name(envelope: AmmEnvelope) -> None:
    async with staged(Switches(amm_envelope=envelope)) as stage:
        reply = await stage.caller().place(stage.pool_market, type="MARKET")
        assert set(reply.json()) == {"engine", envelope}


@pytest.mark.parametrize(
    ("casing", "type", "status", "category", "told"),
    [
        (Casing.DOCS, "grouped", "open", "SPORTS", "GROUPED"),
        (Casing.LIVE, "GROUPED_MARKETS", "OPEN", "Sports", "GROUPED_MARKETS"),
    ],
)
async def test_events_are_spelt_either_way(
    casing: Casing, type: str, status: str, category: str, told: str
) -> None:
    async with staged(Switches(casing=casing)) as stage:
        caller = stage.caller()
        await caller.place(stage.world.group.markets[0])
        event = (await stage.client.get("/v1/pm/events/slug/goals")).json()
        [line] = (await caller.get("/v1/pm/activities")).json()["activities"]
        assert (event["type"], event["status"], event["category"]) == (type, status, category)
        assert event["markets"][0]["status"] == status
        assert line["eventType"] == told


@pytest.mark.parametrize(
    ("rule", "status"), [(EmptyBodyHash.EMPTY, 401), (EmptyBodyHash.EITHER, 200)]
)
async def test_the_hash_of_nothing_is_taken_or_not(rule: EmptyBodyHash, status: int) -> None:
    async with staged(Switches(empty_body_hash=rule)) as stage:
        caller = stage.caller()
        placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
        path = f"/v1/pm/orders/{placed}"
        headers = caller.headers("DELETE", path, b"", digest_of_nothing=EMPTY_HASH)
        assert (await stage.client.delete(path, headers=headers)).status_code == status


@pytest.mark.parametrize(("rule", "last"), [(Enforcement.ON, 429), (Enforcement.OFF, 200)])
async def test_rate_limits_are_enforced_or_not(rule: Enforcement, last: int) -> None:
    async with staged(Switches(rate_limits=rule)) as stage:
        caller = stage.caller()
        replies = [await caller.get("/v1/wallet/assets") for _ in range(31)]
        assert replies[-1].status_code == last


@pytest.mark.parametrize(("rule", "status"), [(Policy.ALLOW, 200), (Policy.REJECT, 400)])
async def test_market_orders_on_books_are_taken_or_not(rule: Policy, status: int) -> None:
    async with staged(Switches(market_on_book=rule)) as stage:
        assert (await stage.caller().place(stage.market, type="MARKET")).status_code == status


@pytest.mark.parametrize(("rule", "status"), [(Policy.ALLOW, 200), (Policy.REJECT, 400)])
async def test_both_sides_may_be_held_or_not(rule: Policy, status: int) -> None:
    async with staged(Switches(both_sides=rule)) as stage:
        caller = stage.caller()
        await caller.place(stage.market, price=0.6, timeInForce="FAK")
        other = await caller.place(stage.market, outcomeId=stage.market.outcome_ids[1])
        assert other.status_code == status


@pytest.mark.parametrize(("tick", "status"), [("0.001", 200), ("0.01", 400)])
async def test_three_decimals_are_taken_or_not(tick: str, status: int) -> None:
    async with staged(Switches(tick=Decimal(tick))) as stage:
        assert (await stage.caller().place(stage.market, price=0.405)).status_code == status


@pytest.mark.parametrize(("dust", "size"), [("0.0001", 999.9), ("0", 1000)])
async def test_dust_is_kept_back_or_not(dust: str, size: float) -> None:
    async with staged(Switches(dust=Decimal(dust))) as stage:
        reply = await stage.caller().place(stage.market, price=0.01)
        assert reply.json()["clobOrder"]["size"] == size


@pytest.mark.parametrize(("unit", "filled"), [(SellUnit.SHARES, 10), (SellUnit.CASH, 0.22)])
async def test_a_sells_amount_is_shares_or_cash(unit: SellUnit, filled: float) -> None:
    async with staged(Switches(sell_unit=unit)) as stage:
        caller = stage.caller()
        path = f"/v1/pm/markets/{stage.market.id}/mint"
        await caller.post(path, {"quantity": 10000, "currency": "NGN"})
        sold = await caller.place(stage.market, side="SELL", amount=10, price=0.45)
        assert sold.json()["clobOrder"]["filledSize"] == filled


@pytest.mark.parametrize(("unit", "quantity"), [(SellUnit.SHARES, 10), (SellUnit.CASH, 0.22)])
async def test_a_quoted_sells_amount_is_shares_or_cash(unit: SellUnit, quantity: float) -> None:
    async with staged(Switches(quote_sell_unit=unit)) as stage:
        path = f"/v1/pm/events/{stage.world.book.id}/markets/{stage.market.id}/quote"
        body = {
            "side": "SELL",
            "outcomeId": stage.market.outcome_ids[0],
            "amount": 10,
            "currency": "NGN",
        }
        assert (await stage.client.post(path, json=body)).json()["quantity"] == quantity


@pytest.mark.parametrize(("floor", "fee"), [("0.5", 5), ("0.3", 4.5)])
async def test_the_fee_has_either_floor(floor: str, fee: float) -> None:
    async with staged(Switches(fee_floor=Decimal(floor), dust=Decimal(0))) as stage:
        path = f"/v1/pm/events/{stage.world.book.id}/markets/{stage.market.id}/quote"
        body = {
            "side": "BUY",
            "outcomeId": stage.market.outcome_ids[0],
            "amount": 110,
            "currency": "NGN",
        }
        quote = (await stage.client.post(path, json=body)).json()
        assert quote["fee"] == pytest.approx(fee * 1.1, abs=0.01)


@pytest.mark.parametrize(("rule", "levels"), [(Books.PER_CURRENCY, 1), (Books.SHARED, 2)])
async def test_currencies_meet_in_one_book_or_not(rule: Books, levels: int) -> None:
    async with staged(Switches(books=rule)) as stage:
        stage.world.quote(stage.market, bids=((450, 1000),), asks=((550, 1000),), stamp=2)
        await stage.caller().place(stage.market, price=0.4)
        params = {"outcomeId": stage.market.outcome_ids[0], "currency": "USD"}
        [book] = (await stage.client.get("/v1/pm/books", params=params)).json()
        assert len(book["bids"]) == levels
