"""What formula markets would pay for what is held: asked when somebody looks, and not all the time.

A book's last bid is in our own books; of a formula nothing is, for its price depends on how much is
sold. So the venue is asked, as anybody may, and its answer is good for a few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from bayse_agent.adapters.store.reading.views import PositionView
from bayse_agent.api.parts import ApiParts
from bayse_agent.domain.errors import VenueError, VenueRateLimited, VenueRejected
from bayse_agent.domain.fees import Sale, quoted_bids, sale_into
from bayse_agent.domain.market import EventId, MarketId, OutcomeId, Quote, Side
from bayse_agent.domain.money import ZERO, Currency, Shares

_GOOD_FOR_S = 15.0
_WITHIN_S = 3.0
_AT_ONCE = 4
_MOST = 50
_STEP = Decimal("0.000001")
_Key = tuple[str, str, Decimal]


class Unknown(StrEnum):
    """Why it cannot be told what a position would bring."""

    NEVER_SEEN = "never_seen"
    NO_BID = "no_bid"
    NOT_QUOTED = "not_quoted"
    UNREADABLE = "unreadable"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the venue would give for a position, after fees, and when it said so."""

    sale: Sale
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The last answer, when it was asked for, and the last offer that there was."""

    asked_s: float
    answer: Offer | Unknown
    offer: Offer | None


class Offers:
    """The last answers for what is held now. What is not held any more is forgotten."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._kept: dict[_Key, _Kept] = {}
        self._guard = asyncio.Lock()

    async def of(self, positions: Sequence[PositionView]) -> Mapping[str, Offer | Unknown]:
        """The offer for each position, by outcome. One that cannot be read now is told as it was
        last, with its time.
        """
        async with self._guard:
            turn = asyncio.Semaphore(_AT_ONCE)
            asked = {_key(one): one for one in positions[:_MOST]}
            async with asyncio.TaskGroup() as group:
                tasks = {
                    key: group.create_task(self._renewed(key, one, turn))
                    for key, one in asked.items()
                }
            self._kept = {key: task.result() for key, task in tasks.items()}
            return {key[1]: kept.offer or kept.answer for key, kept in self._kept.items()}

    async def _renewed(self, key: _Key, one: PositionView, turn: asyncio.Semaphore) -> _Kept:
        known, now_s = self._kept.get(key), self._parts.timer.monotonic_s()
        if known is not None and now_s - known.asked_s < _GOOD_FOR_S:
            return known
        async with turn:
            answer = await self._asked(one)
        last = known.offer if known is not None and answer is Unknown.UNREADABLE else None
        offer = answer if isinstance(answer, Offer) else last
        return _Kept(asked_s=now_s, answer=answer, offer=offer)

    async def _asked(self, one: PositionView) -> Offer | Unknown:
        count = Shares(one.shares.quantize(_STEP, ROUND_DOWN))
        if one.event_id is None or count <= ZERO:
            return Unknown.NOT_QUOTED
        try:
            async with asyncio.timeout(_WITHIN_S):
                quote: Quote = await self._parts.market_data.quote(
                    event_id=EventId(one.event_id),
                    market_id=MarketId(one.market_id),
                    outcome_id=OutcomeId(one.outcome_id),
                    side=Side.SELL,
                    amount=count,
                    currency=Currency(one.currency),
                )
        except (VenueError, TimeoutError) as error:
            is_no = isinstance(error, VenueRejected) and not isinstance(error, VenueRateLimited)
            return Unknown.NOT_QUOTED if is_no else Unknown.UNREADABLE
        sale = sale_into(quoted_bids([quote]), count, quote.currency)
        return Unknown.NOT_QUOTED if sale is None else Offer(sale=sale, at=quote.received_at)


def _key(one: PositionView) -> _Key:
    return one.market_id, one.outcome_id, one.shares
