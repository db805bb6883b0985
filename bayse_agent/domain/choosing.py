"""Which passages of articles are worth reading for a market: those near in subject and in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bayse_agent.domain.news import Article, Horizon, Snippet, Topic
from bayse_agent.domain.reading import content_id, passages
from bayse_agent.domain.subject import keywords, shared_part

HALF_LIVES: Mapping[Horizon, timedelta] = MappingProxyType(
    {
        Horizon.SHORT: timedelta(hours=6),
        Horizon.MEDIUM: timedelta(days=3),
        Horizon.LONG: timedelta(days=30),
    }
)
"""How long it takes until what was written is worth half, by how far away the close is."""
LEAST_WORTH = 0.5
"""What age leaves of a text's worth: an old text on the subject beats a new one off it."""
_FIRST_PASSAGES = 12


def worth(at: datetime, now: datetime, half_life: timedelta) -> float:
    """What age leaves of a text's worth: from 1, when it is new, down to LEAST_WORTH.

    LEAST_WORTH + (1 - LEAST_WORTH) * 2^(-age / half_life): 0.75 after one half-life.
    """
    age = max(0.0, (now - at) / half_life)
    return float(LEAST_WORTH + (1 - LEAST_WORTH) * 2.0**-age)


def snippet_of(article: Article, number: int, text: str) -> Snippet:
    """One passage of an article, with everything that tells where it is from."""
    return Snippet(
        id=content_id(article.id, str(number), text),
        article_id=article.id,
        url=article.url,
        domain=article.domain,
        title=article.title,
        text=text,
        published_at=article.published_at,
        retrieved_at=article.retrieved_at,
        found_by=article.found_by,
    )


def best_passages(articles: Sequence[Article], topic: Topic) -> tuple[Snippet, ...]:
    """The best passage of each article by the topic's words and by age, best article first."""
    wanted = keywords(topic)
    half_life = HALF_LIVES[topic.horizon]
    ranked: list[tuple[float, int, Snippet]] = []
    for place, article in enumerate(articles):
        parts = passages(article.text)[:_FIRST_PASSAGES]
        shares = [shared_part(wanted, f"{article.title}\n{part}") for part in parts]
        best = max(range(len(parts)), key=lambda number: (shares[number], -number))
        at = article.published_at or article.retrieved_at
        score = shares[best] * worth(at, topic.now, half_life)
        ranked.append((-score, place, snippet_of(article, best, parts[best])))
    return tuple(snippet for _, _, snippet in sorted(ranked, key=lambda one: one[:2]))


def spread(
    snippets: Iterable[Snippet], *, limit: int, most_of_a_domain: int
) -> tuple[Snippet, ...]:
    """The first snippets, of which no publisher has more than its share, nor an article two."""
    chosen: list[Snippet] = []
    domains: dict[str, int] = {}
    articles: set[str] = set()
    for snippet in snippets:
        if len(chosen) == limit:
            break
        if snippet.article_id in articles or domains.get(snippet.domain, 0) >= most_of_a_domain:
            continue
        chosen.append(snippet)
        articles.add(snippet.article_id)
        domains[snippet.domain] = domains.get(snippet.domain, 0) + 1
    return tuple(chosen)
