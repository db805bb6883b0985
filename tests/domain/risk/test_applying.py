"""What is told of when a changed limit counts, held against what the review makes of a change."""

from __future__ import annotations

from bayse_agent.domain.risk import LIMIT_FIELDS
from bayse_agent.domain.risk.applying import Moment, effects


def test_effects_when_asked_for_any_limit_then_it_counts_at_once() -> None:
    for row in LIMIT_FIELDS:
        told = effects(row.name)
        assert told[0].at is Moment.AT_ONCE, row.name
        assert all(one.on for one in told)


def test_effects_when_a_limit_decides_on_research_too_then_that_is_told_with_the_next_look() -> (
    None
):
    later = {
        row.name: [one.on for one in effects(row.name) if one.at is not Moment.AT_ONCE]
        for row in LIMIT_FIELDS
    }
    assert {name for name, told in later.items() if told} == {"max_stake"}


def test_effects_when_what_was_done_fills_a_limit_then_that_is_told() -> None:
    assert "before counts" in effects("trades_per_day")[0].on
    assert "before counts" not in effects("min_price")[0].on
    assert "by hand is not held" in effects("min_edge")[0].on
