"""The venue's truth first: resolves every open order by reading, and compares books with wallet.

After a crash this is the recovery; there is no other. What is not found is not thereby absent:
an order counts as lost only after a while, twice looked for in vain, and with the wallet agreeing.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import IntentChange, OpenIntent
from bayse_agent.domain.market import MarketId, Side
from bayse_agent.domain.order import Buy, IntentStatus, VenueOrder
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.following import CLOCK_SKEW, follow
from bayse_agent.trading.halting import stop
from bayse_agent.trading.verification import proves_absence

_AMOUNT_TOLERANCE = Decimal("0.002")
"""The venue may keep back some dust of an order's cash."""


async def reconcile(agent: Agent) -> None:
    """Bring every intent that is not final up to what the venue says. Raises VenueError."""
    for known in await agent.store.open_intents():
        if known.order_id is not None:
            await follow(agent, known.intent.id)
        elif known.status is IntentStatus.PENDING or _is_watched(agent, known):
            await _look_for(agent, known)


async def is_fenced(agent: Agent, market_id: MarketId) -> bool:
    """Whether an order of ours was lost in the market so lately that it could still turn up."""
    return any(
        known.status is IntentStatus.LOST
        and known.intent.market_id == market_id
        and _is_watched(agent, known)
        for known in await agent.store.open_intents()
    )


def _is_watched(agent: Agent, known: OpenIntent) -> bool:
    age = agent.clock.now() - known.intent.created_at
    return age < timedelta(seconds=agent.habits.watch_s)


async def _look_for(agent: Agent, known: OpenIntent) -> None:
    """Look for the order of an intent that the venue never answered for."""
    claimed = await agent.store.claimed_orders()
    candidates, is_proof = await _candidates(agent, known, claimed)
    if len(candidates) > 1:
        # Which of them is ours cannot be told: the market stays fenced, the money reserved.
        names = ", ".join(sorted(order.id for order in candidates))
        await _note(agent, known, known.status, f"several orders could be it: {names}")
        reason = f"several orders could be intent {known.intent.id}: {names}"
        await stop(agent, reason=reason, by="reconciliation")
    elif candidates:
        order = candidates[0]
        change = IntentChange(
            intent_id=known.intent.id,
            status=IntentStatus.OPEN,
            proof=f"found as {order.id}",
            at=agent.clock.now(),
            order=order,
        )
        await agent.store.change_intent(change)
        await follow(agent, known.intent.id)
    elif is_proof and known.status is IntentStatus.PENDING:
        await _note_absence(agent, known)


async def _candidates(
    agent: Agent, known: OpenIntent, claimed: frozenset[str]
) -> tuple[list[VenueOrder], bool]:
    """Orders that could be the intent's, and whether not finding one would prove anything.

    It proves nothing while the list does not even show an older order that we know of: a list
    asked for wrongly is empty, too.
    """
    since = known.intent.created_at - CLOCK_SKEW
    # A list that grows while it is read shows an order on two pages.
    found: dict[str, VenueOrder] = {}
    number, last, shows_known = 1, 1, not claimed
    while number <= last:
        page = await agent.venue.orders(
            currency=known.intent.currency, page=number, size=agent.habits.page_size
        )
        for order in page.items:
            shows_known = shows_known or order.id in claimed
            if order.id not in claimed and could_be(known, order):
                found[order.id] = order
        oldest = min((o.created_at for o in page.items if o.created_at), default=None)
        if oldest is not None and oldest < since and shows_known:
            break
        number, last = number + 1, page.last
    return list(found.values()), shows_known


def could_be(known: OpenIntent, order: VenueOrder) -> bool:
    """Whether an order at the venue has an intent's fingerprint: outcome, side, amount, time."""
    wish = known.intent.wish
    side = Side.BUY if isinstance(wish, Buy) else Side.SELL
    amount = wish.stake.amount if isinstance(wish, Buy) else wish.shares
    is_same = order.outcome_id == wish.outcome_id and order.side is side
    is_late = order.created_at is None or order.created_at >= known.intent.created_at - CLOCK_SKEW
    is_as_large = order.amount is None or abs(order.amount - amount) <= amount * _AMOUNT_TOLERANCE
    return is_same and is_late and is_as_large


async def _note_absence(agent: Agent, known: OpenIntent) -> None:
    age = agent.clock.now() - known.intent.created_at
    is_over = age >= timedelta(seconds=agent.habits.grace_s) and known.absences >= 1
    if is_over and await proves_absence(agent, known.intent):
        await _note(agent, known, IntentStatus.LOST, "absent, and the account agrees")
        return
    change = IntentChange(
        intent_id=known.intent.id,
        status=known.status,
        proof="absent from the list of orders",
        at=agent.clock.now(),
        shows_absence=True,
    )
    await agent.store.change_intent(change)


async def _note(agent: Agent, known: OpenIntent, status: IntentStatus, proof: str) -> None:
    is_lost = status is IntentStatus.LOST
    change = IntentChange(
        intent_id=known.intent.id,
        status=status,
        proof=proof,
        at=agent.clock.now(),
        reason=Reason.UNFILLED if is_lost else None,
    )
    await agent.store.change_intent(change)
