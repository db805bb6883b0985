"""Resolved questions, scored in the order of time: nothing is learned before it was known."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.questions import BadQuestions, measure_questions, read_questions

PROGRAM = Path(__file__).parents[2] / "bench" / "skill.py"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def a_line(number: int, *, price: object = 0.4, outcome: int = 1) -> dict[str, object]:
    """One question a day, each resolved a day and a half later."""
    frozen = BEGIN + timedelta(days=number)
    return {
        "id": f"q-{number}",
        "source": "somewhere",
        "question": f"Will more than {number} ships call at Lagos this week?",
        "resolution_criteria": "By the port's own count.",
        "background": "",
        "freeze_dt": frozen.isoformat().replace("+00:00", ".000Z"),
        "market_prob_at_freeze": price,
        "resolution_date": (frozen + timedelta(hours=36)).isoformat().replace("+00:00", ".000Z"),
        "outcome": outcome,
    }


def written(path: Path, lines: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


async def measured(path: Path, model: str) -> dict[str, Any]:
    return dict(await measure_questions(read_questions(path), model))


async def test_measure_scores_market_members_and_pool_on_their_rows(tmp_path: Path) -> None:
    lines = [a_line(n, price=0.2 + 0.02 * n, outcome=n % 2) for n in range(30)]
    found = await measured(written(tmp_path / "q.jsonl", lines), "sensible")
    scores = found["scores"]
    assert found["questions"] == 30
    assert scores["market_price"]["n"] == scores["llm"]["n"] == scores["pool"]["n"] == 30
    expected = sum((0.2 + 0.02 * n - n % 2) ** 2 for n in range(30)) / 30
    assert scores["market_price"]["brier"] == pytest.approx(expected)
    assert scores["pool"]["market_brier"] == pytest.approx(expected)
    assert "no real model's skill" in found["told"]


async def test_base_rates_begin_once_enough_like_it_has_ended(tmp_path: Path) -> None:
    """Five have ended by the seventh question, as each takes a day and a half."""
    lines = [a_line(n) for n in range(10)]
    found = await measured(written(tmp_path / "q.jsonl", lines), "sensible")
    assert found["scores"]["base_rate"]["n"] == 4


async def test_measure_without_a_model_leaves_it_out_and_says_so(tmp_path: Path) -> None:
    lines = [a_line(n) for n in range(12)]
    found = await measured(written(tmp_path / "q.jsonl", lines), "none")
    assert "llm" not in found["scores"]
    assert "left out" in found["told"]


async def test_measure_gives_a_noisy_model_no_room_to_spoil_the_price(tmp_path: Path) -> None:
    lines = [a_line(n, price=0.9 if n % 2 else 0.1, outcome=n % 2) for n in range(60)]
    scores = (await measured(written(tmp_path / "q.jsonl", lines), "noisy"))["scores"]
    assert scores["llm"]["brier"] > scores["market_price"]["brier"] + 0.05
    assert scores["pool"]["brier"] < scores["market_price"]["brier"] + 0.005


@pytest.mark.parametrize("wrong", [{"price": 1.4}, {"price": None}, {"outcome": 2}])
def test_read_questions_that_cannot_be_scored_raises(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadQuestions, match="line 1"):
        read_questions(written(tmp_path / "q.jsonl", [a_line(0, **wrong)]))


def test_program_on_a_gzipped_file_prints_one_object(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl.gz"
    with gzip.open(file, "wt") as out:
        out.writelines(json.dumps(a_line(n)) + "\n" for n in range(8))
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--questions", str(file), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["questions"] == 8


def test_program_on_a_file_that_is_none_says_so_in_a_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--questions", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("skill: ")
