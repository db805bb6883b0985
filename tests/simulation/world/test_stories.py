"""General events: their truth is a fair game, and the supply of them never ends."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest

from bayse_agent.domain.market import Engine, EventType
from bayse_agent.simulation.stories import LONGEST_MS, SLOT_MS, Story, slots, story
from bayse_agent.simulation.templates import TEMPLATES

FIRST_SLOT = 2_967_000
STORIES = [story(7, FIRST_SLOT + number) for number in range(600)]


def at(told: Story, share: float) -> int:
    spec = told.spec
    return spec.opens_ms + int(share * (spec.closes_ms - spec.opens_ms))


def of_type(kind: EventType) -> list[Story]:
    return [told for told in STORIES if told.spec.type is kind]


def test_story_when_told_twice_then_is_the_same() -> None:
    first, second = story(7, FIRST_SLOT), story(7, FIRST_SLOT)

    assert first.spec == second.spec
    assert first.chance(0, at(first, 0.5)) == second.chance(0, at(second, 0.5))


def test_stories_when_in_a_row_then_take_turns_in_engine_and_open_about_every_ten_minutes() -> None:
    for before, after in pairwise(STORIES):
        assert {before.spec.engine, after.spec.engine} == {Engine.CLOB, Engine.AMM}
        assert 7 * 60_000 <= after.spec.opens_ms - before.spec.opens_ms <= 13 * 60_000


def test_stories_when_many_then_show_every_template_once_and_unique_slugs() -> None:
    slugs = {told.spec.slug for told in STORIES}

    assert len(slugs) == len(STORIES)
    assert {slug.rsplit("-", 1)[0] for slug in slugs} == {each.slug for each in TEMPLATES}


def test_stories_when_measured_then_live_at_least_45_minutes_and_two_days_at_most() -> None:
    lives = [told.spec.closes_ms - told.spec.opens_ms for told in STORIES]

    assert min(lives) >= 45 * 60_000
    assert max(lives) <= LONGEST_MS
    assert sum(life > 8 * 3_600_000 for life in lives) < 0.06 * len(lives)


def test_stories_when_closed_then_are_resolved_after_two_to_two_and_a_half_minutes() -> None:
    delays = sorted(told.settles_ms - told.spec.closes_ms for told in STORIES)

    assert 120_000 <= delays[0] <= delays[-1] <= 150_000
    assert delays[len(delays) // 2] == pytest.approx(133_000, abs=1500)


def test_void_when_counted_then_is_rare() -> None:
    assert 0 < sum(told.is_void for told in STORIES) < 0.05 * len(STORIES)


def test_combined_markets_when_summed_then_make_one_and_exactly_one_wins() -> None:
    for told in of_type(EventType.COMBINED):
        for share in (0.0, 0.5, 1.0):
            total = sum(told.chance(index, at(told, share)) for index in range(3))
            assert total == pytest.approx(1)
        assert [told.winner(index) for index in range(3)].count(0) == 1


def test_grouped_markets_when_lined_up_then_stand_in_order() -> None:
    for told in of_type(EventType.GROUPED):
        chances = [told.chance(index, at(told, 0.4)) for index in range(3)]
        winners = [told.winner(index) for index in range(3)]
        assert chances == sorted(chances, reverse=True)
        assert winners == sorted(winners)
        assert all(market.threshold is not None for market in told.spec.markets)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_chances_when_compared_with_outcomes_then_are_calibrated(share: float) -> None:
    bins: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for told in STORIES:
        for index in range(len(told.lines)):
            chance = told.chance(index, at(told, share))
            bins[min(int(chance * 5), 4)].append((chance, 1 - told.winner(index)))

    for pairs in bins.values():
        expected = sum(chance for chance, _ in pairs) / len(pairs)
        observed = sum(won for _, won in pairs) / len(pairs)
        assert observed == pytest.approx(expected, abs=0.6 / len(pairs) ** 0.5 + 0.06)


def test_chance_when_outside_the_life_then_is_that_of_its_ends() -> None:
    told = STORIES[0]

    assert told.chance(0, told.spec.opens_ms - 1) == told.chance(0, told.spec.opens_ms)
    assert told.chance(0, told.settles_ms) == told.chance(0, told.spec.closes_ms)


def test_slots_when_looked_for_then_include_every_story_of_the_span() -> None:
    begin = FIRST_SLOT * SLOT_MS
    found = set(slots(begin, begin + 86_400_000))

    for slot in range(FIRST_SLOT - 2, FIRST_SLOT + 146):
        if begin < story(7, slot).spec.opens_ms <= begin + 86_400_000:
            assert slot in found
