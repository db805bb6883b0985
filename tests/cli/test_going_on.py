"""A demo that goes on where it stopped, or where it was killed: the real program."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bayse_agent.domain.money import Currency, Money
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from bayse_agent.wiring.demo import open_demo
from bayse_agent.wiring.options import DemoOptions
from tests.cli.program import PROGRAM, run

LONGEST_S = 120.0


def figures(data: Path, *more: str) -> dict[str, Any]:
    done = run("demo", "--data", str(data), "--json", *more)
    assert done.code == 0, done.err
    told: dict[str, Any] = json.loads(done.out)
    return {**told, "wall_s": None}


def wallet(data: Path) -> list[tuple[Any, ...]]:
    """Everything in the books that money and scores are made of, whichever process wrote it."""
    with closing(sqlite3.connect(data / "books.db")) as books:
        books.row_factory = sqlite3.Row
        return [
            tuple(row[name] for name in row.keys() if name != "lease_token")  # noqa: SIM118
            for table in ("deposits", "looks", "intents", "orders", "fills", "settlements")
            for row in books.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]


def writes(data: Path) -> list[str]:
    """The lines of the log, without stops and seals."""
    lines = map(json.loads, (data / "exchange.jsonl").read_text().splitlines())
    return [json.dumps({**line, "check": None}) for line in lines if line.get("verb") != "stop"]


def test_demo_when_it_goes_on_after_half_an_hour_then_as_one_run_of_one(tmp_path: Path) -> None:
    once, parts = tmp_path / "once", tmp_path / "parts"
    whole = figures(once, "--duration", "1h")
    half = figures(parts, "--duration", "30m")
    assert half["world"]["end"] == "2026-06-01T09:30:00+00:00"
    assert figures(parts, "--duration", "30m") == whole
    assert wallet(parts) == wallet(once)
    assert writes(parts) == writes(once)
    assert whole["world"]["start"] == "2026-06-01T09:00:00+00:00"
    assert whole["world"]["end"] == "2026-06-01T10:00:00+00:00"
    assert whole["fills"] > half["fills"] > 0


def test_demo_when_it_stopped_between_two_passes_then_the_next_pass_comes_at_once(
    tmp_path: Path,
) -> None:
    figures(tmp_path, "--duration", "90s")
    assert figures(tmp_path, "--duration", "90s")["world"]["end"] == "2026-06-01T09:03:00+00:00"
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        looks = {row[0] for row in books.execute("SELECT DISTINCT substr(at, 12, 8) FROM looks")}
    assert looks <= {"09:00:00", "09:01:00", "09:01:30", "09:02:30"}


def test_demo_when_it_goes_on_then_it_says_so_and_tells_of_its_whole_life(tmp_path: Path) -> None:
    assert run("demo", "--data", str(tmp_path), "--seed", "5", "--duration", "5m").code == 0
    again = run("demo", "--data", str(tmp_path), "--duration", "5m")
    assert again.out.startswith(f"Going on with the run in {tmp_path}, 5m more of world time.")
    assert "In 10m of world time (seed 5," in again.out


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--seed", "8"), "seed 7, not 8"),
        (("--bankroll", "5"), "bankroll 100000, not 5"),
    ],
)
def test_demo_when_an_option_contradicts_the_run_then_both_values_and_exit_2(
    tmp_path: Path, option: tuple[str, str], told: str
) -> None:
    figures(tmp_path, "--duration", "1m")
    done = run("demo", "--data", str(tmp_path), *option)
    assert (done.code, told in done.err) == (2, True), done.err


def test_demo_when_an_option_repeats_what_the_run_has_then_it_goes_on(tmp_path: Path) -> None:
    same = ("--duration", "1m", "--seed", "3", "--bankroll", "50,000", "--currency", "NGN")
    figures(tmp_path, *same)
    assert figures(tmp_path, *same)["bankroll_start"] == 50_000.0


def test_demo_when_the_directory_holds_something_else_then_exit_2(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    done = run("demo", "--data", str(tmp_path))
    assert done.code == 2
    assert "there is no run to go on with" in done.err
    assert run("demo", "--data", str(tmp_path / "letter.txt")).code == 2


@pytest.mark.parametrize("seed", [1, 3])
async def test_demo_when_killed_then_no_order_is_doubled_or_lost(tmp_path: Path, seed: int) -> None:
    await _kill_and_go_on(tmp_path, seed, kills=2)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(10, 20))
async def test_demo_when_killed_often_then_no_order_is_doubled_or_lost(
    tmp_path: Path, seed: int
) -> None:
    await _kill_and_go_on(tmp_path, seed, kills=6)


async def _kill_and_go_on(data: Path, seed: int, *, kills: int) -> None:
    chance = Random(seed)
    for _ in range(kills):
        _run_until_killed(data, chance)
        await _first_pass(data, seed)
        _check(data)


def _run_until_killed(data: Path, chance: Random) -> None:
    """Start the program, and kill it after so many lines, at once or with the next write.

    Writes are noticed as they come, so it ends within a moment of one: while the answer is on
    its way into the books, or in the passes that follow.
    """
    command = [*PROGRAM, "demo", "--data", str(data), "--duration", "60d"]
    log = data / "exchange.jsonl"
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(chance.randrange(1, 7)):
            assert process.stdout.readline()
        before = _size(log)
        deadline = time.monotonic() + LONGEST_S
        if chance.random() < 0.7:
            while _size(log) == before:
                assert process.poll() is None
                assert time.monotonic() < deadline
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


async def _first_pass(data: Path, seed: int) -> None:
    """One pass of the ordinary kind, after which books and wallet must agree."""
    reports: list[PassReport] = []

    async def listen(report: PassReport) -> None:
        reports.append(report)

    options = DemoOptions(
        seed=seed,
        duration=timedelta(minutes=1),
        efficiency=0.6,
        forecaster="threshold",
        currency=Currency.NGN,
        bankroll=Money.of(100_000, Currency.NGN),
        data=data,
    )
    async with open_demo(options) as demo:
        await Runner(demo.agent, listen).run(demo.ends_at)
        assert await discrepancies(demo.agent) == ()
    assert {report.name for report in reports} >= {"orders", "scan"}
    assert {report.halt for report in reports} == {()}


def _check(data: Path) -> None:
    """Every order that the exchange took is in the books once, and there is no other."""
    lines = map(json.loads, (data / "exchange.jsonl").read_text().splitlines())
    placed = [line for line in lines if line.get("verb") == "place"]
    taken = [(p["answer"]["id"], p["arguments"]["key"]) for p in placed if "id" in p["answer"]]
    with closing(sqlite3.connect(data / "books.db")) as books:
        orders = books.execute("SELECT id, intent_id FROM orders").fetchall()
        doubtful = books.execute(
            "SELECT id FROM intents WHERE status IN ('PENDING', 'LOST')"
        ).fetchall()
    keys = [p["arguments"]["key"] for p in placed]
    assert sorted(taken) == sorted(orders)
    assert len(set(keys)) == len(keys)
    assert not {one for (one,) in doubtful} & set(keys)
