"""The venue's ports, route by route, over a real connection."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import (
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
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import (
    OrderId,
)
from bayse_agent.ports import MarketData, Venue
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import QUICK
from tests.adapters.bayse.scripted_server import (
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
