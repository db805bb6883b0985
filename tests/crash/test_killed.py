"""Real processes, killed over and over while everything goes wrong: the exchange's log judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.judging import Findings
from bench.killing import Plan, run

KILLS = 24
"""A minute and a half. `make torture` makes 3,000: none wrong in those bounds the rate by 0.1 %."""
ROUND = 50


def judged(plan: Plan, folder: Path) -> Findings:
    found = run(plan, folder, print)
    assert found.kills == plan.kills
    assert found.doubled == 0
    assert found.lost == 0
    assert found.ledger_difference_minor == 0
    assert found.wrong == []
    return found


@pytest.mark.timeout(900)
def test_agent_when_killed_again_and_again_then_nothing_is_doubled_or_lost(tmp_path: Path) -> None:
    found = judged(Plan(kills=KILLS, seed=1), tmp_path)
    assert found.orders >= KILLS
    assert found.unknown_resolved > 0
    # A fault that never came proves nothing.
    assert found.never_fired() == []


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(1000, 1060))
def test_agent_when_killed_for_hours_then_nothing_is_doubled_or_lost(
    seed: int, tmp_path: Path
) -> None:
    found = judged(Plan(kills=ROUND, seed=seed), tmp_path)
    assert found.never_fired() == []


def test_findings_when_a_fault_never_came_then_it_is_named() -> None:
    found = Findings()
    found.faults_fired.update(["delay", "html_body"])
    assert "accept_late" in found.never_fired()
    assert "delay" not in found.never_fired()
