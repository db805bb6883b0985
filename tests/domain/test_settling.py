"""What resolved windows prove of the rule by which they settle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import EventId, Tick
from bayse_agent.domain.pricing import SettlementRule, TieRule
from bayse_agent.domain.settling import (
    Held,
    ProofRule,
    ResolvedWindow,
    SettledOn,
    SettlementProof,
    SettlementRecord,
    Verdict,
    averaged_weight,
    closing_of,
    held,
    learned,
    prove,
    verdict,
)
from tests.builders import BTC, NOON

RULE = ProofRule()


def a_tape(
    price_at: Callable[[int], float],
    closes_at: datetime = NOON,
    *,
    seconds: Sequence[int] = range(-80, 5),
) -> tuple[Tick, ...]:
    """A tick a second; `price_at` knows the seconds from the close, before it negative."""
    return tuple(
        Tick(
            symbol=BTC,
            price=Decimal(str(price_at(second))),
            at=closes_at + timedelta(seconds=second),
            received_at=closes_at + timedelta(seconds=second),
        )
        for second in seconds
    )


def jump(second: int) -> float:
    """Flat at 60,000, and 60,100 from half a minute before the close: the average is 60,050."""
    return 60_100.0 if second >= -30 else 60_000.0


def a_window(
    close_value: float | None = 60_050.0,
    *,
    threshold: float = 59_900.0,
    outcome1_won: bool | None = True,
    tape: tuple[Tick, ...] | None = None,
    number: int = 0,
) -> ResolvedWindow:
    closes_at = NOON + timedelta(minutes=15 * number)
    return ResolvedWindow(
        event_id=EventId(f"window-{number:03d}"),
        closes_at=closes_at,
        threshold=threshold,
        close_value=close_value,
        outcome1_won=outcome1_won,
        tape=a_tape(jump, closes_at) if tape is None else tape,
    )


@pytest.mark.parametrize(
    ("close_value", "expected"),
    [
        (60_050.0, Verdict.AGREES),
        (60_100.0, Verdict.CONTRADICTS),
        (60_075.0, Verdict.UNCLEAR),
        (60_000.0, Verdict.CONTRADICTS),
        (0.0, Verdict.CONTRADICTS),
    ],
)
def test_verdict_on_the_average_goes_by_what_the_close_value_is_near(
    close_value: float, expected: Verdict
) -> None:
    assert verdict(a_window(close_value), RULE) is expected


def test_verdict_on_the_last_price_goes_by_what_the_close_value_is_near() -> None:
    rule = ProofRule(assumed=SettledOn.LAST_PRICE)
    assert verdict(a_window(60_100.0), rule) is Verdict.AGREES
    assert verdict(a_window(60_050.0), rule) is Verdict.CONTRADICTS


def test_verdict_when_the_price_stood_still_is_unclear() -> None:
    window = a_window(60_000.0, tape=a_tape(lambda _: 60_000.0))
    assert verdict(window, RULE) is Verdict.UNCLEAR


def test_verdict_when_the_winner_is_not_the_one_of_the_close_value_contradicts() -> None:
    assert verdict(a_window(outcome1_won=False), RULE) is Verdict.CONTRADICTS


def test_verdict_of_a_void_window_goes_by_its_close_value() -> None:
    assert verdict(a_window(outcome1_won=None), RULE) is Verdict.AGREES


def test_verdict_of_a_tie_is_held_against_the_rule_for_ties_if_there_is_one() -> None:
    tied = a_window(60_050.0, threshold=60_050.0, outcome1_won=False)
    assert verdict(tied, RULE) is Verdict.AGREES
    assert verdict(tied, ProofRule(tie=TieRule.OUTCOME1)) is Verdict.CONTRADICTS
    assert verdict(tied, ProofRule(tie=TieRule.OUTCOME2)) is Verdict.AGREES


@pytest.mark.parametrize("threshold", [60_075.0, 60_200.0, 59_900.0])
@pytest.mark.parametrize("outcome1_won", [True, False, None])
def test_verdict_without_a_close_value_goes_by_a_winner_that_only_one_rule_names(
    threshold: float, outcome1_won: bool | None
) -> None:
    rule = ProofRule(tolerance=0.0002)
    window = a_window(None, threshold=threshold, outcome1_won=outcome1_won)
    expected = Verdict.UNCLEAR
    if outcome1_won is not None and outcome1_won is not (threshold == 59_900.0):
        expected = Verdict.CONTRADICTS
    elif outcome1_won is False and threshold == 60_075.0:
        expected = Verdict.AGREES
    assert verdict(window, rule) is expected


def test_verdict_without_a_close_value_and_near_the_threshold_is_unclear() -> None:
    assert verdict(a_window(None, threshold=60_075.0), RULE) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "seconds",
    [
        range(-40, 5),
        [*range(-80, -50), *range(-30, 5)],
        range(-80, -15),
        range(0, 5),
        range(1, 5),
        [],
    ],
)
def test_verdict_when_the_tape_does_not_cover_the_last_minute_is_unclear(
    seconds: Sequence[int],
) -> None:
    window = a_window(tape=a_tape(jump, seconds=seconds))
    assert verdict(window, RULE) is Verdict.UNCLEAR


def test_verdict_of_a_tape_with_a_price_that_is_none_is_unclear() -> None:
    window = a_window(tape=a_tape(lambda second: 0.0 if second == -7 else jump(second)))
    assert verdict(window, RULE) is Verdict.UNCLEAR


def test_prove_counts_what_agrees() -> None:
    found = prove([a_window(number=number) for number in range(30)], RULE)
    assert found == SettlementProof(agreed=30)


def test_prove_begins_again_after_a_contradiction() -> None:
    windows = [
        a_window(60_100.0 if number == 9 else 60_050.0, number=number) for number in range(40)
    ]
    assert prove(windows, RULE) == SettlementProof(
        agreed=30, contradicted=1, last_contradiction=EventId("window-009")
    )


def test_prove_goes_by_the_closes_and_not_by_the_order_it_is_told_in() -> None:
    windows = [
        a_window(60_100.0 if number == 3 else 60_050.0, number=number) for number in range(5)
    ]
    assert prove(reversed(windows), RULE) == prove(windows, RULE)


@pytest.mark.parametrize("wrong", [{"tolerance": 0.0}, {"average_s": -1.0}])
def test_proof_rule_that_makes_no_sense_raises(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        ProofRule(**wrong)  # type: ignore[arg-type]


@given(values=st.lists(st.sampled_from([60_050.0, 60_075.0, 60_100.0]), max_size=50))
def test_prove_never_trusts_more_than_what_agreed_since_the_last_contradiction(
    values: list[float],
) -> None:
    found = prove([a_window(value, number=n) for n, value in enumerate(values)], RULE)
    since = values[len(values) - values[::-1].index(60_100.0) :] if 60_100.0 in values else values
    assert found.agreed == since.count(60_050.0)
    assert found.contradicted == values.count(60_100.0)


@pytest.mark.parametrize(
    ("close_value", "expected"),
    [
        (60_050.0, Held.AVERAGE),
        (60_100.0, Held.LAST_PRICE),
        (60_075.0, Held.UNCLEAR),
        (60_000.0, Held.NEITHER),
    ],
)
def test_held_names_the_rule_that_a_close_value_keeps_to(
    close_value: float, expected: Held
) -> None:
    closing = closing_of(a_tape(jump), NOON, RULE)
    assert held(closing, 59_900.0, close_value, True, RULE) is expected


def test_held_of_a_value_that_its_own_winner_belies_is_neither() -> None:
    closing = closing_of(a_tape(jump), NOON, RULE)
    assert held(closing, 59_900.0, 60_050.0, False, RULE) is Held.NEITHER


def _record(*recent: Held) -> SettlementRecord:
    return SettlementRecord(
        average=recent.count(Held.AVERAGE),
        last_price=recent.count(Held.LAST_PRICE),
        neither=recent.count(Held.NEITHER),
        recent=recent,
    )


def test_proof_of_a_record_counts_what_agreed_since_the_last_contradiction() -> None:
    record = _record(*[Held.LAST_PRICE] * 10, *[Held.AVERAGE] * 30)
    assert record.proof(SettledOn.AVERAGE) == SettlementProof(agreed=30, contradicted=10)
    assert record.proof(SettledOn.LAST_PRICE) == SettlementProof(agreed=0, contradicted=30)


def test_proof_of_a_record_that_ends_on_neither_rule_agrees_with_none() -> None:
    record = _record(*[Held.AVERAGE] * 30, Held.NEITHER)
    assert record.proof(SettledOn.AVERAGE) == SettlementProof(agreed=0, contradicted=1)


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ([], 0.9),
        ([Held.LAST_PRICE], 0.3214),
        ([Held.LAST_PRICE] * 2, 0.0243),
        ([Held.AVERAGE], 0.9942),
        ([Held.NEITHER] * 5, 0.9),
        ([Held.AVERAGE] * 100 + [Held.LAST_PRICE] * 30, 0.0),
    ],
)
def test_averaged_weight_follows_what_the_latest_windows_kept_to(
    recent: list[Held], expected: float
) -> None:
    assert averaged_weight(_record(*recent)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("known", [0.0, 1.0])
def test_averaged_weight_of_a_rule_that_is_known_stays(known: float) -> None:
    assert averaged_weight(_record(Held.LAST_PRICE, Held.AVERAGE), known) == known


def test_averaged_weight_with_a_prior_that_is_no_chance_raises() -> None:
    with pytest.raises(InvalidValue):
        averaged_weight(_record(), 1.5)


def test_learned_rule_changes_nothing_but_the_weight_and_only_on_clear_windows() -> None:
    told = SettlementRule(averaged_weight=1.0, tick=0.01)
    assert learned(told, None) == told
    assert learned(told, _record(Held.NEITHER)) == told
    found = learned(told, _record(*[Held.LAST_PRICE] * 30))
    assert found.averaged_weight < 1e-6
    assert found.tick == 0.01
