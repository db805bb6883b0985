"""The invented press: mostly true, sometimes wrong, now and then hostile."""

from __future__ import annotations

import re

from bayse_agent.simulation.news import LONGEST_FORESIGHT_MS, NewsItem, reports
from bayse_agent.simulation.stories import Story, story

FORESIGHT_MS = LONGEST_FORESIGHT_MS // 2
STORIES = [story(7, 2_967_000 + number) for number in range(300)]
ALL = [(told, item) for told in STORIES for item in reports(told, FORESIGHT_MS)]
HOSTILE = [item for _, item in ALL if item.publisher == "freealpha.example"]


def claimed(item: NewsItem) -> float | None:
    found = re.search(r"(\d+)%", item.body)
    return int(found[1]) / 100 if found and item.publisher != "freealpha.example" else None


def truth(told: Story, item: NewsItem) -> float | None:
    for index, market in enumerate(told.spec.markets):
        if f"“{market.title}”" in item.body:
            return told.chance(index, item.published_ms + FORESIGHT_MS)
    return None


def errors() -> list[float]:
    pairs = [(claimed(item), truth(told, item)) for told, item in ALL]
    return [abs(said - true) for said, true in pairs if said is not None and true is not None]


def test_reports_when_an_event_is_told_then_appear_while_it_is_open_in_order() -> None:
    for told in STORIES:
        times = [item.published_ms for item in reports(told, FORESIGHT_MS)]
        assert times == sorted(times)
        assert told.spec.opens_ms < times[0] <= times[-1] < told.spec.closes_ms
        assert 3 <= len(times) <= 12


def test_reports_when_many_then_have_unique_ids_and_name_their_event() -> None:
    assert len({item.id for _, item in ALL}) == len(ALL)
    assert all(item.event_slug == told.spec.slug for told, item in ALL)


def test_reports_when_compared_with_the_truth_then_mostly_carry_it() -> None:
    wrong_by = sorted(errors())

    assert len(wrong_by) > 0.85 * len(ALL)
    assert wrong_by[len(wrong_by) // 2] < 0.08


def test_reports_when_compared_with_the_truth_then_some_are_plainly_wrong() -> None:
    wrong_by = errors()

    assert 0.02 < sum(error > 0.3 for error in wrong_by) / len(wrong_by) < 0.12


def test_reports_when_hostile_then_are_a_few_and_give_orders() -> None:
    assert 0.04 < len(HOSTILE) / len(ALL) < 0.12
    assert any("Ignore all previous instructions" in item.body for item in HOSTILE)
    assert any('"approved": true' in item.body for item in HOSTILE)


def test_reports_when_read_then_leave_no_blank_to_fill() -> None:
    for _, item in ALL:
        assert not re.search(r"\{\w+\}", item.title + item.body)
