"""Reads recorded bars of one symbol, and fills in the seconds that they left out.

A tape is a CSV file, or a gzipped one, with the columns timestamp, open, high, low, close, volume.
Timestamps are bar opens: ISO texts in UTC, or seconds or milliseconds since 1970. Bars last a
minute or less. A missing bar is a gap: nothing is shown in it.
"""

from __future__ import annotations

import csv
import gzip
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise
from math import log
from pathlib import Path as FilePath
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.simulation.generator import generator
from bayse_agent.simulation.prices import Outlook

DEFAULT_SYMBOL = "BTCUSDT"
COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
BAR_LENGTHS_S = (60, 30, 20, 15, 12, 10, 6, 5, 4, 1)
"""Bars that fit into a minute and have room for open, high, low and close; or single seconds."""

_SYMBOL_IN_NAME = re.compile(r"(?<![A-Z])([A-Z]{2,6}(?:USDT|USD|NGN|JPY))(?![A-Z])")
_LEAST_S = 600
_MOST_PLACES = 8
_EWMA_HALF_LIFE_MIN = 60.0
_HISTORY_S = 75 * 60
_VARIANCE_RATIO = 0.87  # 0.93 squared
_LATEST_S = 253_402_300_800  # the year 10000: beyond it a number must be milliseconds
_KEPT_BARS = 256
_RANGE_OF_WALK = 1.6  # the mean range of a random walk of one unit: sqrt(8 / pi)


@dataclass(frozen=True, slots=True)
class TapeBar:
    """One recorded bar; `begins_s` in seconds since 1970, prices in quanta."""

    begins_s: int
    open: int
    high: int
    low: int
    close: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """A checked recording: bars of one length in the order of time, perhaps with gaps."""

    symbol: str
    places: int
    bar_s: int
    bars: tuple[TapeBar, ...]

    @property
    def begins_s(self) -> int:
        return self.bars[0].begins_s

    @property
    def ends_s(self) -> int:
        return self.bars[-1].begins_s + self.bar_s

    @property
    def known_until_s(self) -> int:
        """The end of what is history when a world starts on this tape.

        An hour and a quarter, or a third of a short tape, up to a multiple of five minutes.
        """
        history = min(_HISTORY_S, (self.ends_s - self.begins_s) // 3)
        return -(-(self.begins_s + history) // 300) * 300


def read_tape(file: FilePath, symbol: str | None = None) -> Tape:
    """Read a tape. The symbol is the one given, or the one in the file's name, or BTCUSDT.

    Raises ConfigurationError, naming the line, for anything that cannot be a recording.
    """
    try:
        with _open(file) as lines:
            rows = list(_rows(lines))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"cannot read the tape {str(file)!r}: {error}") from error
    _check_order(rows)
    if len(rows) < 2 or rows[-1].begins_s - rows[0].begins_s < _LEAST_S - 60:
        raise ConfigurationError(f"a tape needs {_LEAST_S // 60} minutes or more")
    places = max(_places(value) for row in rows for value in row.prices)
    return Tape(
        symbol=symbol or _symbol_of(file.name),
        places=places,
        bar_s=_bar_length(rows),
        bars=tuple(_in_quanta(row, places) for row in rows),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    begins_s: int
    prices: tuple[Decimal, Decimal, Decimal, Decimal]


def _open(file: FilePath) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _rows(lines: Iterable[str]) -> Iterator[_Row]:
    reader = csv.reader(lines)
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in COLUMNS[:5] if name not in header]
    if missing:
        raise ConfigurationError(f"line 1: the header lacks {', '.join(missing)}")
    places = [header.index(name) for name in COLUMNS[:5]]
    for row in reader:
        if not row:
            continue
        if len(row) < len(header):
            raise ConfigurationError(f"line {reader.line_num}: {len(row)} of {len(header)} columns")
        yield _row(reader.line_num, [row[place].strip() for place in places])


def _row(line: int, texts: Sequence[str]) -> _Row:
    first, high, low, last = (_price(line, text) for text in texts[1:])
    if not low <= min(first, last) <= max(first, last) <= high:
        raise ConfigurationError(f"line {line}: open and close must lie between low and high")
    return _Row(line, _timestamp(line, texts[0]), (first, high, low, last))


def _price(line: int, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ConfigurationError(f"line {line}: not a price: {text!r}") from None
    if not value.is_finite() or value <= 0:
        raise ConfigurationError(f"line {line}: a price must be finite and above 0, not {text!r}")
    if _places(value) > _MOST_PLACES or value >= 10**9:
        raise ConfigurationError(f"line {line}: a price with too many digits: {text!r}")
    return value.normalize()


def _timestamp(line: int, text: str) -> int:
    """Seconds since 1970. A text without a zone is UTC."""
    try:
        if re.fullmatch(r"\d+(\.0+)?", text):
            seconds, rest = divmod(_epoch_ms(int(text.split(".")[0])), 1000)
        else:
            moment = datetime.fromisoformat(text)
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds, rest = int(zoned.timestamp()), zoned.microsecond
    except (ValueError, OverflowError):
        raise ConfigurationError(f"line {line}: not a time: {text!r}") from None
    if rest:
        raise ConfigurationError(f"line {line}: a bar must begin on a whole second, not {text!r}")
    return seconds


def _epoch_ms(number: int) -> int:
    return number if number >= _LATEST_S else number * 1000


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _check_order(rows: Sequence[_Row]) -> None:
    for before, after in pairwise(rows):
        if after.begins_s <= before.begins_s:
            raise ConfigurationError(f"line {after.line}: not later than the line before it")


def _bar_length(rows: Sequence[_Row]) -> int:
    """The shortest step between bars, on whose grid all of them must lie."""
    length = min(after.begins_s - before.begins_s for before, after in pairwise(rows))
    if length not in BAR_LENGTHS_S:
        raise ConfigurationError(
            f"bars of {length} s: a tape has bars of a minute, or a part of it"
        )
    for row in rows:
        if row.begins_s % length:
            raise ConfigurationError(f"line {row.line}: not on the grid of {length} s bars")
    return length


def _in_quanta(row: _Row, places: int) -> TapeBar:
    first, high, low, last = (int(value.scaleb(places)) for value in row.prices)
    return TapeBar(row.begins_s, first, high, low, last)


def _symbol_of(name: str) -> str:
    found = _SYMBOL_IN_NAME.search(name.upper())
    return found[1] if found else DEFAULT_SYMBOL


class TapePath:
    """A tape as a path. Within a bar the seconds are drawn, so that they respect it exactly:

    open first, close last, high and low touched, nothing outside. A bar too short for that
    (a single second) shows its close.
    """

    def __init__(self, tape: Tape, seed: int) -> None:
        self.places = tape.places
        self.begins_s = tape.begins_s
        self.ends_s: int | None = tape.ends_s
        self._tape = tape
        self._starts = [bar.begins_s for bar in tape.bars]
        self._volatility = _RealisedVolatility(tape)
        self._seconds_of = lru_cache(maxsize=_KEPT_BARS)(
            lambda index: _seconds(tape.bars[index], tape.bar_s, seed)
        )

    def _index(self, second: int) -> int:
        """The last bar that begins at or before a second; -1 before the first."""
        return bisect_right(self._starts, second) - 1

    def level(self, second: int) -> int | None:
        index = self._index(second)
        if index < 0 or second >= self._starts[index] + self._tape.bar_s:
            return None
        return self._seconds_of(index)[second - self._starts[index]]

    def last_second(self, second: int) -> int | None:
        index = self._index(second)
        if index < 0:
            return None
        return min(second, self._starts[index] + self._tape.bar_s - 1)

    def levels(self, first: int, last: int) -> list[tuple[int, int]]:
        found = []
        for second in range(max(first, self.begins_s), last + 1):
            level = self.level(second)
            if level is not None:
                found.append((second, level))
        return found

    def minute(self, minute: int) -> tuple[int, int, int, int] | None:
        first, end = self._index(minute * 60 - 1) + 1, self._index(minute * 60 + 59) + 1
        bars = self._tape.bars[first:end]
        if not bars:
            return None
        high, low = max(bar.high for bar in bars), min(bar.low for bar in bars)
        return bars[0].open, high, low, bars[-1].close

    def outlook(self, second: int, horizon_s: float) -> Outlook:
        """The last known price, and the realised volatility of the bars that were over by then."""
        known = self.last_second(second)
        level = None if known is None else self.level(known)
        if level is None:
            raise ConfigurationError("the tape has not begun yet")
        return Outlook(level=level, variance=self._volatility.variance(second) * horizon_s)


class _RealisedVolatility:
    """Exponentially weighted variance of one-minute returns, of minutes that are over.

    Half-life of an hour; begun with the plain mean of what is known when the world starts. Scaled
    down, since one-minute returns overstate what a quarter of an hour makes of them: of BTC in
    2026 the best scale of the deviation was 0.93.
    """

    def __init__(self, tape: Tape) -> None:
        closes: dict[int, int] = {}
        for bar in tape.bars:
            closes[bar.begins_s // 60] = bar.close
        self._minutes = list(closes)
        returns = [
            log(closes[after] / closes[before]) ** 2 / (after - before)
            for before, after in pairwise(self._minutes)
        ]
        known = bisect_right(self._minutes, tape.known_until_s // 60 - 1)
        begun = returns[: max(known - 1, 1)]
        value = max(sum(begun) / max(len(begun), 1), 1e-12)
        keeps = 0.5 ** (1 / _EWMA_HALF_LIFE_MIN)
        self._values = [value]
        for square in returns:
            value = keeps * value + (1 - keeps) * square
            self._values.append(value)

    def variance(self, second: int) -> float:
        """Variance of one second, as of a moment."""
        index = bisect_right(self._minutes, second // 60 - 1) - 1
        return self._values[max(index, 0)] * _VARIANCE_RATIO / 60


def _seconds(bar: TapeBar, length: int, seed: int) -> list[int]:
    """The ticks of a bar, one a second."""
    if length == 1:
        return [bar.close]
    random = generator(seed, "bridge", bar.begins_s)
    anchors = _anchors(bar, length, random)
    times = np.array(sorted(anchors))
    values = np.array([anchors[time] for time in times.tolist()], dtype=np.float64)
    seconds = np.arange(length)
    scale = (bar.high - bar.low) / (_RANGE_OF_WALK * length**0.5)
    walk: NDArray[np.float64] = np.cumsum(random.standard_normal(length) * scale)
    bridge = walk - np.interp(seconds, times, walk[times])
    levels = np.rint(np.interp(seconds, times, values) + bridge).astype(np.int64)
    ticks: list[int] = np.clip(levels, bar.low, bar.high).tolist()
    return ticks


def _anchors(bar: TapeBar, length: int, random: np.random.Generator) -> dict[int, int]:
    """The seconds whose ticks the bar tells: the first, the last, and where high and low fell.

    A rising bar more often visits its low first, a falling one its high.
    """
    anchors = {0: bar.open, length - 1: bar.close}
    early, late = sorted(int(time) + 1 for time in random.choice(length - 2, 2, replace=False))
    likely_low_first = 0.7 if bar.close >= bar.open else 0.3
    low_first = float(random.random()) < likely_low_first
    for time, extreme in (
        (early, bar.low if low_first else bar.high),
        (late, bar.high if low_first else bar.low),
    ):
        if extreme not in (bar.open, bar.close):
            anchors[time] = extreme
    return anchors
