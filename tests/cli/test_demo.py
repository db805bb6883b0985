"""The demo as a user meets it: the real program, its output, its exit code."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("demo", "--duration", "6x"), "6x"),
        (("demo", "--seed", "seven"), "--seed"),
        (("demo", "--efficiency", "1.5"), "--efficiency"),
        (("demo", "--efficiency", "nan"), "--efficiency"),
        (("demo", "--speed", "0"), "--speed"),
        (("demo", "--currency", "EUR"), "--currency"),
        (("demo", "--bankroll", "much"), "much"),
        (("demo", "--bankroll", "-5"), "--bankroll"),
        (("demo", "--bankroll", "0.001"), "--bankroll"),
        (("demo", "--tape", "/nowhere.csv"), "/nowhere.csv"),
        (("demo", "--forecaster", "oracle"), "oracle"),
        (("demo", "--colour", "red"), "--colour"),
        (("dance",), "dance"),
    ],
)
def test_program_when_given_bad_input_then_one_line_on_stderr_and_exit_2(
    arguments: tuple[str, ...], names: str
) -> None:
    done = run(*arguments)
    lines = [line for line in done.err.splitlines() if line.startswith("bayse-agent: ")]
    assert done.code == 2
    assert len(lines) == 1
    assert names in lines[0]
    assert "Traceback" not in done.err


def test_version_when_asked_then_told() -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, "bayse-agent 0.1.0\n")


def test_program_when_given_nothing_then_it_names_its_verbs() -> None:
    done = run()
    assert done.code == 0
    assert "demo" in done.out
    assert "exchange" in done.out


@pytest.fixture(scope="module")
def told() -> list[dict[str, object]]:
    """What two runs of the same demo answer, in naira, and one in dollars."""
    same = ("demo", "--seed", "7", "--duration", "40m", "--json")
    runs = [run(*same), run(*same), run(*same, "--currency", "USD")]
    assert [one.code for one in runs] == [0, 0, 0]
    return [json.loads(one.out) for one in runs]


def test_json_when_run_then_every_figure_is_there(told: list[dict[str, object]]) -> None:
    figures = told[0]
    assert set(figures) >= {
        "world",
        "markets_seen",
        "funnel",
        "orders",
        "fills",
        "bankroll_start",
        "bankroll_end",
        "fees",
        "pnl",
        "forecasts",
        "digest",
        "wall_s",
    }
    world, forecasts = figures["world"], figures["forecasts"]
    assert isinstance(world, dict)
    assert isinstance(forecasts, dict)
    assert world["seed"] == 7
    assert world["end"] == "2026-06-01T09:40:00+00:00"
    assert forecasts["n"] > 0
    assert 0 < forecasts["brier_market"] < 0.5


def test_json_when_run_then_the_sums_agree(told: list[dict[str, object]]) -> None:
    for figures in told:
        start, end, pnl = (figures[key] for key in ("bankroll_start", "bankroll_end", "pnl"))
        assert isinstance(start, float)
        assert isinstance(end, float)
        assert pnl == pytest.approx(end - start, abs=0.011)


def test_json_when_run_twice_then_the_same_digest_and_figures(
    told: list[dict[str, object]],
) -> None:
    once, again = ({**figures, "wall_s": None} for figures in told[:2])
    assert once == again


def test_json_when_in_dollars_then_another_run_with_a_smaller_purse(
    told: list[dict[str, object]],
) -> None:
    assert told[2]["bankroll_start"] == 1000.0
    assert told[2]["digest"] != told[0]["digest"]


def test_demo_when_stdout_is_no_terminal_then_plain_lines_and_a_summary() -> None:
    done = run("demo", "--duration", "5m")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "leaves an edge on purpose" in done.out
    assert "Real markets are harder" in done.out


def test_json_when_paced_then_it_takes_its_time_and_comes_to_the_same() -> None:
    swift = json.loads(run("demo", "--duration", "2m", "--json").out)
    paced = json.loads(run("demo", "--duration", "2m", "--json", "--speed", "120").out)
    assert paced["wall_s"] >= 1
    assert paced["digest"] == swift["digest"]


def test_demo_when_given_a_directory_then_the_books_stay(
    tmp_path: Path,
) -> None:
    data = tmp_path / "run"
    assert run("demo", "--duration", "2m", "--data", str(data)).code == 0
    with sqlite3.connect(data / "books.db") as books:
        assert books.execute("SELECT count(*) FROM looks").fetchone()[0] > 0


@pytest.mark.parametrize(
    ("kind", "number"),
    [("--json", signal.SIGINT), ("--speed=600", signal.SIGINT), ("--json", signal.SIGTERM)],
)
def test_demo_when_interrupted_then_what_there_is_so_far_and_consistent_books(
    tmp_path: Path, kind: str, number: signal.Signals
) -> None:
    data = tmp_path / "run"
    process = subprocess.Popen(
        [*PROGRAM, "demo", "--duration", "60d", "--data", str(data), kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for_looks(data / "books.db", process)
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Traceback" not in err
    with sqlite3.connect(data / "books.db") as books:
        looks = books.execute("SELECT count(*) FROM looks").fetchone()[0]
        assert books.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    if kind == "--json":
        assert sum(json.loads(out)["funnel"].values()) == looks
    else:
        assert f"It looked {looks} times" in out


def _wait_for_looks(file: Path, process: subprocess.Popen[str]) -> None:
    """Until the program has written down its first looks."""
    deadline = 600
    while deadline and process.poll() is None:
        deadline -= 1
        if _has_looks(file):
            return
        signal.sigtimedwait([], 0.1)
    process.kill()
    pytest.fail("no looks were taken")


def _has_looks(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as books:
            return books.execute("SELECT count(*) FROM looks").fetchone()[0] > 0
    except sqlite3.OperationalError:
        return False
