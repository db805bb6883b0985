"""The invented press as a source of news."""

from __future__ import annotations

from datetime import timedelta

from bayse_agent.domain.news import Topic
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.listing import EventState
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.press import Press
from bayse_agent.simulation.world import World

HOUR_MS = 3_600_000


def _world() -> tuple[World, SimulatedClock]:
    world = World(seed=3)
    world.advance(world.now_ms + 6 * HOUR_MS)
    return world, SimulatedClock(world.advance, from_ms(world.now_ms))


def _topics(world: World, clock: SimulatedClock) -> list[Topic]:
    return [
        _topic(event, clock) for event in world.exchange.live_events() if event.spec.resolves_ms
    ]


def _topic(event: EventState, clock: SimulatedClock) -> Topic:
    market = event.markets[0]
    return Topic(
        market_id=market.id,
        event_id=event.id,
        event_title=event.spec.title,
        market_title=market.spec.title,
        category=event.spec.category,
        rules=event.spec.description,
        closes_at=from_ms(event.spec.closes_ms),
        now=clock.now(),
    )


async def test_find_when_asked_then_nothing_is_of_the_future_and_the_newest_comes_first() -> None:
    world, clock = _world()
    press = Press(world, clock)
    found = [await press.find(topic, limit=20) for topic in _topics(world, clock)]
    dates = [article.published_at for articles in found for article in articles]
    assert dates
    assert all(at is not None and at <= clock.now() for at in dates)


async def test_find_when_asked_as_of_before_then_later_articles_are_not_there() -> None:
    world, clock = _world()
    press = Press(world, clock)
    topic = max(_topics(world, clock), key=lambda one: one.now - (one.closes_at or one.now))
    then = clock.now() - timedelta(hours=5)
    before = Topic(**{name: getattr(topic, name) for name in Topic.__slots__} | {"now": then})
    assert all(
        article.published_at is not None and article.published_at <= then
        for article in await press.find(before, limit=50)
    )


async def test_find_when_sister_events_are_in_the_news_then_some_of_that_is_found_too() -> None:
    world, clock = _world()
    press = Press(world, clock)
    slugs = {event.id: event.spec.slug for event in world.exchange.live_events()}
    own = noise = 0
    for topic in _topics(world, clock):
        for article in await press.find(topic, limit=50):
            is_own = article.id.startswith(f"news-{slugs[topic.event_id]}-")
            own, noise = own + is_own, noise + (not is_own)
    assert own > 0
    assert noise > 0


async def test_find_when_an_event_is_unknown_then_the_answer_is_empty() -> None:
    world, clock = _world()
    topic = _topics(world, clock)[0]
    unknown = Topic(**{name: getattr(topic, name) for name in Topic.__slots__} | {"event_id": "x"})
    assert await Press(world, clock).find(unknown, limit=5) == ()


async def test_find_when_the_same_is_asked_twice_then_the_answer_is_the_same() -> None:
    (one, its), (other, others) = _world(), _world()
    found = [await Press(one, its).find(topic, limit=9) for topic in _topics(one, its)]
    again = [await Press(other, others).find(topic, limit=9) for topic in _topics(other, others)]
    assert found == again
