"""The program that asks real models: here it asks a scripted one, or nobody."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bayse_agent.simulation.models.server import ModelService, serving_models
from tests.questions import HandClock

_PROGRAM = Path(__file__).parents[2] / "bench" / "live_llm.py"


async def _run(*arguments: str, environment: Mapping[str, str]) -> tuple[int, str, str]:
    # None of the user's own keys may be used by a test.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(_PROGRAM), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**kept, **environment},
    )
    told, failed = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode(), failed.decode()


async def test_live_llm_when_there_is_no_key_then_it_refuses_and_says_what_to_set() -> None:
    code, told, failed = await _run(environment={})
    assert (code, told) == (2, "")
    assert "GROQ_API_KEY" in failed


async def test_live_llm_when_a_model_is_there_then_its_answer_and_cost_are_printed() -> None:
    async with serving_models(ModelService(clock=HandClock())) as address:
        environment = {"AI_BASE_URL": address, "AI_MODEL": "scripted-sensible"}
        code, told, failed = await _run("--json", environment=environment)
    assert (code, failed) == (0, "")
    (row,) = json.loads(told)
    assert (row["provider"], row["model"]) == ("compatible", "scripted-sensible")
    assert row["answer"]["probability_yes"] + row["answer"]["probability_no"] == 1
    assert (row["latency_s"] > 0, row["cost_usd"]) == (True, "0")
