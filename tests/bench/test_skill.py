"""The skill program, run as a user runs it on a small generated tape."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.scoring import ScoredRow, mean_brier, mean_log_loss
from bench import skill

PROGRAM = Path(__file__).parents[2] / "bench" / "skill.py"
HEADER = "timestamp,open,high,low,close,volume"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def tape_lines(minutes: int = 720, seed: int = 1) -> list[str]:
    rng = np.random.default_rng(seed)
    closes = 60_000 * np.exp(np.cumsum(rng.normal(0, 5e-4, minutes)))
    opens = np.concatenate([[60_000.0], closes[:-1]])
    lines = [HEADER]
    for index, (first, last) in enumerate(zip(opens, closes, strict=True)):
        stamp = (BEGIN + timedelta(minutes=index)).isoformat().replace("+00:00", "Z")
        high, low = max(first, last), min(first, last)
        lines.append(f"{stamp},{first:.2f},{high:.2f},{low:.2f},{last:.2f},1")
    return lines


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_skill_run_on_a_tape_prints_one_json_object(tmp_path: Path) -> None:
    tape = written(tmp_path / "tape.csv", tape_lines())
    done = run("--tape", tape, "--windows", "5,15", "--burn-in-days", "0.25", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    windows = json.loads(done.stdout)["windows"]
    assert set(windows) == {"5", "15"}
    part = windows["15"]
    assert part["n"] == 24 * 15
    names = {"threshold", "ewma_normal", "sign", "constant"}
    assert set(part["brier"]) == set(part["log_loss"]) == names
    assert list(part["by_elapsed"]) == [str(k) for k in range(15)]
    assert part["brier"]["constant"] == 0.25
    assert part["brier"]["threshold"] < 0.22
    assert part["by_elapsed"]["14"]["threshold"] < part["by_elapsed"]["1"]["threshold"]
    assert sum(row["n"] for row in part["calibration"]) == part["n"]
    assert set(part["calibration"][0]) == {"low", "high", "n", "mean_forecast", "observed"}


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([], "first line"),
        ([HEADER], "no bars"),
        (["a,b,c", "1,2,3"], "first line"),
        ([*tape_lines(5), "yesterday,1,1,1,1,1"], "line 7"),
        ([*tape_lines(5), "2026-01-01T00:09:00Z,1,x,1,1,1"], "line 7"),
        ([*tape_lines(5), "2026-01-01T00:09:00Z,1"], "line 7: 2 columns"),
        ([*tape_lines(5), "2026-01-01T00:09:30Z,1,1,1,1,1"], "whole minute"),
        ([*tape_lines(5), "2026-01-01T00:09:00Z,1,1,1,nan,1"], "bar 6"),
        ([*tape_lines(5), "2026-01-01T00:09:00Z,1,1,2,1,1"], "bar 6"),
        ([*tape_lines(5), "2026-01-01T00:02:00Z,1,1,1,1,1"], "not later"),
        (tape_lines(5), "no whole"),
    ],
)
def test_skill_on_a_bad_tape_says_what_is_wrong(
    tmp_path: Path, lines: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tape = written(tmp_path / "tape.csv", lines)
    assert skill.main(["--tape", str(tape), "--windows", "5"]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert word in answer.err


def test_skill_on_a_missing_tape_exits_with_two(tmp_path: Path) -> None:
    done = run("--tape", tmp_path / "none.csv", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.csv" in done.stderr


@pytest.mark.parametrize("harm", [b"", b"\xff" * 200])
def test_skill_on_a_broken_archive_exits_with_two(
    tmp_path: Path, harm: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    tape = tmp_path / "tape.csv.gz"
    packed = gzip.compress("\n".join(tape_lines()).encode())
    tape.write_bytes(packed[:500] + harm)
    assert skill.main(["--tape", str(tape)]) == 2
    assert "tape.csv.gz" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["0", "fifteen", "5,,15", "2000"])
def test_skill_with_an_impossible_window_exits_with_two(tmp_path: Path, wrong: str) -> None:
    tape = written(tmp_path / "tape.csv", tape_lines(5))
    with pytest.raises(SystemExit) as stopped:
        skill.main(["--tape", str(tape), "--windows", wrong])
    assert stopped.value.code == 2


def test_skill_on_a_packed_tape_gives_the_same_figures(tmp_path: Path) -> None:
    plain = written(tmp_path / "tape.csv", tape_lines())
    packed = tmp_path / "tape.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert _measured(plain) == _measured(packed)


def test_skill_over_two_tapes_counts_the_rows_of_both(tmp_path: Path) -> None:
    first = written(tmp_path / "one.csv", tape_lines(720, seed=1))
    second = written(tmp_path / "two.csv", tape_lines(720, seed=2))
    both = _measured(first, second)
    alone = [_measured(first), _measured(second)]
    assert both["n"] == sum(part["n"] for part in alone)
    mean = np.mean([part["brier"]["threshold"] for part in alone])
    assert both["brier"]["threshold"] == pytest.approx(mean, abs=2e-6)


def test_skill_drops_a_window_with_a_gap(tmp_path: Path) -> None:
    lines = tape_lines()
    whole = _measured(written(tmp_path / "whole.csv", lines))
    gap = _measured(written(tmp_path / "gap.csv", [*lines[:400], *lines[402:]]))
    assert gap["n"] == whole["n"] - 15


def test_skill_prices_a_window_on_what_was_known_then(tmp_path: Path) -> None:
    lines = tape_lines()
    changed = [*lines[:700], *tape_lines(seed=9)[700:]]
    before = skill.read_tape(written(tmp_path / "a.csv", lines))
    after = skill.read_tape(written(tmp_path / "b.csv", changed))
    one, other = (skill.score_tape(tape, 15, 360.0) for tape in (before, after))
    known = 22
    for name in one.forecasts:
        first, second = one.forecasts[name][:, :known], other.forecasts[name][:, :known]
        assert np.array_equal(first, second)


def test_skill_scores_like_the_agent_scores_itself(tmp_path: Path) -> None:
    tape = skill.read_tape(written(tmp_path / "tape.csv", tape_lines()))
    scored = skill.score_tape(tape, 15, 360.0)
    rows = [
        ScoredRow(
            market_id=MarketId(str(window)),
            probability=float(chance),
            market_price=None,
            outcome=float(scored.outcomes[window]),
        )
        for minute in scored.forecasts["threshold"]
        for window, chance in enumerate(minute)
    ]
    found: dict[str, Any] = skill.report(scored)
    assert found["brier"]["threshold"] == pytest.approx(mean_brier(rows), abs=1e-6)
    assert found["log_loss"]["threshold"] == pytest.approx(mean_log_loss(rows), abs=1e-6)


def _measured(*tapes: Path) -> Any:
    result: Any = skill.measure([skill.read_tape(tape) for tape in tapes], [15], 0.25)
    return result["windows"]["15"]
