"""The three websockets, with a real client."""

from __future__ import annotations

import pytest
from websockets.asyncio.client import connect

from tests.simulation.server.listener import Listener, Message, auth, data_of, listening
from tests.simulation.server.stage import Stage

BUY_ALL = {"price": 0.6, "timeInForce": "FAK"}


@pytest.mark.parametrize("name", ["markets", "user", "realtime"])
async def test_a_connection_is_greeted(stage: Stage, name: str) -> None:
    async with connect(stage.ws(name)) as socket:
        greeting = await Listener(socket).hear()
        assert (greeting["type"], greeting["status"]) == ("connected", "connected")
        assert greeting["clientId"]
        assert greeting["timestamp"] == stage.desk.exchange.now_ms


async def test_a_ping_is_answered(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(type="ping")
        assert (await listener.hear())["type"] == "pong"


async def test_a_book_is_shown_at_once_and_whenever_it_changes(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(
            type="subscribe", channel="orderbook", marketIds=[stage.market.id], currency="NGN"
        )
        said = await listener.hear()
        assert said["type"] == "subscribed"
        assert data_of(said)["room"] == f"orderbook:{stage.market.id}:NGN"
        first, second = [data_of(await listener.hear())["orderbook"] for _ in range(2)]
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        assert (first["outcomeId"], second["outcomeId"]) == stage.market.outcome_ids
        await stage.caller().place(stage.market, price=0.46)
        changed = data_of(await listener.hear_of("orderbook_update"))["orderbook"]
        assert isinstance(changed, dict)
        assert [level["price"] for level in changed["bids"]] == [0.46, 0.45]


async def test_what_did_not_change_is_not_said_again(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(type="subscribe", channel="orderbook", marketId=stage.market.id)
        await listener.settle()
        await stage.caller().place(stage.world.group.markets[0])
        stage.desk.hub.flush()
        assert await listener.settle() == []


async def test_prices_are_told_canonically(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(type="subscribe", channel="prices", eventId=stage.world.book.id)
        update = data_of(await listener.hear_of("price_update"))
        assert update == {
            "id": stage.world.book.id,
            "markets": [{"id": stage.market.id, "prices": {"YES": 0.5, "NO": 0.5}}],
        }
        stage.world.quote(stage.market, bids=((600, 10),), asks=((620, 10),), stamp=2)
        stage.desk.hub.flush()
        [again] = await listener.settle()
        assert data_of(again)["markets"] == [
            {"id": stage.market.id, "prices": {"YES": 0.61, "NO": 0.39}}
        ]


@pytest.mark.parametrize("whole_event", [True, False])
async def test_activity_tells_trades_with_the_side_as_type(stage: Stage, whole_event: bool) -> None:
    market = {} if whole_event else {"marketId": stage.market.id}
    async with listening(stage, "markets") as listener:
        await listener.say(
            type="subscribe", channel="activity", eventId=stage.world.book.id, **market
        )
        await listener.settle()
        caller = stage.caller()
        await caller.place(stage.market, **BUY_ALL)
        [told] = await listener.settle()
        data = data_of(told)
        order = data["order"]
        assert told["type"] == "buy_order"
        assert isinstance(order, dict)
        assert (order["type"], order["orderType"], order["outcome"]) == ("BUY", "LIMIT", "YES")
        assert (order["outcomeLabel"], order["status"], order["engine"]) == ("Up", "FILLED", "CLOB")
        assert data["event"]["type"] == "SINGLE_MARKET"  # type: ignore[index]
        assert data["user"]["id"] == caller.user_id  # type: ignore[index]


async def test_activity_tells_of_pool_orders(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(type="subscribe", channel="activity", eventId=stage.world.pool.id)
        await listener.settle()
        await stage.caller().place(stage.pool_market, type="MARKET")
        [told] = await listener.settle()
        order = data_of(told)["order"]
        assert isinstance(order, dict)
        assert (told["type"], order["engine"], order["status"]) == ("buy_order", "AMM", "FILLED")


async def test_resting_orders_are_no_activity(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(type="subscribe", channel="activity", eventId=stage.world.book.id)
        await listener.settle()
        await stage.caller().place(stage.market)
        assert await listener.settle() == []


async def test_a_users_trades_can_be_followed_by_anybody(stage: Stage) -> None:
    caller, other = stage.caller(), stage.caller()
    async with listening(stage, "markets") as listener:
        await listener.say(type="subscribe", channel="user_trades", userId=caller.user_id)
        await listener.settle()
        await other.place(stage.market, **BUY_ALL)
        await caller.place(stage.market, **BUY_ALL)
        assert [message["type"] for message in await listener.settle()] == ["buy_order"]


async def test_orders_are_told_on_fills_only(stage: Stage) -> None:
    caller = stage.caller()
    async with listening(stage, "user") as listener:

        async def settle() -> list[Message]:
            await listener.say(type="ping", auth=auth(caller))
            heard: list[Message] = []
            while not heard or heard[-1]["type"] != "pong":
                heard.append(await listener.hear())
            return heard[:-1]

        await listener.say(
            type="subscribe", channel="orders", marketIds=[stage.market.id], auth=auth(caller)
        )
        [said] = await settle()
        assert data_of(said)["room"] == f"orders:{caller.user_id}:{stage.market.id}"
        placed = (await caller.place(stage.market, price=0.5)).json()["clobOrder"]["id"]
        assert await settle() == []
        seller = stage.caller()
        await seller.post(
            f"/v1/pm/markets/{stage.market.id}/mint", {"quantity": 50000, "currency": "NGN"}
        )
        await seller.place(stage.market, side="SELL", amount=5, price=0.5)
        [filled] = await settle()
        data = data_of(filled)
        assert filled["type"] == "order_updated"
        assert (data["id"], data["userId"], data["marketId"]) == (
            placed,
            caller.user_id,
            stage.market.id,
        )
        assert (data["status"], data["filledSize"]) == ("partial_filled", 5)
        await caller.delete(f"/v1/pm/orders/{placed}")
        assert await settle() == []


@pytest.mark.parametrize("type", ["subscribe", "unsubscribe", "ping"])
async def test_the_user_socket_wants_auth_in_every_message(stage: Stage, type: str) -> None:
    async with listening(stage, "user") as listener:
        await listener.say(type=type, channel="orders", marketIds=[stage.market.id], room="x")
        error = await listener.hear()
        assert error["type"] == "error"
        assert data_of(error)["message"] == (
            'auth required: include {"auth":{"accessToken":"..."}} or {"auth":{"apiKey":"..."}} '
            "in every message"
        )


async def test_a_session_wins_over_a_key(stage: Stage) -> None:
    one, two = stage.caller(), stage.caller()
    user = stage.desk.accounts.user(one.user_id)
    assert user is not None
    session = stage.desk.accounts.sign_in(user.email, user.password)
    both = {"accessToken": session.token, "deviceId": session.device, "apiKey": two.public}
    async with listening(stage, "user") as listener:
        await listener.say(
            type="subscribe", channel="orders", marketIds=[stage.market.id], auth=both
        )
        assert data_of(await listener.hear())["room"] == f"orders:{one.user_id}:{stage.market.id}"


@pytest.mark.parametrize("wrong", [{"apiKey": "pk"}, {"accessToken": "x"}, {}, "x", None])
async def test_wrong_auth_is_an_error_and_the_socket_stays_open(
    stage: Stage, wrong: object
) -> None:
    async with listening(stage, "user") as listener:
        await listener.say(type="ping", auth=wrong)
        assert (await listener.hear())["type"] == "error"
        await listener.say(type="ping", auth=auth(stage.caller()))
        assert (await listener.hear())["type"] == "pong"


async def test_asset_prices_come_at_once_and_about_every_second(stage: Stage) -> None:
    async with listening(stage, "realtime") as listener:
        await listener.say(type="subscribe", channel="asset_prices", symbols=["BTCUSDT"])
        first = await listener.hear_of("asset_price")
        assert data_of(first)["price"] == 96250.5
        assert data_of(first)["timestamp"] == stage.desk.exchange.now_ms - 200
        stage.wall.advance(0.25)
        for _ in range(8):
            stage.wall.advance(0.25)
            await stage.client.get("/health")
        heard = await listener.settle()
        assert 2 <= len(heard) <= 4
        assert {message["type"] for message in heard} == {"asset_price"}


async def test_unsubscribing_ends_the_messages(stage: Stage) -> None:
    async with listening(stage, "realtime") as listener:
        await listener.say(type="subscribe", channel="asset_prices", symbols=["BTCUSDT"])
        await listener.settle()
        await listener.say(type="unsubscribe", room="asset_prices:BTCUSDT")
        assert (await listener.hear())["type"] == "unsubscribed"
        stage.desk.hub.push_assets()
        assert await listener.settle() == []


@pytest.mark.parametrize(
    ("name", "message", "text"),
    [
        ("realtime", {"type": "subscribe", "channel": "asset_prices"}, "Symbols required"),
        (
            "realtime",
            {"type": "subscribe", "channel": "asset_prices", "symbols": ["BNBUSDT"]},
            "unknown symbol",
        ),
        ("realtime", {"type": "subscribe", "channel": "prices"}, "not available on this endpoint"),
        ("markets", {"type": "subscribe", "channel": "orders"}, "not available on this endpoint"),
        ("markets", {"type": "unsubscribe"}, "Room name is required"),
        ("markets", {"type": "unsubscribe", "room": "prices:x"}, "not subscribed"),
        ("markets", {"type": "shout"}, "unknown message type"),
        ("markets", {}, "unknown message type"),
        ("markets", {"type": 7}, "type is required"),
        ("markets", {"type": "subscribe", "channel": "prices", "eventId": "x"}, "Event not found"),
        ("markets", {"type": "subscribe", "channel": "orderbook"}, "marketId is required"),
        (
            "markets",
            {"type": "subscribe", "channel": "orderbook", "marketIds": ["x"] * 11},
            "at most 10",
        ),
        (
            "markets",
            {"type": "subscribe", "channel": "orderbook", "marketIds": ["x"]},
            "Market not found",
        ),
        (
            "markets",
            {"type": "subscribe", "channel": "user_trades", "userId": "x"},
            "User not found",
        ),
    ],
)
async def test_what_makes_no_sense_is_an_error(
    stage: Stage, name: str, message: Message, text: str
) -> None:
    async with listening(stage, name) as listener:
        await listener.say(**message)
        error = await listener.hear()
        assert error["type"] == "error"
        assert text in str(data_of(error)["message"])
        assert error["timestamp"] == stage.desk.exchange.now_ms


@pytest.mark.parametrize("sent", ["{", "[]", "7", "", "NaN", "\ud7ff", b"\x00\xff", "[" * 5000])
async def test_anything_but_an_object_is_an_error_and_the_socket_stays_open(
    stage: Stage, sent: str | bytes
) -> None:
    async with listening(stage, "markets") as listener:
        await listener.socket.send(sent)
        error = await listener.hear()
        assert (error["type"], data_of(error)["message"]) == ("error", "invalid JSON message")
        assert await listener.settle() == []


async def test_the_eleventh_message_in_a_second_is_an_error(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        for _ in range(11):
            await listener.say(type="ping")
        kinds = [(await listener.hear())["type"] for _ in range(11)]
        assert kinds == ["pong"] * 10 + ["error"]
        stage.wall.advance(1)
        assert await listener.settle() == []


async def test_several_messages_may_come_in_one_frame(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await listener.say(
            type="subscribe",
            channel="orderbook",
            marketIds=[market.id for market in stage.world.group.markets],
        )
        await listener.settle()
        assert max(listener.frames) > 1
