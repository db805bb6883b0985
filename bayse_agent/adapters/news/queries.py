"""The words that a search service is asked with: the market's titles, and its time in words."""

from __future__ import annotations

from bayse_agent.adapters.news.dates import in_words
from bayse_agent.adapters.news.settings import TimeRange
from bayse_agent.domain.news import Horizon, Topic
from bayse_agent.domain.reading import clean_line

LONGEST_QUERY = 300


def query(topic: Topic) -> str:
    """What is searched for. A market that ends within hours is asked about with its day, one
    within days with its month, any other with its year.
    """
    event, market = clean_line(topic.event_title), clean_line(topic.market_title)
    titles = event if market.casefold() in event.casefold() else f"{event} {market}"
    match topic.horizon:
        case Horizon.SHORT:
            time = f"today {in_words(topic.now)}"
        case Horizon.MEDIUM:
            time = f"{topic.now:%B %Y}"
        case Horizon.LONG:
            time = f"{topic.now:%Y}"
    return f"{titles[: LONGEST_QUERY - len(time) - 1]} {time}"


def time_range(topic: Topic, wanted: TimeRange) -> TimeRange:
    """How far back to search: as it is set, else as far as the market is away from its close."""
    if wanted is not TimeRange.BY_HORIZON:
        return wanted
    match topic.horizon:
        case Horizon.SHORT:
            return TimeRange.DAY
        case Horizon.MEDIUM:
            return TimeRange.MONTH
        case Horizon.LONG:
            return TimeRange.YEAR
