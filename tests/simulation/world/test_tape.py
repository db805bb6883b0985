"""Tapes: what is read, what is refused, and the seconds drawn between."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.simulation.prices import Prices
from bayse_agent.simulation.tape import Tape, TapeBar, TapePath, read_tape

BEGIN_S = 1_780_272_000
HEADER = "timestamp,open,high,low,close,volume"


def rows(count: int, step_s: int = 60) -> list[str]:
    return [f"{BEGIN_S + step_s * i},100.1,100.4,99.8,100.{i % 3},5" for i in range(count)]


def write(folder: Path, lines: list[str], name: str = "btcusdt_1m.csv") -> Path:
    file = folder / name
    file.write_text("\n".join([HEADER, *lines]) + "\n")
    return file


def replaced(lines: list[str], index: int, line: str) -> list[str]:
    return [*lines[:index], line, *lines[index + 1 :]]


def test_tape_when_plain_then_is_read_in_quanta(tmp_path: Path) -> None:
    tape = read_tape(write(tmp_path, rows(12)))

    assert (tape.symbol, tape.places, tape.bar_s, len(tape.bars)) == ("BTCUSDT", 1, 60, 12)
    assert tape.bars[0] == TapeBar(BEGIN_S, 1001, 1004, 998, 1000)
    assert tape.ends_s == BEGIN_S + 720


def test_tape_when_gzipped_then_is_read_alike(tmp_path: Path) -> None:
    plain = write(tmp_path, rows(12))
    zipped = tmp_path / "btcusdt_1m.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))

    assert read_tape(zipped) == read_tape(plain)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("ethusdt_1m_2026.csv", "ETHUSDT"),
        ("tape-EURUSD.csv", "EURUSD"),
        ("solusdt.csv", "SOLUSDT"),
        ("my-prices.csv", "BTCUSDT"),
    ],
)
def test_symbol_when_in_the_file_name_then_is_found(tmp_path: Path, name: str, symbol: str) -> None:
    assert read_tape(write(tmp_path, rows(12), name)).symbol == symbol


def test_symbol_when_given_then_overrides_the_name(tmp_path: Path) -> None:
    assert read_tape(write(tmp_path, rows(12)), "SOLUSDT").symbol == "SOLUSDT"


@pytest.mark.parametrize(
    "stamp",
    [
        "{s}",
        "{s}000",
        "{s}.0",
        "{iso}",
        "{iso}Z",
        "{iso}+00:00",
    ],
)
def test_timestamp_when_in_any_usual_form_then_is_understood(tmp_path: Path, stamp: str) -> None:
    lines = []
    for index in range(12):
        second = BEGIN_S + 60 * index
        iso = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        lines.append(f"{stamp.format(s=second, iso=iso)},100,101,99,100,1")

    assert read_tape(write(tmp_path, lines)).begins_s == BEGIN_S


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f"{BEGIN_S + 180},100,99,98,100,1", "line 5.*between low and high"),
        (f"{BEGIN_S + 180},100,101,100.5,100.2,1", "line 5.*between low and high"),
        (f"{BEGIN_S + 180},nan,101,99,100,1", "line 5.*finite"),
        (f"{BEGIN_S + 180},inf,inf,99,100,1", "line 5.*finite"),
        (f"{BEGIN_S + 180},-1,101,-2,100,1", "line 5.*above 0"),
        (f"{BEGIN_S + 180},x,101,99,100,1", "line 5.*not a price"),
        (f"{BEGIN_S + 120},100,101,99,100,1", "line 5.*not later"),
        (f"{BEGIN_S + 60},100,101,99,100,1", "line 5.*not later"),
        (f"{BEGIN_S + 190},100,101,99,100,1", "line 5.*grid|bars of"),
        ("yesterday,100,101,99,100,1", "line 5.*not a time"),
        (f"{BEGIN_S + 180}500,100,101,99,100,1", "line 5.*whole second"),
        (f"{BEGIN_S + 180},100", "line 5.*columns"),
        (f"{BEGIN_S + 180},100.123456789,101,99,100,1", "line 5.*digits"),
    ],
)
def test_tape_when_a_line_is_wrong_then_the_line_is_named(
    tmp_path: Path, line: str, complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        read_tape(write(tmp_path, replaced(rows(12), 3, line)))


def test_tape_when_columns_are_missing_then_they_are_named(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_text("timestamp,open,close\n1,2,3\n")

    with pytest.raises(ConfigurationError, match="high, low"):
        read_tape(file)


def test_tape_when_absent_short_or_no_text_then_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"not gzip")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00\x01" * 20)

    empty, short = write(tmp_path, [], "empty.csv"), write(tmp_path, rows(9), "short.csv")
    brief = write(tmp_path, rows(500, 1), "brief.csv")

    for file in (tmp_path / "none.csv", empty, short, brief, broken, binary):
        with pytest.raises(ConfigurationError):
            read_tape(file)


@pytest.mark.parametrize("step_s", [120, 3600, 7 * 60])
def test_tape_when_bars_do_not_fit_a_minute_then_is_refused(tmp_path: Path, step_s: int) -> None:
    with pytest.raises(ConfigurationError, match="bars of"):
        read_tape(write(tmp_path, rows(12, step_s)))


levels = st.integers(min_value=1, max_value=5_000)


@st.composite
def tape_bars(draw: st.DrawFn, length: int = 60) -> TapeBar:
    four = sorted(draw(st.tuples(levels, levels, levels, levels)))
    first, last = draw(st.permutations(four[1:3]))
    return TapeBar(BEGIN_S, first, four[3], four[0], last)


def path_of(bars: list[TapeBar], bar_s: int = 60, seed: int = 1) -> TapePath:
    return TapePath(Tape(symbol="BTCUSDT", places=2, bar_s=bar_s, bars=tuple(bars)), seed)


@given(bar=tape_bars(), bar_s=st.sampled_from([60, 30, 15, 5, 4]), seed=st.integers(0, 9))
def test_seconds_when_drawn_then_respect_the_bar_exactly(
    bar: TapeBar, bar_s: int, seed: int
) -> None:
    ticks = [level for _, level in path_of([bar], bar_s, seed).levels(BEGIN_S, BEGIN_S + bar_s)]

    assert len(ticks) == bar_s
    assert (ticks[0], max(ticks), min(ticks), ticks[-1]) == (bar.open, bar.high, bar.low, bar.close)


@given(bar=tape_bars())
def test_minute_when_drawn_from_seconds_then_is_the_recorded_bar(bar: TapeBar) -> None:
    path = path_of([bar])

    assert path.minute(BEGIN_S // 60) == (bar.open, bar.high, bar.low, bar.close)


def test_seconds_when_tape_has_single_seconds_then_are_the_closes() -> None:
    path = path_of([TapeBar(BEGIN_S + i, 5, 9, 1, 5 + i % 4) for i in range(90)], 1)

    assert path.levels(BEGIN_S, BEGIN_S + 3) == [(BEGIN_S + i, 5 + i % 4) for i in range(4)]
    assert path.minute(BEGIN_S // 60) == (5, 9, 1, 5 + 59 % 4)


def gapped() -> TapePath:
    return path_of([TapeBar(BEGIN_S + at, 100, 120, 90, 110) for at in (0, 60, 240)])


def test_gap_when_asked_then_shows_nothing_and_keeps_the_last_price() -> None:
    prices = Prices({"BTCUSDT": gapped()})
    in_gap_ms = (BEGIN_S + 150) * 1000

    assert prices.price("BTCUSDT", in_gap_ms) is None
    assert prices.last_price("BTCUSDT", in_gap_ms) == Decimal("1.10")
    assert prices.twap60("BTCUSDT", (BEGIN_S + 240) * 1000) == Decimal("1.10")
    assert len(prices.bars("BTCUSDT", (BEGIN_S + 300) * 1000, 10)) == 3


def test_tape_when_over_then_shows_nothing_more() -> None:
    path = gapped()

    assert path.level(BEGIN_S + 299) == 110
    assert path.level(BEGIN_S + 300) is None
    assert path.level(BEGIN_S - 1) is None
    assert path.last_second(BEGIN_S - 1) is None
    assert path.ends_s == BEGIN_S + 300


def test_volatility_when_future_bars_change_then_stays() -> None:
    """What the crowd knows of a tape must not depend on what the tape says later."""
    bars = [TapeBar(BEGIN_S + 60 * i, 1000, 1010, 990, 1000 + i % 7) for i in range(300)]
    wild = [
        bar if i < 200 else TapeBar(bar.begins_s, 1000, 2000, 500, 1500)
        for i, bar in enumerate(bars)
    ]
    calm_path, wild_path = path_of(bars), path_of(wild)

    for minute in range(80, 200):
        at = BEGIN_S + 60 * minute + 30
        assert calm_path.outlook(at, 900).variance == wild_path.outlook(at, 900).variance
    late = BEGIN_S + 60 * 202
    assert calm_path.outlook(late, 900).variance < wild_path.outlook(late, 900).variance


def test_history_when_tape_is_short_then_leaves_most_of_it_to_come() -> None:
    short = Tape(
        symbol="BTCUSDT",
        places=0,
        bar_s=60,
        bars=tuple(TapeBar(BEGIN_S + 60 * i, 9, 9, 9, 9) for i in range(60)),
    )

    assert short.known_until_s == BEGIN_S + 20 * 60
