"""Prices in decimals: gaps stay gaps, averages leave them out, bars are whole minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.simulation.prices import Outlook, Prices, decimal_of

START_S = 1_780_272_000
START_MS = START_S * 1000


@dataclass
class Written:
    """A path written down by hand: second -> quanta."""

    ticks: dict[int, int]
    places: int = 2
    begins_s: int = START_S
    ends_s: int | None = None
    minutes: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)

    def level(self, second: int) -> int | None:
        return self.ticks.get(second)

    def last_second(self, second: int) -> int | None:
        return max((known for known in self.ticks if known <= second), default=None)

    def levels(self, first: int, last: int) -> list[tuple[int, int]]:
        return [(second, level) for second, level in self.ticks.items() if first <= second <= last]

    def minute(self, minute: int) -> tuple[int, int, int, int] | None:
        return self.minutes.get(minute)

    def outlook(self, second: int, horizon_s: float) -> Outlook:
        return Outlook(level=self.ticks[second], variance=4e-8 * horizon_s)


def prices(ticks: dict[int, int], **others: object) -> Prices:
    return Prices({"X": Written(ticks, **others)})  # type: ignore[arg-type]


def test_price_when_shown_within_the_second_then_is_that_tick() -> None:
    assert prices({START_S: 12345}).price("X", START_MS + 999) == Decimal("123.45")


def test_price_when_in_a_gap_then_is_none_but_the_last_is_known() -> None:
    gapped = prices({START_S: 12345})

    assert gapped.price("X", START_MS + 5000) is None
    assert gapped.last_price("X", START_MS + 5000) == Decimal("123.45")
    assert gapped.last_price("X", START_MS - 1000) is None


def test_average_when_minute_is_whole_then_takes_the_sixty_seconds_before() -> None:
    ticks = {START_S + second: 100 + second for second in range(61)}

    # 100 to 159 average 129.5, which is rounded to even
    assert prices(ticks).twap60("X", START_MS + 60_000) == Decimal("1.30")


def test_average_when_ticks_are_missing_then_averages_the_others() -> None:
    ticks = {START_S: 100, START_S + 59: 300}

    assert prices(ticks).twap60("X", START_MS + 60_000) == Decimal("2.00")


def test_average_when_minute_is_empty_then_is_the_last_known_price() -> None:
    assert prices({START_S: 100}).twap60("X", START_MS + 300_000) == Decimal("1.00")


def test_volatility_when_asked_then_is_of_one_second() -> None:
    assert prices({START_S: 100}).volatility("X", START_MS) == pytest.approx(2e-4)


def test_bars_when_asked_then_end_before_now_and_leave_gaps_out() -> None:
    minute = START_S // 60
    minutes = {minute: (1, 4, 1, 2), minute + 2: (2, 3, 2, 3), minute + 3: (3, 3, 3, 3)}
    found = prices({}, minutes=minutes).bars("X", START_MS + 3 * 60_000 + 59_999, 10)

    assert [bar.at for bar in found] == [
        datetime.fromtimestamp(START_S, UTC),
        datetime.fromtimestamp(START_S + 120, UTC),
    ]
    assert (found[0].open, found[0].high, found[0].low, found[0].close) == tuple(
        Decimal(cents).scaleb(-2) for cents in (1, 4, 1, 2)
    )


def test_symbol_when_unknown_then_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="DOGE"):
        prices({}).price("DOGE", START_MS)


def test_quanta_when_shown_then_keep_every_place() -> None:
    assert str(decimal_of(9625050, 2)) == "96250.50"
