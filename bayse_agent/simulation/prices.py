"""What the underlying assets cost at any second of the world, whoever drew the path.

A path counts in quanta, the last decimal place of its symbol: 96250.50 with two places is 9625050.
The price of a second is the tick that was shown during it; a missing tick is a gap and stays one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from math import sqrt
from typing import Protocol

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.market import Bar

AVERAGED_TICKS = 60
"""An averaged settlement takes the sixty ticks of the minute that ends at the close."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# Made at every thought of every crowd: a frozen one takes three times as long to make.
@dataclass(slots=True, kw_only=True)
class Outlook:
    """What the law of a path says at a second about the log price some seconds later.

    `variance` is of the lasting part, without jumps; jumps come at `jump_rate` a second with
    standard deviation `jump_sd`. `bounce` is the passing part of the log price now; it dies at
    `bounce_decay` a second and is on average `bounce_sd` large.
    """

    level: int
    variance: float
    jump_rate: float = 0.0
    jump_sd: float = 0.0
    bounce: float = 0.0
    bounce_sd: float = 0.0
    bounce_decay: float = 1.0


class Path(Protocol):
    """The price of one symbol, second by second, in quanta. Drawn, or read from a tape."""

    @property
    def places(self) -> int: ...

    @property
    def begins_s(self) -> int: ...

    @property
    def ends_s(self) -> int | None:
        """The first second after the last tick; None when it never ends."""

    def level(self, second: int) -> int | None:
        """The tick of that second, or None in a gap and outside the path."""

    def last_second(self, second: int) -> int | None:
        """The latest second with a tick, not after `second`; None before the first one."""

    def levels(self, first: int, last: int) -> list[tuple[int, int]]:
        """The ticks of `first` to `last`, both included, as (second, quanta); gaps left out."""

    def minute(self, minute: int) -> tuple[int, int, int, int] | None:
        """Open, high, low, close of a minute since 1970; None when nothing was shown in it."""

    def outlook(self, second: int, horizon_s: float) -> Outlook:
        """What can be said at a second about the price `horizon_s` later."""


class Prices:
    """The paths of all symbols, in decimals and milliseconds."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = dict(paths)

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self._paths)

    def path(self, symbol: str) -> Path:
        """The path of a symbol. Raises ConfigurationError when there is none."""
        try:
            return self._paths[symbol]
        except KeyError:
            raise ConfigurationError(f"no prices for symbol {symbol!r}") from None

    def price(self, symbol: str, ms: int) -> Decimal | None:
        """The price shown at a moment, or None in a gap."""
        path = self.path(symbol)
        level = path.level(ms // 1000)
        return None if level is None else decimal_of(level, path.places)

    def last_price(self, symbol: str, ms: int) -> Decimal | None:
        """The price shown at a moment or, in a gap, the last one before it."""
        path = self.path(symbol)
        second = path.last_second(ms // 1000)
        level = None if second is None else path.level(second)
        return None if level is None else decimal_of(level, path.places)

    def twap60(self, symbol: str, at_ms: int) -> Decimal | None:
        """The average of the ticks of the 60 seconds before a moment, to the symbol's last place.

        Ticks that are missing are left out; when all are, it is the last price before.
        """
        path = self.path(symbol)
        end = at_ms // 1000
        ticks = path.levels(end - AVERAGED_TICKS, end - 1)
        if not ticks:
            return self.last_price(symbol, at_ms - 1)
        mean = Decimal(sum(level for _, level in ticks)) / len(ticks)
        return decimal_of(int(mean.to_integral_value(ROUND_HALF_EVEN)), path.places)

    def volatility(self, symbol: str, ms: int) -> float:
        """The true standard deviation of the log price over one second, as of a moment."""
        return sqrt(self.path(symbol).outlook(ms // 1000, 1.0).variance)

    def ticks(self, symbol: str, first_s: int, last_s: int) -> Iterator[tuple[int, Decimal]]:
        """The ticks of `first_s` to `last_s`, both included, oldest first."""
        path = self.path(symbol)
        for second, level in path.levels(first_s, last_s):
            yield second, decimal_of(level, path.places)

    def bar(self, symbol: str, minute: int) -> Bar | None:
        """One minute since 1970 as a bar, or None when nothing was shown in it."""
        return _bar(self.path(symbol), minute)

    def bars(self, symbol: str, until_ms: int, count: int) -> tuple[Bar, ...]:
        """Up to `count` minutes that were over at `until_ms`, oldest first; gaps are left out."""
        path = self.path(symbol)
        end = until_ms // 60_000
        first = max(end - count, -(-path.begins_s // 60))
        return tuple(bar for minute in range(first, end) if (bar := _bar(path, minute)) is not None)


def _bar(path: Path, minute: int) -> Bar | None:
    quanta = path.minute(minute)
    if quanta is None:
        return None
    first, high, low, last = quanta
    places = path.places
    return Bar(
        at=_EPOCH + timedelta(minutes=minute),
        open=decimal_of(first, places),
        high=decimal_of(high, places),
        low=decimal_of(low, places),
        close=decimal_of(last, places),
    )


def decimal_of(level: int, places: int) -> Decimal:
    """Quanta as a decimal: decimal_of(9625050, 2) is Decimal('96250.50')."""
    return Decimal(level).scaleb(-places)
