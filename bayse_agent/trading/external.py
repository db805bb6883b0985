"""Orders that were placed elsewhere with the same account: found, taken into the books, told.

They spend the same money, so they count against every limit. Nothing new is bought until a person
has seen them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import VenueNotFound
from bayse_agent.domain.journal import tracked
from bayse_agent.domain.market import Event, EventId, Market, MarketId, MarketStatus, Side
from bayse_agent.domain.money import ONE, ZERO, Money, Price, Shares
from bayse_agent.domain.order import Buy, Intent, IntentSource, Sell, VenueOrder, intent_id
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.following import CLOCK_SKEW, follow
from bayse_agent.trading.halting import stop
from bayse_agent.trading.reconciliation import could_be

_SEEN = "orders"
_PENNY = Price(ONE / 100)
_DEAREST = Price(ONE - ONE / 100)


async def adopt_external(agent: Agent) -> tuple[Intent, ...]:
    """Take every order that is not ours into the books. Raises VenueError.

    An order that has the fingerprint of one of ours in doubt is left to reconciliation.
    """
    now = agent.clock.now()
    since = await agent.store.listed_at(_SEEN)
    doubtful = [known for known in await agent.store.open_intents() if known.order_id is None]
    unknown = [
        order
        for order in await _unclaimed(agent, since)
        if not any(could_be(known, order) for known in doubtful)
    ]
    tried = [(order, await _try_to_adopt(agent, order)) for order in unknown]
    adopted = [intent for _, intent in tried if intent is not None]
    await agent.store.track([], source=_SEEN, read_at=now)
    if adopted:
        names = ", ".join(order.id for order, intent in tried if intent is not None)
        reason = f"orders that were placed elsewhere: {names}"
        await stop(agent, reason=reason, by="reconciliation", state=TradingState.REDUCING)
    return tuple(adopted)


async def _try_to_adopt(agent: Agent, order: VenueOrder) -> Intent | None:
    """None for an order in a market that the venue does not show any more.

    One that ended without a fill has moved no money, and is left where it is. Anything else may
    have: that is a halt, and no reason to leave the rest of the books as they are.
    """
    try:
        return await _adopt(agent, order)
    except VenueNotFound as error:
        if not order.status.is_final or order.filled != ZERO:
            await stop(agent, reason=str(error), by="reconciliation")
        return None


async def is_due(agent: Agent, every: timedelta) -> bool:
    """Whether the last look for such orders is so long ago."""
    since = await agent.store.listed_at(_SEEN)
    return since is None or agent.clock.now() - since >= every


async def _unclaimed(agent: Agent, since: datetime | None) -> Sequence[VenueOrder]:
    """Orders that no intent claims, oldest first: those of the last day (one may be left out of
    the lists for a while), and whatever still rests. The books begin with what the account had
    then, so earlier ended ones are not in question.
    """
    claimed = await agent.store.claimed_orders()
    begun = await _begun_at(agent)
    reach = timedelta(seconds=agent.habits.watch_s)
    earliest = begun if since is None else max(begun, since - reach - CLOCK_SKEW)
    found: dict[str, VenueOrder] = {}
    number, last = 1, 1
    while number <= last:
        page = await agent.venue.orders(
            currency=agent.habits.currency, page=number, size=agent.habits.page_size
        )
        dates = [order.created_at for order in page.items if order.created_at is not None]
        for order in page.items:
            is_new = order.created_at is None or order.created_at >= earliest
            if order.id not in claimed and (is_new or not order.status.is_final):
                found[order.id] = order
        # Resting orders may be on any page; they are all read once, when the books are begun.
        if since is not None and dates and min(dates) < earliest:
            break
        number, last = number + 1, page.last
    return list(reversed(found.values()))


async def _begun_at(agent: Agent) -> datetime:
    history = await agent.store.history()
    return agent.clock.now() if history is None else history.first_at


async def _adopt(agent: Agent, order: VenueOrder) -> Intent:
    event, market = await _place_of(agent, order)
    await agent.store.track(
        [tracked(event, market, agent.clock.now())], source="external", read_at=agent.clock.now()
    )
    intent = Intent(
        id=intent_id("external", order.id),
        event_id=event.id,
        market_id=market.id,
        engine=event.engine,
        wish=_wish(agent, order),
        forecast_id=None,
        created_at=order.created_at or agent.clock.now(),
        source=IntentSource.EXTERNAL,
        cause="placed elsewhere",
    )
    await agent.store.add_external(intent, order)
    await follow(agent, intent.id)
    return intent


def _wish(agent: Agent, order: VenueOrder) -> Buy | Sell:
    """What an order asks for. What the venue does not say is taken at its dearest."""
    currency = agent.habits.currency
    size = order.size if order.size is not None else order.filled
    price = order.price or order.average_price
    if order.side is Side.SELL:
        return Sell(
            market_id=order.market_id,
            outcome_id=order.outcome_id,
            shares=Shares(size or order.amount or ZERO),
            currency=currency,
            worst_price=price or _PENNY,
        )
    dearest = price or _DEAREST
    cash = order.amount if order.amount is not None else size * dearest * currency.payout
    return Buy(
        market_id=order.market_id,
        outcome_id=order.outcome_id,
        stake=Money(cash, currency),
        worst_price=dearest,
    )


async def _place_of(agent: Agent, order: VenueOrder) -> tuple[Event, Market]:
    """The event and market of an order, which names its market only. Raises VenueNotFound."""
    for event_id in await _likely_events(agent, order):
        event = await agent.market_data.event(event_id, currency=agent.habits.currency)
        if (market := event.market(order.market_id)) is not None:
            return event, market
    number, last = 1, 1
    while number <= last:
        page = await agent.market_data.events(
            currency=agent.habits.currency,
            status=MarketStatus.OPEN,
            page=number,
            size=agent.habits.page_size,
        )
        for event in page.items:
            if (market := event.market(order.market_id)) is not None:
                return event, market
        number, last = number + 1, page.last
    raise VenueNotFound(f"order {order.id!r} is in market {order.market_id!r}, which no event has")


async def _likely_events(agent: Agent, order: VenueOrder) -> list[EventId]:
    """Events that the order's market may be in, from what is known of it."""
    market_id: MarketId = order.market_id
    known = [m.event_id for m in await agent.store.tracked() if m.market_id == market_id]
    held = [row.event_id for row in await agent.venue.holdings() if row.market_id == market_id]
    page = await agent.venue.activities(page=1, size=agent.habits.page_size)
    told = [
        line.event_id
        for line in page.items
        if line.event_id is not None and line.market_id == market_id
    ]
    return list(dict.fromkeys((*known, *held, *told)))
