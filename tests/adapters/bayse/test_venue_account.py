"""The account, read: whatever cannot be read raises."""

from __future__ import annotations

from typing import Any

import pytest

from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.domain.errors import (
    VenueError,
    VenueMalformed,
)
from bayse_agent.domain.market import (
    EventId,
    MarketId,
    OutcomeId,
    SeriesSlug,
    Side,
)
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import (
    OrderId,
    OrderType,
    VenueOrderStatus,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.scripted_server import (
    HANG_UP,
    PAGE_OF_A_PROXY,
    Reply,
    ScriptedServer,
)

EVENT, MARKET = EventId(samples.EVENT), MarketId(samples.MARKET)
UP, DOWN, ORDER = OutcomeId(samples.UP), OutcomeId(samples.DOWN), OrderId(samples.ORDER)
PAGED = {"pagination": samples.pagination()}


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
