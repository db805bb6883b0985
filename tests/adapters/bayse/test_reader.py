"""Whatever JSON arrives, it becomes a value or is refused as malformed: there is no third way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.wire import (
    account,
    listing,
    orders,
    prices,
    programmes,
    sports,
    stream,
    user,
)
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import Reader, decode
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import Engine, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency
from tests.adapters.bayse import samples
from tests.adapters.bayse.pushes import PUSHED

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ASKED = orders.Asked(
    market_id=MarketId(samples.MARKET),
    outcome_id=OutcomeId(samples.UP),
    side=Side.BUY,
    currency=Currency.NGN,
    engine=Engine.CLOB,
    amount=Decimal(100),
)
USD, NGN = Currency.USD, Currency.NGN
RECEPTION = stream.Reception(received_at=NOW, currency=NGN, source_ahead_max=timedelta(seconds=5))
PAGED = {"pagination": samples.pagination()}

SHAPES: dict[str, tuple[object, Callable[[object, Drift], object]]] = {
    "events": ({"events": [samples.event()], **PAGED}, lambda v, d: listing.events(v, USD, d)),
    "event": (samples.event(), lambda v, d: listing.event(Reader(v, "event", d), USD)),
    "series": (
        {"series": [{"id": "1", "slug": "s", "displayName": "n"}], **PAGED},
        listing.series_page,
    ),
    "windows": ([{"id": "1", "openingDate": samples.AT}], listing.windows),
    "books": (
        [samples.book()],
        lambda v, d: prices.books(v, [OutcomeId(samples.UP)], NGN, NOW, d),
    ),
    "quote": (
        samples.quote(),
        lambda v, d: prices.quote(
            Reader(v, "quote", d),
            market_id=MarketId(samples.MARKET),
            outcome_id=OutcomeId(samples.UP),
            side=Side.BUY,
            asked=Decimal(100),
            currency=NGN,
            received_at=NOW,
        ),
    ),
    "ticker": (
        {"marketId": samples.MARKET, "lastPrice": 0.5, "timestamp": samples.AT},
        lambda v, d: prices.ticker(Reader(v, "ticker", d), MarketId(samples.MARKET)),
    ),
    "history": (
        {"markets": [{"marketId": "m", "priceHistory": [{"e": 1771329600000, "p": 0.5}]}]},
        prices.history,
    ),
    "trades": ({"data": [samples.trade()], **PAGED}, prices.trades),
    "orders": (
        {"orders": [samples.read_order()], **PAGED},
        lambda v, d: orders.page(v, NGN, d),
    ),
    "order": (samples.read_order(), lambda v, d: orders.read(Reader(v, "order", d))),
    "placed": (
        {"engine": "CLOB", "clobOrder": samples.placed_book_order()},
        lambda v, d: orders.placed(v, ASKED, d),
    ),
    "batch": (samples.batch(samples.placed_book_order()), orders.batch_item),
    "portfolio": (samples.portfolio(samples.balance()), account.portfolio),
    "wallets": ({"assets": [samples.asset()]}, account.wallets),
    "activities": ({"activities": [samples.activity()], **PAGED}, account.activities),
    "profit": (samples.profit(), lambda v, d: account.profit_and_loss(v, USD, d)),
    "rewards": ({"data": [samples.reward()], **PAGED}, programmes.rewards),
    "rebates": ({"data": [samples.rebate()], **PAGED}, programmes.rebates),
    "games": ({"games": [samples.game()], **PAGED}, sports.games),
    "new key": (samples.new_key(), user.new_api_key),
    **{
        f"pushed {name}": (message, lambda v, d: stream.changes(v, RECEPTION, d))
        for name, message in PUSHED.items()
    },
}

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["1e999", "0x1", "-0", "2026-01-01", "YES", "", samples.UP]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "price", "page", "e", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def swapped(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """The sample with one of its values, at any depth, put in place of by another."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: swapped(value[name], draw)}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], swapped(value[place], draw), *value[place + 1 :]]
    return draw(ANY_JSON)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_shapes_when_told_as_recorded_then_are_read_without_surprise(name: str) -> None:
    sample, parse = SHAPES[name]
    drift = Drift()

    parse(samples.wire(sample), drift)

    assert drift.report().unknown_words == {}
    assert drift.report().left_out == {}
    assert drift.report().unknown_fields == {}


@pytest.mark.parametrize("name", sorted(SHAPES))
@given(value=ANY_JSON)
def test_shapes_when_given_any_json_then_read_it_or_refuse_it(name: str, value: object) -> None:
    _, parse = SHAPES[name]
    try:
        read = parse(samples.wire(value), Drift())
    except VenueMalformed:
        return
    assert read is not None


@pytest.mark.parametrize("name", sorted(SHAPES))
@given(data=st.data())
def test_shapes_when_one_value_is_another_then_read_it_or_refuse_it(
    name: str, data: st.DataObject
) -> None:
    sample, parse = SHAPES[name]
    try:
        read = parse(samples.wire(swapped(sample, data.draw)), Drift())
    except VenueMalformed:
        return
    assert read is not None


@given(body=st.binary(max_size=200))
def test_decode_when_given_any_bytes_then_reads_them_or_refuses_them(body: bytes) -> None:
    try:
        read = decode(body)
    except VenueMalformed:
        return
    assert json.loads(body) == read


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", '{"a":1,"a":2}', "[" * 50_000, "1" * 5000, "", "{", '{"a":1}x', "{'a':1}"],
)
def test_decode_when_the_json_is_not_strict_then_refuses(text: str) -> None:
    with pytest.raises(VenueMalformed):
        decode(text.encode())


def test_decode_when_a_number_is_long_then_keeps_each_digit() -> None:
    assert decode(b'{"a":123456789.123456789}') == {"a": Decimal("123456789.123456789")}


@pytest.mark.parametrize("text", ["1e99", "1e-99", "1." + "3" * 40, "1e999999999", "9" * 60])
def test_number_when_of_an_absurd_size_then_is_refused(text: str) -> None:
    row = Reader(decode(f'{{"a":{text}}}'.encode()), "shape", Drift())

    with pytest.raises(VenueMalformed):
        row.number("a")


@pytest.mark.parametrize("text", ["-0.0", "0", "0e5", "-0"])
def test_number_when_it_is_a_kind_of_zero_then_is_plain_zero(text: str) -> None:
    row = Reader(decode(f'{{"a":{text}}}'.encode()), "shape", Drift())

    assert str(row.number("a")) == "0"


def test_text_when_it_cannot_be_stored_then_is_made_storable() -> None:
    row = Reader(decode(b'{"a":"x\\u0000\\ud800y"}'), "shape", Drift())

    assert row.text("a") == "x��y"


@pytest.mark.parametrize("value", ["", "a b", "a\n", "é", 5, "x" * 201])
def test_id_when_it_is_none_then_is_refused(value: object) -> None:
    with pytest.raises(VenueMalformed):
        Reader({"id": value}, "shape", Drift()).id("id")


def test_drift_when_names_never_end_then_stays_bounded() -> None:
    drift = Drift(names_max=10)

    for number in range(1000):
        drift.unknown_field("shape", f"field{number}")

    report = drift.report()
    assert len(report.unknown_fields) == 10
    assert report.uncounted == 990
