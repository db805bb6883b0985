"""A trader on paper that asks a language model: real processes on a served exchange and model."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.simulation.models.server import ModelService, serving_models
from tests.cli.test_trader import Place, address, end, place, wait_for

__all__ = ["address", "place"]

_PATIENCE_S = 60.0
_OF_THE_MODEL = "forecasts WHERE author = 'llm' AND pool_id IS NOT NULL"
_THINKING = {
    "AGENT_MODE": "paper",
    "AI_PROVIDER": "compatible",
    "AI_MODEL": "scripted-sensible",
    "SEARCH_FEEDS_ENABLED": "false",
    "LIBRARY_ENABLED": "false",
}


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def _count(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(f"file:{folder / 'paper.db'}?mode=ro", uri=True)) as books:
        return int(books.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_run_when_a_model_is_set_up_then_it_is_asked_and_what_it_says_is_kept(
    place: Place, started: list[subprocess.Popen[str]]
) -> None:
    async with serving_models(ModelService(clock=SystemClock())) as models:
        trader = place.program("run", **_THINKING, AI_BASE_URL=models)
        started.append(trader)
        out = await asyncio.to_thread(wait_for, trader, "ARMED|REDUCING|HALTED")
        assert "no source of news is set up" in out
        async with asyncio.timeout(_PATIENCE_S):
            while not await asyncio.to_thread(_count, place.folder, _OF_THE_MODEL):
                await SystemClock().sleep_s(0.5)
        code, _ = await asyncio.to_thread(end, trader)
    assert code == 0
    assert _count(place.folder, "answers") > 0
    assert (place.folder / "marks.key").stat().st_mode & 0o777 == 0o600


def test_run_when_the_model_is_a_script_then_it_does_not_start(place: Place) -> None:
    code, out = place.done("run", AGENT_MODE="paper", AI_PROVIDER="mock")
    assert code == 2
    assert "AI_PROVIDER is mock" in out


def test_run_when_the_provider_is_unknown_then_it_does_not_start(place: Place) -> None:
    code, out = place.done("run", AGENT_MODE="paper", AI_PROVIDER="oracle")
    assert code == 2
    assert "AI_PROVIDER is 'oracle'" in out


def test_run_when_no_model_is_set_up_then_it_says_so(
    place: Place, started: list[subprocess.Popen[str]]
) -> None:
    started.append(place.program("run", AGENT_MODE="paper"))
    assert "no language model is set up" in wait_for(started[0], "ARMED|REDUCING|HALTED")


@pytest.mark.parametrize(
    ("asked", "told"),
    [("true", "no skill is proven yet: stakes are a quarter of the usual"), ("false", "")],
)
def test_run_when_live_without_any_proof_then_a_person_lets_small_bets_out(
    place: Place, started: list[subprocess.Popen[str]], asked: str, told: str
) -> None:
    settings = {"AGENT_AUTO_TRADE": "true", "AGENT_CAPITAL_BY_PROOF": asked}
    started.append(place.program("run", "--live", **settings))
    out = wait_for(started[0], "ARMED|REDUCING|HALTED")
    assert told in out
    assert ("every bet waits for your word" in out) is (asked == "true")
