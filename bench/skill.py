"""Measures the window pricer on a tape of one-minute bars: prints scores as one JSON object.

It wants --tape FILE, a CSV or csv.gz with the columns timestamp,open,high,low,close,volume (UTC,
one row a minute, the timestamp is the bar's open).

    python bench/skill.py --tape btc.csv.gz --windows 5,15,60 --json

Windows are aligned to the UTC clock and do not overlap. Each is priced after k = 0 to W - 1 of its
minutes have closed, on what was known then; "up" is a last close at or above the first open. A gap
drops its window. Nothing is fitted: every constant is in the code. Beside the pricer stand a normal
distribution on a half-life of 60 minutes, the sign of the move so far (0.75 or 0.25), and 0.5.

With --questions FILE it scores the market, each forecaster and the pool on resolved questions (see
questions.py), with --simulate what is learned of forecasters of known skill (see forecasters.py).
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gzip
import json
import math
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.pricing import Shape, window_chances
from bayse_agent.domain.volatility import ewma, running_volatility, squared_returns

if __package__ in (None, ""):
    # Run as a file: its folder is known, the one that has the package is not.
    sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.forecasters import simulate
from bench.questions import MODELS, BadQuestions, measure_questions, read_questions

Floats = NDArray[np.float64]

COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
CLIP = 1e-3
BINS = 10
DAY_MINUTES = 1440
_erf = np.frompyfunc(math.erf, 1, 1)


class BadTape(Exception):
    """The tape cannot be read or scored."""


@dataclass(frozen=True, slots=True)
class Tape:
    """One-minute bars: minutes since the epoch, rising, and prices."""

    minutes: NDArray[np.int64]
    opens: Floats
    closes: Floats


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows of one window length: by minute elapsed (first axis) and window (second)."""

    forecasts: dict[str, Floats]
    outcomes: Floats


def read_tape(path: Path) -> Tape:
    """Read and check a tape. Raises BadTape with the line that is wrong."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(_rows(path, csv.reader(file)))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise BadTape(f"{path}: {error}") from error
    if not rows:
        raise BadTape(f"{path}: no bars")
    table = np.array(rows, dtype=np.float64)
    minutes = table[:, 0].astype(np.int64)
    _check(path, minutes, table[:, 1:])
    return Tape(minutes=minutes, opens=table[:, 1], closes=table[:, 4])


def _rows(path: Path, lines: Iterator[list[str]]) -> Iterator[tuple[float, ...]]:
    header = [name.strip().lower() for name in next(lines, [])]
    if tuple(header[:5]) != COLUMNS[:5]:
        raise BadTape(f"{path}: the first line must be {','.join(COLUMNS)}")
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        if len(line) < 5:
            raise BadTape(f"{path}: line {number}: {len(line)} columns")
        try:
            yield (_minute(line[0]), *(float(text) for text in line[1:5]))
        except (ValueError, OverflowError) as error:
            raise BadTape(f"{path}: line {number}: {error}") from error


def _minute(text: str) -> float:
    moment = datetime.fromisoformat(text.strip())
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    minute, seconds = divmod(moment.timestamp(), 60.0)
    if seconds:
        raise ValueError(f"{text!r} is not a whole minute")
    return minute


def _check(path: Path, minutes: NDArray[np.int64], prices: Floats) -> None:
    wrong = ~(np.isfinite(prices).all(axis=1) & (prices > 0).all(axis=1))
    wrong |= prices[:, 1] < prices[:, 2]
    if wrong.any():
        raise BadTape(f"{path}: bar {int(np.argmax(wrong)) + 1}: prices make no bar")
    backwards = np.diff(minutes) <= 0
    if backwards.any():
        raise BadTape(f"{path}: bar {int(np.argmax(backwards)) + 2}: not later than the one before")


def window_starts(tape: Tape, width: int, burn_in_minutes: float) -> NDArray[np.int64]:
    """Indexes of the first bar of every whole window after the burn-in, with a bar before it."""
    first = np.arange(1, len(tape.minutes) - width + 1)
    begin = tape.minutes[first]
    whole = tape.minutes[first + width - 1] - begin == width - 1
    late = begin >= tape.minutes[0] + burn_in_minutes
    return np.asarray(first[(begin % width == 0) & whole & late], dtype=np.int64)


def score_tape(tape: Tape, width: int, burn_in_minutes: float) -> Scored:
    """Price every window of a tape after each of its minutes."""
    starts = window_starts(tape, width, burn_in_minutes)
    variance, _ = running_volatility(tape.minutes, tape.opens, tape.closes)
    squares = squared_returns(tape.minutes, tape.opens, tape.closes)
    plain, _ = ewma(tape.minutes, squares, 60.0)
    opens = tape.opens[starts]
    outcomes = (tape.closes[starts + width - 1] >= opens).astype(np.float64)
    names = ("threshold", "ewma_normal", "sign", "constant")
    forecasts = {name: np.empty((width, len(starts))) for name in names}
    for k in range(width):
        known = starts + k - 1
        last = tape.closes[known] if k else opens
        forecasts["threshold"][k] = window_chances(opens, last, variance[known], width - k, Shape())
        forecasts["ewma_normal"][k] = _normal(opens, last, plain[known], width - k)
        forecasts["sign"][k] = 0.5 + 0.25 * np.sign(last - opens)
        forecasts["constant"][k] = 0.5
    return Scored(forecasts=forecasts, outcomes=outcomes)


def _normal(opens: Floats, last: Floats, variance: Floats, minutes_left: int) -> Floats:
    sd = np.sqrt(np.maximum(variance, 1e-16) * minutes_left)
    z = np.log(last / opens) / sd
    return np.asarray(0.5 * (1.0 + _erf(z / math.sqrt(2.0)).astype(np.float64)))


def joined(parts: list[Scored]) -> Scored:
    """The rows of several tapes as one."""
    names = parts[0].forecasts
    return Scored(
        forecasts={n: np.concatenate([p.forecasts[n] for p in parts], axis=1) for n in names},
        outcomes=np.concatenate([part.outcomes for part in parts]),
    )


def report(scored: Scored) -> dict[str, object]:
    """Scores over all rows, by minute elapsed, and the pricer's calibration."""
    squares = {n: (p - scored.outcomes) ** 2 for n, p in scored.forecasts.items()}
    return {
        "n": int(scored.forecasts["threshold"].size),
        "brier": {name: _figure(part.mean()) for name, part in squares.items()},
        "log_loss": {
            name: _figure(_log_losses(p, scored.outcomes).mean())
            for name, p in scored.forecasts.items()
        },
        "by_elapsed": {
            str(k): {name: _figure(part[k].mean()) for name, part in squares.items()}
            for k in range(len(squares["threshold"]))
        },
        "calibration": calibration(scored.forecasts["threshold"], scored.outcomes),
    }


def _figure(value: float) -> float:
    return round(float(value), 6)


def _log_losses(forecasts: Floats, outcomes: Floats) -> Floats:
    p = np.clip(forecasts, CLIP, 1.0 - CLIP)
    return np.asarray(-np.log(np.where(outcomes > 0, p, 1.0 - p)))


def calibration(forecasts: Floats, outcomes: Floats) -> list[dict[str, float]]:
    """What was forecast and what came of it, in ten bins; empty ones are left out."""
    flat, happened = forecasts.ravel(), np.broadcast_to(outcomes, forecasts.shape).ravel()
    index = np.minimum((flat * BINS).astype(int), BINS - 1)
    table: list[dict[str, float]] = []
    for number in range(BINS):
        mine = index == number
        if mine.any():
            table.append(
                {
                    "low": number / BINS,
                    "high": (number + 1) / BINS,
                    "n": int(mine.sum()),
                    "mean_forecast": _figure(flat[mine].mean()),
                    "observed": _figure(happened[mine].mean()),
                }
            )
    return table


def measure(tapes: list[Tape], widths: list[int], burn_in_days: float) -> dict[str, object]:
    """The report of every window length over all tapes."""
    windows: dict[str, object] = {}
    for width in widths:
        scored = joined([score_tape(tape, width, burn_in_days * DAY_MINUTES) for tape in tapes])
        if not len(scored.outcomes):
            raise BadTape(f"no whole {width}-minute window after {burn_in_days:g} days of burn-in")
        windows[str(width)] = report(scored)
    return {"windows": windows}


def _widths(text: str) -> list[int]:
    widths = [int(part) for part in text.split(",")]
    if any(not 1 <= width <= DAY_MINUTES for width in widths):
        raise argparse.ArgumentTypeError("minutes between 1 and 1440, separated by commas")
    return list(dict.fromkeys(widths))


def _days(text: str) -> float:
    days = float(text)
    if not (math.isfinite(days) and days >= 0):
        raise argparse.ArgumentTypeError("days, 0 or more")
    return days


def main(arguments: list[str] | None = None) -> int:
    """Run the program; 0 when it measured, 2 when a file or an argument is bad."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--tape", action="append", type=Path, metavar="FILE")
    what.add_argument("--questions", type=Path, metavar="FILE")
    what.add_argument("--simulate", action="store_true", help="forecasters of known skill")
    parser.add_argument("--windows", default="5,15,60", type=_widths, metavar="MINUTES")
    parser.add_argument("--burn-in-days", default=1.0, type=_days, metavar="DAYS")
    parser.add_argument("--model", default=MODELS[0], choices=MODELS, help="scripted, or none")
    parser.add_argument("--runs", default=60, type=int, metavar="N", help="of a simulation")
    parser.add_argument("--null-runs", default=1000, type=int, metavar="N")
    parser.add_argument("--json", action="store_true", help="accepted; the answer always is JSON")
    options = parser.parse_args(arguments)
    try:
        result = _measured(options)
    except (BadTape, BadQuestions) as error:
        print(f"skill: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, allow_nan=False))
    return 0


def _measured(options: argparse.Namespace) -> dict[str, object]:
    if options.simulate:
        return simulate(runs=options.runs, null_runs=options.null_runs, oracle=100_000)
    if options.questions is not None:
        return asyncio.run(measure_questions(read_questions(options.questions), options.model))
    tapes = [read_tape(path) for path in options.tape]
    return measure(tapes, options.windows, options.burn_in_days)


if __name__ == "__main__":
    sys.exit(main())
