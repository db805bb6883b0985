"""What the venue lists, read: events, markets, series and their windows."""

from __future__ import annotations

from functools import partial

from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.paging import page_of
from bayse_agent.adapters.bayse.wire.reader import Reader, readable, rows
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    EventType,
    Market,
    MarketId,
    MarketStatus,
    Outcome,
    OutcomeId,
    Page,
    Series,
    SeriesSlug,
    SeriesWindow,
    Symbol,
)
from bayse_agent.domain.money import Currency

_EVENT_UNUSED = (
    "additionalContext resolutionSource countdownType displayCountdown hashtags countryCodes "
    "regions metadata subcategory eventThresholdRange sportGameId sportGameSlug sportMarketType "
    "imageUrl image128Url liquidity totalVolume totalOrders userWatchlisted"
)
_MARKET_UNUSED = (
    "description yesPriceForEstimate noPriceForEstimate yesProfitForEstimate noProfitForEstimate "
    "resolutionPrice marketThresholdRange propLine propDirection propTeam liquidityReward "
    "makerRebate totalOrders imageUrl image128Url"
)
_STATUS_SYNONYMS = {
    "settled": MarketStatus.RESOLVED,
    "expired": MarketStatus.CLOSED,
    "canceled": MarketStatus.CANCELLED,
}


def events(value: object, currency: Currency, drift: Drift) -> Page[Event]:
    """A page of events; those that cannot be read are passed over and counted."""
    answer = Reader(value, "events", drift)
    items = readable(answer.rows("events", "event"), partial(event, currency=currency), drift)
    return page_of(answer, items)


def event(row: Reader, currency: Currency) -> Event:
    """One event with all of its markets. `currency` is the one it was asked for in."""
    event_id = EventId(row.id("id"))
    symbol, series = row.optional_text("assetSymbolPair"), row.optional_text("seriesSlug")
    found = Event(
        id=event_id,
        slug=row.text_or_empty("slug"),
        title=row.text("title"),
        description=row.text_or_empty("description"),
        category=row.text_or_empty("category").upper(),
        type=_event_type(row),
        engine=row.choice("engine", Engine),
        status=_status(row),
        created_at=row.optional_moment("createdAt"),
        opens_at=row.optional_moment("openingDate"),
        closes_at=row.optional_moment("closingDate"),
        resolves_at=row.optional_moment("resolutionDate"),
        resolved_at=row.optional_moment("resolvedAt"),
        symbol=None if symbol is None else Symbol(symbol),
        series=None if series is None else SeriesSlug(series),
        threshold=row.optional_number("eventThreshold"),
        close_value=row.optional_number("eventCloseValue"),
        currencies=_currencies(row),
        markets=tuple(
            _market(item, event_id, currency) for item in row.optional_rows("markets", "market")
        ),
    )
    row.done(_EVENT_UNUSED)
    return found


def _event_type(row: Reader) -> EventType:
    """`single` and `SINGLE_MARKET` are the same word, and so on."""
    said = row.text("type").casefold()
    for word in EventType:
        if said.startswith(word.value):
            return word
    raise VenueMalformed(f"a type of event that we do not know: {said[:40]!r}")


def _status(row: Reader) -> MarketStatus:
    said = row.text_or_empty("status").strip().casefold()
    if said in _STATUS_SYNONYMS:
        return _STATUS_SYNONYMS[said]
    return row.optional_choice("status", MarketStatus) or MarketStatus.UNKNOWN


def _currencies(row: Reader) -> tuple[Currency, ...]:
    listed = row.raw("supportedCurrencies")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise VenueMalformed("event.supportedCurrencies is not a list")
    known = {word.value for word in Currency}
    return tuple(Currency(word) for word in listed if isinstance(word, str) and word in known)


def _market(row: Reader, event_id: EventId, currency: Currency) -> Market:
    outcome1 = _outcome(row, "outcome1Id", "outcome1Label")
    outcome2 = _outcome(row, "outcome2Id", "outcome2Label")
    if outcome1.id == outcome2.id:
        raise VenueMalformed("market: both outcomes have the same id")
    percentage = row.optional_number("feePercentage")
    minimum = row.has("minimumOrderAmount")
    found = Market(
        id=MarketId(row.id("id")),
        event_id=event_id,
        title=row.text("title"),
        status=_status(row),
        outcome1=outcome1,
        outcome2=outcome2,
        price1=row.optional_price("outcome1Price"),
        price2=row.optional_price("outcome2Price"),
        buy_price1=row.optional_price("yesBuyPrice"),
        buy_price2=row.optional_price("noBuyPrice"),
        fee_rate=None if percentage is None else percentage / 100,
        minimum_order=row.money("minimumOrderAmount", currency) if minimum else None,
        threshold=row.optional_number("marketThreshold"),
        close_value=row.optional_number("marketCloseValue"),
        winner=_winner(row, outcome1.id, outcome2.id),
        rules=row.text_or_empty("rules"),
    )
    row.done(f"minimumOrderAmount {_MARKET_UNUSED}")
    return found


def _outcome(row: Reader, id_name: str, label_name: str) -> Outcome:
    return Outcome(id=OutcomeId(row.id(id_name)), label=row.text_or_empty(label_name))


def _winner(row: Reader, outcome1: OutcomeId, outcome2: OutcomeId) -> OutcomeId | None:
    """The id if it is told, else YES for outcome1 and NO for outcome2, whatever their labels.

    Raises VenueMalformed when the two contradict each other: nothing may be settled on that.
    """
    told = row.optional_id("resolvedOutcomeId")
    if told is not None and told not in (outcome1, outcome2):
        raise VenueMalformed("market: the winner is not one of its outcomes")
    word = row.text_or_empty("resolvedOutcome").strip().upper()
    meant = {"YES": outcome1, "NO": outcome2}.get(word)
    if told is None:
        return meant
    if meant is not None and told != meant:
        raise VenueMalformed("market: two winners are told")
    return OutcomeId(told)


def series_page(value: object, drift: Drift) -> Page[Series]:
    answer = Reader(value, "series_list", drift)
    return page_of(answer, readable(answer.rows("series", "series"), _series, drift))


def _series(row: Reader) -> Series:
    symbol = row.optional_text("assetSymbol")
    found = Series(
        id=row.id("id"),
        slug=SeriesSlug(row.id("slug")),
        name=row.text("displayName"),
        category=row.optional_text("category"),
        interval=row.optional_text("intervalType"),
        symbol=None if symbol is None else Symbol(symbol),
    )
    row.done("description automationType iconUrl")
    return found


def windows(value: object, drift: Drift) -> tuple[SeriesWindow, ...]:
    """The recent events of a series: a bare array, or the same under `events`."""
    if isinstance(value, dict):
        answer = Reader(value, "lean_events", drift)
        items = answer.rows("events", "lean_event")
        answer.done()
    else:
        items = rows(value, "lean_event", drift)
    return readable(items, _window, drift)


def _window(row: Reader) -> SeriesWindow:
    found = SeriesWindow(
        event_id=EventId(row.id("id")),
        title=row.text_or_empty("title"),
        opens_at=row.optional_moment("openingDate"),
        closes_at=row.optional_moment("closingDate"),
        resolves_at=row.optional_moment("resolutionDate"),
    )
    row.done()
    return found
