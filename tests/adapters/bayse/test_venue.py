"""The venue's ports, route by route, over a real connection."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import (
    VenueError,
    VenueMalformed,
    VenueNotFound,
    VenueRejected,
    VenueUnreachable,
)
from bayse_agent.domain.market import (
    EventId,
    MarketId,
    MarketStatus,
    OutcomeId,
    SeriesSlug,
    Side,
)
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    CompleteSet,
    Declined,
    OrderId,
    OrderType,
    Unresolved,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.ports import MarketData, Venue
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import QUICK
from tests.adapters.bayse.scripted_server import (
    HANG_UP,
    PAGE_OF_A_PROXY,
    Reply,
    ScriptedServer,
)
from tests.adapters.bayse.timers import HandTimer

EVENT, MARKET = EventId(samples.EVENT), MarketId(samples.MARKET)
UP, DOWN, ORDER = OutcomeId(samples.UP), OutcomeId(samples.DOWN), OrderId(samples.ORDER)
PAGED = {"pagination": samples.pagination()}


def test_venue_when_looked_at_then_is_both_ports(venue: BayseVenue) -> None:
    data: MarketData = venue
    acts: Venue = venue

    assert data is acts


# What can be seen


async def test_events_when_filtered_then_asks_with_every_filter(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"events": [samples.event()], **PAGED}))

    page = await venue.events(
        currency=Currency.NGN,
        page=2,
        size=5,
        status=MarketStatus.RESOLVED,
        category="CRYPTO",
        keyword="bit coin",
        series=SeriesSlug("crypto-btc-15min"),
    )

    assert (page.number, page.last, page.total) == (1, 1, 1)
    assert server.requests[0].path == "/v1/pm/events"
    assert dict(server.requests[0].query) == {
        "currency": "NGN",
        "page": "2",
        "size": "5",
        "status": "resolved",
        "category": "CRYPTO",
        "keyword": "bit coin",
        "seriesSlug": "crypto-btc-15min",
    }


async def test_event_when_asked_by_id_and_by_slug_then_takes_each_route(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = Reply.of(samples.event())

    await venue.event(EVENT, currency=Currency.NGN)
    await venue.event_by_slug("a/b?c", currency=Currency.USD)

    assert [seen.path for seen in server.requests] == [
        f"/v1/pm/events/{samples.EVENT}",
        "/v1/pm/events/slug/a%2Fb%3Fc",
    ]
    assert [dict(seen.query)["currency"] for seen in server.requests] == ["NGN", "USD"]


async def test_event_when_unknown_then_is_not_found(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(404, "not_found", "Event not found"))

    with pytest.raises(VenueNotFound):
        await venue.event(EVENT, currency=Currency.NGN)


async def test_series_and_windows_when_asked_then_take_their_routes(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    row = {"id": "1", "slug": "crypto-btc-15min", "displayName": "Bitcoin"}
    server.answers(Reply.of({"series": [row], **PAGED}), Reply.of([{"id": "e", "title": "t"}]))

    page = await venue.series(size=100)
    windows = await venue.series_windows(page.items[0].slug)

    assert windows[0].event_id == "e"
    assert [seen.path for seen in server.requests] == [
        "/v1/pm/events/series",
        "/v1/pm/events/series/crypto-btc-15min/lean-events",
    ]


async def test_books_when_there_are_many_outcomes_then_asks_in_lots(
    server: ScriptedServer, timer: HandTimer
) -> None:
    options = dataclasses.replace(QUICK, books_per_request_max=2)
    server.usual = Reply.of([])

    async with BayseClient(server.url, timer=timer, options=options) as client:
        venue = BayseVenue(client, clock=SystemClock())
        ids = [OutcomeId(text) for text in ("a", "b", "c", "a")]
        assert await venue.books(ids, currency=Currency.NGN, depth=5) == ()

    rest = (("depth", "5"), ("currency", "NGN"))
    assert [seen.query for seen in server.requests] == [
        (("outcomeId[]", "a"), ("outcomeId[]", "b"), *rest),
        (("outcomeId[]", "c"), *rest),
    ]


async def test_books_when_told_then_knows_when_it_heard(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of([samples.book()]))
    before = SystemClock().now()

    (book,) = await venue.books([UP], currency=Currency.NGN)

    assert before <= book.received_at <= SystemClock().now()


async def test_quote_when_asked_then_posts_the_question_without_signing(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.quote()))

    quote = await venue.quote(
        event_id=EVENT,
        market_id=MARKET,
        outcome_id=UP,
        side=Side.BUY,
        amount=Decimal("100.5"),
        currency=Currency.USD,
    )

    seen = server.requests[0]
    assert (quote.side, quote.amount) == (Side.BUY, Decimal("100.5"))
    assert seen.path == f"/v1/pm/events/{EVENT}/markets/{MARKET}/quote"
    assert json.loads(seen.body) == {
        "side": "BUY",
        "outcomeId": UP,
        "amount": 100.5,
        "currency": "USD",
    }
    assert "x-signature" not in seen.headers


async def test_quote_when_the_venue_fails_then_is_not_asked_twice(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = PAGE_OF_A_PROXY

    with pytest.raises(VenueUnreachable):
        await venue.quote(
            event_id=EVENT,
            market_id=MARKET,
            outcome_id=UP,
            side=Side.BUY,
            amount=Decimal(1),
            currency=Currency.USD,
        )
    assert len(server.requests) == 1


async def test_ticker_when_of_a_formula_market_then_is_rejected(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(400, "bad_request", "no ticker"))

    with pytest.raises(VenueRejected):
        await venue.ticker(MARKET, UP)
    assert server.requests[0].query == (("outcomeId", samples.UP),)


async def test_price_history_when_asked_then_names_the_canonical_outcome(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"markets": []}))

    assert await venue.price_history(EVENT, period="12H", market_ids=[MARKET]) == {}
    assert server.requests[0].query == (
        ("timePeriod", "12H"),
        ("outcome", "YES"),
        ("marketId[]", samples.MARKET),
    )


async def test_trades_when_of_one_order_then_asks_for_it(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"data": [samples.trade()], **PAGED}))

    page = await venue.trades(order_id=ORDER)

    assert page.items[0].taker_order_id == ORDER
    assert ("orderId", samples.ORDER) in server.requests[0].query


# Cancelling


async def test_cancel_when_taken_then_answers_with_the_order_as_read(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(
        Reply.of({"message": "Order cancelled"}), Reply.of(samples.read_order(status="cancelled"))
    )

    found = await venue.cancel(ORDER)

    assert isinstance(found, VenueOrder)
    assert (found.status, found.filled) == (VenueOrderStatus.CANCELLED, 10)
    assert [seen.method for seen in server.requests] == ["DELETE", "GET"]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
@pytest.mark.parametrize("state", ["cancelled", "filled", "expired"])
async def test_cancel_when_refused_but_the_order_is_over_then_is_done(
    venue: BayseVenue, server: ScriptedServer, status: int, state: str
) -> None:
    server.answers(
        Reply.complaint(status, "not_cancellable"), Reply.of(samples.read_order(status=state))
    )

    found = await venue.cancel(ORDER)

    assert isinstance(found, VenueOrder)
    assert found.status.value == state


async def test_cancel_when_refused_and_the_order_is_open_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(401, "invalid_signature"), Reply.of(samples.read_order()))

    found = await venue.cancel(ORDER)

    assert isinstance(found, Declined)
    assert (found.status, found.code) == (401, "invalid_signature")


async def test_cancel_when_no_answer_comes_but_the_order_is_over_then_is_done(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(
        *[HANG_UP] * QUICK.attempts_max, Reply.of(samples.read_order(status="cancelled"))
    )

    assert isinstance(await venue.cancel(ORDER), VenueOrder)


async def test_cancel_when_no_answer_comes_and_the_order_is_open_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(*[HANG_UP] * QUICK.attempts_max, Reply.of(samples.read_order()))

    assert isinstance(await venue.cancel(ORDER), Unresolved)


async def test_cancel_when_the_first_reply_is_lost_then_the_second_error_means_done(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    over = Reply.of(samples.read_order(status="cancelled"))
    server.answers(HANG_UP, Reply.complaint(400, "already_cancelled"), over)

    assert isinstance(await venue.cancel(ORDER), VenueOrder)


async def test_cancel_when_nobody_knows_the_order_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = Reply.complaint(404, "not_found")

    found = await venue.cancel(ORDER)

    assert isinstance(found, Declined)
    assert found.status == 404


@pytest.mark.parametrize("read", [PAGE_OF_A_PROXY, Reply.complaint(404, "not_found")])
async def test_cancel_when_taken_but_not_seen_afterwards_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer, read: Reply
) -> None:
    server.answers(Reply.of({"message": "Order cancelled"}))
    server.usual = read

    assert isinstance(await venue.cancel(ORDER), Unresolved)


async def test_cancel_many_when_there_are_many_then_asks_in_lots_with_signed_bodies(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = Reply.of({"results": [], "summary": {}})

    await venue.cancel_many([OrderId(str(number)) for number in range(20)])

    bodies = [json.loads(seen.body)["orderIds"] for seen in server.requests]
    assert [len(ids) for ids in bodies] == [15, 5]
    assert all(seen.headers["x-signature"] for seen in server.requests)
    assert {(seen.method, seen.path) for seen in server.requests} == {
        ("DELETE", "/v1/pm/orders/batch")
    }


# Complete sets

SET = {"operationId": "op-1", "marketId": samples.MARKET, "quantity": 10}
THOUSAND = Money(Decimal(1000), Currency.NGN)


async def test_mint_when_taken_then_answers_with_the_pairs(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(SET))

    found = await venue.mint(MARKET, THOUSAND)

    assert isinstance(found, CompleteSet)
    assert (found.pairs, found.cash) == (Decimal(10), THOUSAND)
    assert server.requests[0].path == f"/v1/pm/markets/{samples.MARKET}/mint"
    assert json.loads(server.requests[0].body) == {"quantity": 1000, "currency": "NGN"}


async def test_burn_when_taken_then_answers_with_the_proceeds(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({**SET, "proceeds": 995.5}))

    found = await venue.burn(MARKET, THOUSAND)

    assert isinstance(found, CompleteSet)
    assert found.cash == Money(Decimal("995.5"), Currency.NGN)


async def test_mint_when_limited_or_in_doubt_then_is_unresolved_and_sent_once(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    for trouble in (PAGE_OF_A_PROXY, HANG_UP, Reply(status=429), Reply.of({"quantity": 10})):
        server.answers(trouble)
        assert isinstance(await venue.mint(MARKET, THOUSAND), Unresolved)

    assert len(server.requests) == 4


async def test_burn_when_refused_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(400, "bad_request", "insufficient shares"))

    found = await venue.burn(MARKET, THOUSAND)

    assert found == Declined(status=400, code="bad_request", message="insufficient shares")


async def test_mint_when_the_sum_is_impossible_then_declines_without_sending(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    assert isinstance(await venue.mint(MARKET, Money.zero(Currency.NGN)), Declined)
    assert server.requests == []


# The account


async def test_order_when_read_then_its_type_is_the_type(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.read_order()))

    found = await venue.order(ORDER)

    assert (found.type, found.side) == (OrderType.LIMIT, Side.BUY)
    assert (found.status, found.filled) == (VenueOrderStatus.PARTIAL, 10)
    assert found.currency is Currency.NGN


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "another"},
        {"outcomeId": None, "outcome": "YES"},
        {"filledSize": None},
        {"filledSize": 30},
        {"side": "LEFT"},
        {"type": "WISH"},
    ],
)
async def test_order_when_unclear_then_is_refused(
    venue: BayseVenue, server: ScriptedServer, changes: dict[str, Any]
) -> None:
    server.answers(Reply.of(samples.read_order(**changes)))

    with pytest.raises(VenueMalformed):
        await venue.order(ORDER)


async def test_order_when_its_status_is_a_new_word_then_is_unknown_and_not_final(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.read_order(status="parked")))

    assert (await venue.order(ORDER)).status is VenueOrderStatus.UNKNOWN


async def test_orders_when_listed_then_always_names_the_currency_and_no_status(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    row = samples.read_order()
    del row["currency"]
    server.answers(Reply.of({"orders": [row], **PAGED}))

    page = await venue.orders(currency=Currency.NGN, market_id=MARKET, outcome_id=UP)

    assert page.items[0].currency is Currency.NGN
    query = dict(server.requests[0].query)
    assert query["currency"] == "NGN"
    assert "status" not in query


@pytest.mark.parametrize("row", [samples.read_order(currency="USD"), samples.read_order(id=None)])
async def test_orders_when_one_row_is_unclear_then_the_page_is_refused(
    venue: BayseVenue, server: ScriptedServer, row: samples.Json
) -> None:
    server.answers(Reply.of({"orders": [samples.read_order(), row], **PAGED}))

    with pytest.raises(VenueMalformed):
        await venue.orders(currency=Currency.NGN)


async def test_holdings_when_there_are_several_pages_then_reads_all(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    first = samples.portfolio(samples.balance(), page=1, last=2, total=2)
    second = samples.portfolio(samples.balance(outcomeId=samples.DOWN), page=2, last=2, total=2)
    server.answers(Reply.of(first), Reply.of(second))

    found = await venue.holdings()

    assert [row.outcome_id for row in found] == [samples.UP, samples.DOWN]


async def test_holdings_when_the_account_is_empty_then_is_empty(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.portfolio()))

    assert await venue.holdings() == ()


async def test_wallets_and_profit_when_asked_then_take_their_routes(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"assets": [samples.asset()]}), Reply.of(samples.profit()))

    (wallet,) = await venue.wallets()
    profit = await venue.profit_and_loss(currency=Currency.USD)

    assert wallet.available.currency is Currency.NGN
    assert profit.wins == 8
    assert [seen.path for seen in server.requests] == ["/v1/wallet/assets", "/v1/pm/pnl"]
    assert server.requests[1].query == (("currency", "USD"),)


async def test_activities_when_of_a_kind_then_asks_for_it(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"activities": [samples.activity()], **PAGED}))

    page = await venue.activities(kind="payout", page=3)

    assert page.items[0].order_id == samples.ORDER
    assert dict(server.requests[0].query) == {"type": "payout", "page": "3", "size": "50"}


@pytest.mark.parametrize("trouble", [PAGE_OF_A_PROXY, HANG_UP, Reply(status=429), Reply()])
async def test_account_when_it_cannot_be_read_then_every_read_raises(
    venue: BayseVenue, server: ScriptedServer, trouble: Reply
) -> None:
    server.usual = trouble
    reads = [
        venue.orders(currency=Currency.NGN),
        venue.order(ORDER),
        venue.holdings(),
        venue.wallets(),
        venue.activities(),
        venue.profit_and_loss(currency=Currency.NGN),
        venue.events(currency=Currency.NGN),
        venue.series_windows(SeriesSlug("s")),
        venue.books([UP], currency=Currency.NGN),
    ]

    for read in reads:
        with pytest.raises(VenueError):
            await read
