"""The reasons that looks end with, in words that go into a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from bayse_agent.domain.decision import Reason

WORDS: Mapping[Reason, str] = {
    Reason.TRADED: "ended in a bet",
    Reason.COOLDOWN: "came too soon after the one before",
    Reason.BUDGET: "would have cost more than models may",
    Reason.HALTED: "found trading stopped, or books that were not sure",
    Reason.CLOSED: "found the market closed",
    Reason.STALE_DATA: "had only prices that were too old",
    Reason.MARKET_UNREADABLE: "could not read the market",
    Reason.NO_FORECAST: "had no forecast",
    Reason.NO_NEWS: "found no news to go by",
    Reason.NOT_WORTH_RESEARCH: "were not worth what research costs",
    Reason.NO_MARKET_PRICE: "saw no price to compare with",
    Reason.EMPTY_BOOK: "found nothing on offer",
    Reason.NO_EDGE: "found no edge after fees",
    Reason.EDGE_WITHIN_ERROR: "found an edge smaller than the forecast's own error",
    Reason.STAKE_BELOW_MINIMUM: "came to a stake below the venue's least order",
    Reason.NO_MONEY: "had no money left to bet with",
    Reason.AWAITING_APPROVAL: "wait, or waited, for a person's word",
    Reason.REFUSED_INPUT: "had numbers that cannot be read",
    Reason.REFUSED_HALTED: "were refused because trading is stopped",
    Reason.REFUSED_BOOKS_AGE: "were refused: books and venue were not compared lately",
    Reason.REFUSED_STATUS: "were refused: the market does not trade",
    Reason.REFUSED_CATEGORY: "were refused for their category",
    Reason.REFUSED_TIME_LEFT: "were refused: too near to the close, or too far from it",
    Reason.REFUSED_PRICE: "were refused: the price is too low or too high",
    Reason.REFUSED_SPREAD: "were refused: the spread is too wide",
    Reason.REFUSED_DEPTH: "were refused: too little is on offer",
    Reason.REFUSED_DATA_AGE: "were refused: prices are too old",
    Reason.REFUSED_EXIT_SIDE: "were refused: there is no way out to be seen",
    Reason.REFUSED_FORECAST_AGE: "were refused: the forecast is too old",
    Reason.REFUSED_EDGE: "were refused: the edge is too small",
    Reason.REFUSED_CONFIDENCE: "were refused: it is not sure enough",
    Reason.REFUSED_STAKE: "were refused: the stake is too large",
    Reason.REFUSED_RESERVE: "were refused: the reserve would be touched",
    Reason.REFUSED_FLOOR: "were refused: too little cash would be left",
    Reason.REFUSED_EXPOSURE: "were refused: too much is at stake already",
    Reason.REFUSED_MARKET_PART: "were refused: too much would be in one market",
    Reason.REFUSED_EVENT_PART: "were refused: too much would be in one event",
    Reason.REFUSED_SERIES_PART: "were refused: too much would be in one series",
    Reason.REFUSED_CLUSTER_PART: "were refused: too much would hang on one price",
    Reason.REFUSED_DAILY_STAKE: "were refused: enough was staked today",
    Reason.REFUSED_DAILY_LOSS: "were refused: enough was lost today",
    Reason.REFUSED_DRAWDOWN: "were refused: it has fallen too far from its peak",
    Reason.REFUSED_LOSING_STREAK: "were refused: it pauses after too many losses in a row",
    Reason.REFUSED_MARKET_HELD: "were refused: an order or a position is there already",
    Reason.REFUSED_OPEN_POSITIONS: "were refused: enough markets are open",
    Reason.REFUSED_REPEAT: "were refused: it bought there a while ago",
    Reason.REFUSED_HOURLY_TRADES: "were refused: enough was bought this hour",
    Reason.REFUSED_DAILY_TRADES: "were refused: enough was bought today",
    Reason.REFUSED_ORDER_RATE: "were refused: too many orders in a minute",
    Reason.REFUSED_NOT_HELD: "were refused: there is nothing to sell",
    Reason.PRICE_MOVED: "were too late: the price had moved",
    Reason.SELL_UNIT: "were not sent: the venue's unit is in doubt",
    Reason.UNFILLED: "were sent, and nobody took them",
    Reason.DECLINED: "were declined by the venue",
    Reason.UNRESOLVED: "were sent, and the venue has not answered yet",
}


def words_for(reason: str) -> str:
    """What looks with this reason did; the reason itself where it is none of ours."""
    try:
        return WORDS[Reason(reason)]
    except ValueError:
        return f"ended with {reason.replace('_', ' ')}"
