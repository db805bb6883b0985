"""Events, markets, series and windows off the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.wire import listing
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import Engine, Event, EventType, Market, MarketStatus
from bayse_agent.domain.money import Currency, Money
from tests.adapters.bayse import samples


def read_event(drift: Drift | None = None, **changes: object) -> Event:
    told = samples.wire(samples.event(**changes))
    return listing.event(Reader(told, "event", drift or Drift()), Currency.NGN)


def read_market(**changes: object) -> Market:
    return read_event(markets=[samples.market(**changes)]).markets[0]


def test_event_when_told_as_documented_then_reads_every_field() -> None:
    found = read_event()

    assert (found.type, found.engine) == (EventType.SINGLE, Engine.AMM)
    assert found.status is MarketStatus.OPEN
    assert found.closes_at == datetime(2026, 2, 24, 12, tzinfo=UTC)
    assert (found.symbol, found.series) == ("BTCUSDT", "crypto-btc-1h")
    assert found.threshold == Decimal("96250.50")
    assert found.currencies == (Currency.USD, Currency.NGN)
    market = found.markets[0]
    assert market.event_id == found.id
    assert (market.outcome1.label, market.outcome2.label) == ("Up", "Down")
    assert market.fee_rate == Decimal("0.02")
    assert market.minimum_order == Money(Decimal(1), Currency.NGN)
    assert market.winner is None


def test_event_when_told_as_documented_then_nothing_is_unexpected() -> None:
    drift = Drift()

    read_event(drift)

    assert drift.report().is_clean


def test_event_when_a_field_is_new_then_it_is_counted() -> None:
    drift = Drift()

    read_event(drift, surprise=1)
    read_event(drift, surprise=2)

    assert drift.report().unknown_fields == {"event.surprise": 2}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("SINGLE_MARKET", EventType.SINGLE),
        ("COMBINED_MARKETS", EventType.COMBINED),
        ("grouped", EventType.GROUPED),
    ],
)
def test_event_when_its_type_is_in_another_casing_then_is_the_same(
    said: str, expected: EventType
) -> None:
    assert read_event(type=said, engine="clob").type is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("OPEN", MarketStatus.OPEN),
        ("Resolved", MarketStatus.RESOLVED),
        ("settled", MarketStatus.RESOLVED),
        ("expired", MarketStatus.CLOSED),
        ("frozen", MarketStatus.UNKNOWN),
        (None, MarketStatus.UNKNOWN),
    ],
)
def test_event_when_its_status_is_any_word_then_is_ours_or_unknown(
    said: str | None, expected: MarketStatus
) -> None:
    assert read_event(status=said).status is expected


@pytest.mark.parametrize("told", ["", None, "0001-01-01T00:00:00Z"])
def test_event_when_a_date_is_empty_then_there_is_none(told: str | None) -> None:
    assert read_event(resolvedAt=told, openingDate=told).opens_at is None


@pytest.mark.parametrize(
    "told", ["2026-02-24T11:00:00", "soon", 12.5, [], True, "1900-01-01T00:00Z"]
)
def test_event_when_a_date_is_unclear_then_is_refused(told: object) -> None:
    with pytest.raises(VenueMalformed):
        read_event(closingDate=told)


@pytest.mark.parametrize("name", ["id", "title", "engine", "type"])
def test_event_when_what_it_is_is_missing_then_is_refused(name: str) -> None:
    with pytest.raises(VenueMalformed):
        read_event(**{name: None})


def test_market_when_closed_and_its_prices_are_zero_then_it_has_none() -> None:
    found = read_market(outcome1Price=0, outcome2Price=0.0, yesBuyPrice=0, noBuyPrice=0)

    assert (found.price1, found.price2) == (None, None)
    assert (found.buy_price1, found.buy_price2) == (None, None)


def test_market_when_numbers_are_missing_then_they_are_none_and_not_zero() -> None:
    missing = dict.fromkeys(["feePercentage", "minimumOrderAmount", "outcome1Price"])
    found = read_market(**missing)

    assert (found.fee_rate, found.minimum_order, found.price1) == (None, None, None)


@pytest.mark.parametrize("price", [-0.2, 1.7, "0.5", True, [], 1e308])
def test_market_when_a_price_is_impossible_then_is_refused(price: object) -> None:
    with pytest.raises(VenueMalformed):
        read_market(outcome1Price=price)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"resolvedOutcome": "YES"}, samples.UP),
        ({"resolvedOutcome": "NO"}, samples.DOWN),
        ({"resolvedOutcome": "no"}, samples.DOWN),
        ({"resolvedOutcome": "Down"}, None),
        ({"resolvedOutcome": None, "resolvedOutcomeId": None}, None),
        ({"resolvedOutcomeId": samples.DOWN}, samples.DOWN),
        ({"resolvedOutcome": "NO", "resolvedOutcomeId": samples.DOWN}, samples.DOWN),
        ({"resolvedOutcome": "Up", "resolvedOutcomeId": samples.DOWN}, samples.DOWN),
    ],
)
def test_market_when_resolved_then_the_winner_is_told_by_id_or_by_yes_and_no(
    changes: dict[str, object], expected: str | None
) -> None:
    assert read_market(**changes).winner == expected


def test_market_when_its_labels_say_no_and_yes_then_yes_still_is_the_first() -> None:
    found = read_market(outcome1Label="NO", outcome2Label="YES", resolvedOutcome="YES")

    assert found.winner == samples.UP


@pytest.mark.parametrize(
    "changes",
    [
        {"resolvedOutcome": "YES", "resolvedOutcomeId": samples.DOWN},
        {"resolvedOutcomeId": "somebody else"},
        {"resolvedOutcomeId": samples.EVENT},
        {"outcome2Id": samples.UP},
        {"outcome1Id": ""},
    ],
)
def test_market_when_its_outcomes_contradict_then_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(VenueMalformed):
        read_market(**changes)


def test_events_when_one_cannot_be_read_then_the_others_go_on() -> None:
    drift = Drift()
    poisoned = samples.event(id="poisoned", markets=[samples.market(outcome1Price=1.7)])
    told = {"events": [poisoned, samples.event()], "pagination": samples.pagination(total=2)}

    found = listing.events(samples.wire(told), Currency.USD, drift)

    assert [event.id for event in found.items] == [samples.EVENT]
    assert list(drift.report().left_out.values()) == [1]


def test_events_when_none_can_be_read_then_is_refused() -> None:
    told = {"events": [samples.event(engine="?")], "pagination": samples.pagination()}

    with pytest.raises(VenueMalformed):
        listing.events(samples.wire(told), Currency.USD, Drift())


@pytest.mark.parametrize("pagination", [None, {}, {"page": 0, "lastPage": 1, "totalCount": 1}])
def test_events_when_the_page_does_not_say_which_then_is_refused(pagination: object) -> None:
    with pytest.raises(VenueMalformed):
        listing.events({"events": [], "pagination": pagination}, Currency.USD, Drift())


def test_series_page_when_only_the_sure_fields_are_there_then_reads_them() -> None:
    told = {"series": [{"id": "1", "slug": "crypto-btc-15min", "displayName": "Bitcoin"}]}

    found = listing.series_page({**told, "pagination": samples.pagination()}, Drift())

    assert found.items[0].slug == "crypto-btc-15min"
    assert found.items[0].interval is None


WINDOW = {
    "id": samples.EVENT,
    "title": "Bitcoin",
    "openingDate": samples.AT,
    "closingDate": "",
    "resolutionDate": "",
}


@pytest.mark.parametrize("told", [[WINDOW], {"events": [WINDOW]}])
def test_windows_when_bare_or_wrapped_then_reads_them(told: object) -> None:
    found = listing.windows(told, Drift())

    assert found[0].event_id == samples.EVENT
    assert found[0].opens_at == datetime(2026, 2, 24, 11, tzinfo=UTC)
    assert found[0].closes_at is None


@pytest.mark.parametrize("told", [None, "x", {}, {"events": None}, 3])
def test_windows_when_there_is_no_list_then_is_refused(told: object) -> None:
    with pytest.raises(VenueMalformed):
        listing.windows(told, Drift())
