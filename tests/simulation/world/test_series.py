"""The catalogue of series and the windows it lists."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.switches import SettlementRule, Switches, TieRule
from bayse_agent.simulation.exchange.units import to_ms
from bayse_agent.simulation.laws import CROSSES, LAWS
from bayse_agent.simulation.series import CATALOGUE, SeriesSpec, window

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
BY_SLUG = {series.slug: series for series in CATALOGUE}


def opening(hour: int, minute: int = 0, day: int = 1) -> int:
    return to_ms(MONDAY.replace(day=day, hour=hour, minute=minute))


def test_catalogue_when_read_then_has_the_families_of_the_venue() -> None:
    expected = {f"crypto-{coin}-5min" for coin in ("btc", "eth", "sol", "bnb")}
    expected |= {
        f"crypto-{coin}-{part}"
        for coin in ("btc", "eth", "sol")
        for part in ("15min", "1h", "6h", "1d")
    }
    expected |= {
        f"fx-{pair}-1h" for pair in ("usdngn", "gbpusd", "eurusd", "gbpjpy", "eurjpy", "usdjpy")
    }
    expected |= {"commodity-xauusd-1h", "commodity-xagusd-1h"}

    assert set(BY_SLUG) == expected
    assert {series.symbol for series in CATALOGUE} == {*LAWS, *CROSSES}


@pytest.mark.parametrize(
    ("slug", "engine", "fee"),
    [
        ("crypto-btc-5min", Engine.CLOB, 10),
        ("crypto-eth-15min", Engine.CLOB, 10),
        ("crypto-sol-1h", Engine.AMM, 2),
        ("crypto-btc-6h", Engine.CLOB, 5),
        ("crypto-btc-1d", Engine.CLOB, 5),
        ("fx-usdngn-1h", Engine.AMM, 5),
        ("commodity-xauusd-1h", Engine.AMM, 3),
    ],
)
def test_series_when_read_then_has_its_engine_and_fee(slug: str, engine: Engine, fee: int) -> None:
    assert (BY_SLUG[slug].engine, BY_SLUG[slug].fee_percent) == (engine, fee)


@pytest.mark.parametrize(
    ("slug", "hour", "minute", "event", "title"),
    [
        (
            "crypto-btc-1h",
            11,
            0,
            "crypto-btc-1h-jun-1-2026-11am",
            "Bitcoin Hourly - Jun 1 11am GMT",
        ),
        (
            "crypto-btc-15min",
            0,
            15,
            "crypto-btc-15min-jun-1-2026-12-15am",
            "Bitcoin 15 Minutes - Jun 1 12:15am GMT",
        ),
        ("crypto-sol-1d", 0, 0, "crypto-sol-1d-jun-1-2026", "Solana Daily - Jun 1 GMT"),
        ("fx-gbpusd-1h", 12, 0, "fx-gbpusd-1h-jun-1-2026-12pm", "GBP/USD Hourly - Jun 1 12pm GMT"),
    ],
)
def test_window_when_listed_then_is_called_after_its_opening(
    slug: str, hour: int, minute: int, event: str, title: str
) -> None:
    spec = window(BY_SLUG[slug], opening(hour, minute), Switches())

    assert (spec.slug, spec.title) == (event, title)


def test_window_when_listed_then_is_announced_one_interval_before_it_opens() -> None:
    spec = window(BY_SLUG["crypto-btc-15min"], opening(10, 15), Switches())

    assert spec.created_ms == opening(10)
    assert spec.closes_ms == opening(10, 30)
    assert spec.resolves_ms == opening(10, 31)
    assert (spec.markets[0].label1, spec.markets[0].label2) == ("Up", "Down")
    assert spec.markets[0].minimum_order == {Currency.NGN: 100, Currency.USD: 1}
    assert spec.markets[0].fee_percent == Decimal(10)


def test_windows_when_listed_for_days_then_never_share_a_slug() -> None:
    slugs = [
        window(series, series.opening_at_or_before(opening(0)) + n * series.interval_ms, Switches())
        for series in CATALOGUE
        for n in range(300)
    ]

    assert len({spec.slug for spec in slugs}) == len(slugs)


def rules(series: SeriesSpec, switches: Switches) -> str:
    return window(series, opening(0), switches).markets[0].rules


def test_rules_when_settlement_and_tie_are_switched_then_say_so() -> None:
    bitcoin = BY_SLUG["crypto-btc-15min"]
    spot_down = Switches(crypto_settlement=SettlementRule.SPOT, tie=TieRule.DOWN)

    assert "average price of the last 60 seconds" in rules(bitcoin, Switches())
    assert "above or equal to the opening value" in rules(bitcoin, Switches())
    assert "price at closing is above the opening value" in rules(bitcoin, spot_down)


def test_settlement_when_asked_then_follows_the_switch_of_its_family() -> None:
    switches = Switches()

    assert BY_SLUG["crypto-btc-5min"].settlement(switches) is SettlementRule.TWAP60
    assert BY_SLUG["fx-eurusd-1h"].settlement(switches) is SettlementRule.SPOT


def test_currencies_when_markets_rest_then_have_no_windows_but_crypto_does() -> None:
    saturday = opening(12, day=6)

    assert not BY_SLUG["fx-eurusd-1h"].trades(saturday)
    assert not BY_SLUG["commodity-xauusd-1h"].trades(opening(21, day=5))
    assert BY_SLUG["fx-eurusd-1h"].trades(opening(20, day=5))
    assert BY_SLUG["crypto-btc-1h"].trades(saturday)
