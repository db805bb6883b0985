"""What a trader was started with is told in words, with units."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bayse_agent.domain.market import SeriesSlug
from bayse_agent.domain.money import Currency
from bayse_agent.trading.agent import Approval, Habits, Schedule
from bayse_agent.wiring.facts import facts_of

_HABITS = Habits(currency=Currency.NGN, quote_amounts=(Decimal(100),))


def test_facts_when_told_then_times_have_their_unit() -> None:
    schedule = Schedule(scan_s=90.0, snipe_s=0.25, exits_s=120.0, orders_s=3600.0)
    told = facts_of(replace(_HABITS, schedule=schedule))
    assert told["scan"] == "every 90 s"
    assert told["snipe"] == "every 0.25 s"
    assert told["exits"] == "every 2 min"
    assert told["orders and books"] == "every 1 h"
    assert told["stop loss"] == "at a loss of 35 % of the cost"
    assert facts_of(_HABITS)["snipe"] == "off"


def test_facts_when_bets_need_a_word_then_whose_and_how_long() -> None:
    told = {one: facts_of(replace(_HABITS, approval=one))["word of a person"] for one in Approval}
    assert "at once" in told[Approval.AUTOMATIC]
    assert "after 5 min" in told[Approval.DELAYED]
    assert "3 h at most" in told[Approval.BY_HAND]


def test_facts_when_series_are_chosen_then_named_else_all() -> None:
    chosen = replace(_HABITS, series=frozenset({SeriesSlug("b"), SeriesSlug("a")}))
    assert facts_of(chosen)["series"] == "a, b"
    assert facts_of(chosen)["series sniped"] == "all"
