"""Orders on their way out: sealed as bytes that can be stored, sent once, the reply classified.

An order on a book goes as a batch of one, whose `Idempotency-Key` the venue honours. Against a
formula there is only the single route, which takes no key: there, every doubt stays a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import quote, unquote

from bayse_agent.adapters.bayse.client import Access, BayseClient, Gate, Request
from bayse_agent.adapters.bayse.replies import Answer, NeverSent, complaint
from bayse_agent.adapters.bayse.secrets import redact
from bayse_agent.adapters.bayse.wire import orders, writing
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import Reader, decode
from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.domain.errors import (
    InvalidValue,
    VenueError,
    VenueMalformed,
    VenueRateLimited,
)
from bayse_agent.domain.market import Engine, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    Declined,
    PlaceOrder,
    PlaceReply,
    SealedOrder,
    SelfTrade,
    Unresolved,
    VenueOrder,
)

OrderGate = Callable[[Side], Awaitable[str | None]]
"""Says why an order of that side must not leave any more, or None."""

BATCH = "/v1/pm/orders/batch"
AMEND = "/v1/pm/orders/batch/amend"
NOT_SENT = 0
"""The status of a Declined that no venue said: the request never left."""
LIMITED = 429
"""On the batch route the venue says so before its engine sees anything."""

_KEY = re.compile(r"[A-Za-z0-9_-]{1,255}")
_SINGLE = re.compile(r"/v1/pm/events/[^/]+/markets/([^/]+)/orders")
_REFUSALS = frozenset({400, 401, 403, 404, 422})
_IN_DOUBT = re.compile(r"internal|timeout|timed|unavailable|unknown", re.IGNORECASE)
_KEY_REUSED = re.compile(r"idempot", re.IGNORECASE)


def seal(order: PlaceOrder, *, key: str, unit: SellUnit) -> SealedOrder:
    """Write an order down. Raises InvalidValue for one that the venue cannot take."""
    if not _KEY.fullmatch(key):
        raise InvalidValue(f"not an idempotency key: {key!r}")
    if order.engine is Engine.CLOB:
        return SealedOrder(route=BATCH, key=key, body=writing.batch_of_one(order, unit))
    event, market = quote(order.event_id, safe=""), quote(order.market_id, safe="")
    path = f"/v1/pm/events/{event}/markets/{market}/orders"
    return SealedOrder(route=path, key=None, body=writing.single(order, unit))


async def send(
    client: BayseClient, sealed: SealedOrder, gate: OrderGate | None = None
) -> PlaceReply:
    """Send a sealed order and say what became of it. It raises for nothing on the way.

    `gate` may hold it back for as long as nothing has left.
    """
    asked = _asked(sealed)
    may_leave = None if gate is None else partial(gate, asked.side)
    if sealed.key is None:
        return await _send_single(client, sealed, asked, may_leave)
    request = Request(
        method="POST", path=sealed.route, access=Access.WRITE, body=sealed.body, key=sealed.key
    )
    # Once, though a refusal for the rate would let it be sent again: by then the price has moved,
    # the approval is old, and somebody may have stopped trading.
    reply = await _outcome(lambda: client.once(request, may_leave))
    if not isinstance(reply, Answer):
        return reply
    if reply.status == LIMITED:
        return Declined(status=LIMITED, code="rate_limit", message="the venue took it for too many")

    def placed_item() -> VenueOrder | orders.Refusal:
        item = orders.batch_item(reply.json(), client.drift, asked.client_order_id)
        return item if isinstance(item, orders.Refusal) else orders.placed_item(item, asked)

    return _compared(_concluded(reply, placed_item), asked, client)


async def _send_single(
    client: BayseClient, sealed: SealedOrder, asked: orders.Asked, gate: Gate | None
) -> PlaceReply:
    reply = await send_once(client, sealed.route, sealed.body, gate)
    if not isinstance(reply, Answer):
        return reply
    concluded = _concluded(reply, lambda: orders.placed(reply.json(), asked, client.drift))
    return _compared(concluded, asked, client)


def _compared(reply: PlaceReply, asked: orders.Asked, client: BayseClient) -> PlaceReply:
    if isinstance(reply, Accepted) and client.options.sell_unit is SellUnit.SHARES:
        orders.contradictions(reply.order, asked, client.drift)
    return reply


async def send_amend(
    client: BayseClient, change: Amend, *, key: str
) -> Accepted | Declined | Unresolved:
    """Amend one resting order."""
    if not _KEY.fullmatch(key):
        raise InvalidValue(f"not an idempotency key: {key!r}")
    body = writing.amend(change)
    reply = await _outcome(lambda: client.post_known(AMEND, body, key))
    if not isinstance(reply, Answer):
        return reply

    def amended() -> VenueOrder | orders.Refusal:
        item = orders.batch_item(reply.json(), client.drift)
        if isinstance(item, orders.Refusal):
            return item
        return orders.amended(item[0], change.order_id)

    return _concluded(reply, amended)


async def send_once(
    client: BayseClient, path: str, body: bytes, gate: Gate | None = None
) -> Answer | Declined | Unresolved:
    """POST something that moves money, once. Success is for the caller to read."""
    request = Request(method="POST", path=path, access=Access.WRITE, body=body)
    reply = await _outcome(lambda: client.once(request, gate))
    if not isinstance(reply, Answer) or reply.is_success:
        return reply
    return refused(reply)


def refused(answer: Answer) -> Declined | Unresolved:
    """What an answer other than a success proves: only the venue's own words prove anything."""
    told = complaint(answer)
    if answer.status not in _REFUSALS or told is None:
        return Unresolved(reason=f"HTTP {answer.status} proves nothing")
    if answer.status == 422 and _KEY_REUSED.search(f"{told.code} {told.message}"):
        return Unresolved(reason=f"the key was used before: {told.message}")
    return Declined(status=answer.status, code=told.code, message=told.message)


async def _outcome(send: Callable[[], Awaitable[Answer]]) -> Answer | Declined | Unresolved:
    """The whole answer, or what its absence means."""
    try:
        return await send()
    except VenueRateLimited as error:
        return Declined(status=429, code=error.code or "rate_limit", message=str(error))
    except NeverSent as error:
        return Declined(status=NOT_SENT, code="not_sent", message=str(error))
    except VenueError as error:
        return Unresolved(reason=redact(str(error)))


def _concluded(
    answer: Answer, read: Callable[[], VenueOrder | orders.Refusal]
) -> Accepted | Declined | Unresolved:
    if not answer.is_success:
        return refused(answer)
    try:
        found = read()
    except VenueMalformed as error:
        return Unresolved(reason=redact(f"HTTP {answer.status}, but {error}"))
    if isinstance(found, VenueOrder):
        return Accepted(order=found, is_replay=answer.is_replay)
    code, message = redact(found.code), redact(found.message)
    if not code or _IN_DOUBT.search(code):
        return Unresolved(reason=f"the item failed without a clear reason: {code} {message}")
    return Declined(status=answer.status, code=code, message=message)


def _asked(sealed: SealedOrder) -> orders.Asked:
    """What the bytes ask for, read back from them: they alone are the truth."""
    drift = Drift()
    body = Reader(decode(sealed.body), "sealed", drift)
    row = body if sealed.key is None else body.rows("orders", "sealed.order")[0]
    single = _SINGLE.fullmatch(sealed.route)
    market_id = unquote(single.group(1)) if single else row.optional_id("marketId")
    return orders.Asked(
        market_id=None if market_id is None else MarketId(market_id),
        outcome_id=OutcomeId(row.id("outcomeId")),
        side=row.choice("side", Side),
        currency=row.choice("currency", Currency),
        engine=Engine.AMM if sealed.key is None else Engine.CLOB,
        amount=row.number("amount"),
        self_trade=row.optional_choice("stpMode", SelfTrade),
        client_order_id=row.optional_id("clientOrderId"),
    )
