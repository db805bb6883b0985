"""What is proven: true to what was settled, told in words, and kept for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.adapters.store.experience import open_experience
from bayse_agent.adapters.store.reading.proving import Grounds
from bayse_agent.api.proving import MOST, Provings, standing_of
from bayse_agent.domain.access import Scope
from bayse_agent.domain.card import cards
from bayse_agent.domain.experience import SettledForecast
from bayse_agent.domain.market import MarketId
from bayse_agent.wiring.resuming import BOOKS
from tests.api.stage import HandClock, Stage
from tests.builders import NOON


async def _proof(stage: Stage) -> Any:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    answer = await client.get("/skill/proof")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_proof_when_asked_then_it_is_that_of_the_score_cards(
    stage: Stage, tmp_path: Path
) -> None:
    experience = open_experience(f"sqlite:///{tmp_path / 'demo' / BOOKS}")
    try:
        known = cards(await experience.judged_forecasts(most=MOST))
    finally:
        await experience.close()
    whole = {card.author: card for card in known if not card.group}
    found = await _proof(stage)
    assert {one["author"] for one in found["authors"]} == set(whole)
    for one in found["authors"]:
        card = whole[one["author"]]
        assert one["for_us"]["now"] == pytest.approx(card.proof.for_us)
        assert one["against_us"]["best"] == pytest.approx(card.proof.best_against_us)
        assert one["stage"] == card.stage.value
        assert (one["looks"], one["markets"]) == (card.proof.steps, card.markets)
        assert one["path"][-1] == pytest.approx(one["for_us"]["now"])
        assert one["for_us"]["by_luck"] == pytest.approx(1 / one["for_us"]["best"])
        assert one["for_us"]["meaning"].endswith(".")
    assert found["goes_by_proof"] is False


async def test_proof_of_who_trades_when_asked_then_what_would_halt_it_is_told(
    stage: Stage,
) -> None:
    trading = [one for one in (await _proof(stage))["authors"] if one["trades"]]
    assert [one["author"] for one in trading] == ["threshold"]
    assert trading[0]["halting"]["halts"] is False
    assert trading[0]["halting"]["threshold"] == 20.0
    assert trading[0]["next"]["stage"] == "small"
    assert {one["is_met"] for one in trading[0]["next"]["needs"]} == {True, False}


async def test_proof_when_asked_again_soon_then_it_is_not_worked_out_anew(
    stage: Stage, clock: HandClock
) -> None:
    provings = Provings(stage.parts)
    first = await provings.standing()
    clock.pass_s(10)
    assert await provings.standing() is first
    clock.pass_s(60)
    # Nothing was settled meanwhile.
    assert await provings.standing() is first


def _pooled(count: int) -> Iterator[SettledForecast]:
    """Looks of a pool and its two members, of whom one knows more than the price."""
    for number in range(count):
        outcome = number % 2
        for author, chance in (("llm", 0.5 + 0.3 * (outcome - 0.5)), ("base_rate", 0.5)):
            yield _settled(number, author, chance, outcome)
        yield _settled(number, "pool", 0.5 + 0.2 * (outcome - 0.5), outcome)


def _settled(number: int, author: str, chance: float, outcome: int) -> SettledForecast:
    pool = f"pool-{number}"
    return SettledForecast(
        forecast_id=pool if author == "pool" else f"{author}-{number}",
        look_id=pool,
        market_id=MarketId(f"market-{number}"),
        author=author,
        category="politics",
        time_left_s=30 * 86_400.0,
        made_at=NOON,
        settled_at=NOON + timedelta(hours=number),
        probability=chance,
        standard_error=0.05,
        market_price=0.45,
        outcome=outcome,
        is_pooled=author == "pool",
    )


def test_members_of_a_pool_when_told_then_with_weights_and_how_sure_those_are() -> None:
    found = standing_of(
        Grounds(forecasts=tuple(_pooled(200)), trading="pool", counts_since=None), NOON, settled=600
    )
    by_author = {one.card.author: one for one in found.authors}
    assert by_author["pool"].weights == ()
    assert by_author["pool"].trades
    (weight,) = by_author["llm"].weights
    assert (weight.kind.category, weight.kind.horizon.value) == ("politics", "long")
    assert 0.2 < weight.weight <= 1.0
    # Surer than before there was anything to learn from.
    assert 0.0 < weight.error < 0.3


def test_proof_that_halts_when_a_person_resumed_then_only_what_came_later_counts() -> None:
    since = NOON + timedelta(hours=150)
    found = standing_of(
        Grounds(forecasts=tuple(_pooled(200)), trading="pool", counts_since=since), NOON, settled=0
    )
    pool = next(one for one in found.authors if one.trades)
    assert pool.card.proof.steps == 200
    assert pool.guarded.steps == 50
