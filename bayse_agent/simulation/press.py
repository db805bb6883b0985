"""The invented press as a source of news: what it has published by now, and nothing later."""

from __future__ import annotations

from collections.abc import Iterable

from bayse_agent.domain.news import Article, Topic
from bayse_agent.ports import Clock
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.units import to_ms
from bayse_agent.simulation.news import NewsItem
from bayse_agent.simulation.stories import LONGEST_MS
from bayse_agent.simulation.world import World

SISTERS = 3


class Press:
    """Finds what was written about an event, newest first, and some of what was written about
    others of its kind, as a search would.
    """

    name = "press"

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        until_ms = min(to_ms(topic.now), to_ms(self._clock.now()))
        items = self._world.news(until_ms - LONGEST_MS, until_ms)
        newest = sorted(items, key=lambda item: (-item.published_ms, item.id))
        event = _event_slug(self._world, topic)
        own = [item for item in newest if item.event_slug == event]
        # Slugs are their template's name and a number: the same name is the same kind of event.
        kind = event.rpartition("-")[0]
        sisters = [item for item in newest if item.event_slug.rpartition("-")[0] == kind]
        others = [item for item in sisters if item.event_slug != event][:SISTERS]
        return tuple(self._articles((*own, *others)))[:limit]

    def _articles(self, items: Iterable[NewsItem]) -> Iterable[Article]:
        for item in items:
            yield Article(
                id=item.id,
                url=f"https://{item.publisher}/{item.id.rpartition('-')[2]}/{item.published_ms}",
                domain=item.publisher,
                title=item.title,
                text=item.body,
                published_at=item.published_at,
                retrieved_at=self._clock.now(),
                found_by=self.name,
            )


def _event_slug(world: World, topic: Topic) -> str:
    """The slug of a topic's event; none when this world does not know it."""
    try:
        return world.exchange.event(topic.event_id).spec.slug
    except Refusal:
        return ""
