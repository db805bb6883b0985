"""Writes as text: what an account asked of its venue, to be asked again, and what it answered.

Every argument is kept as text and read back to the very value; of an answer there is enough to see
that asking again in the same world was answered alike.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    CompleteSet,
    Declined,
    OrderId,
    OrderType,
    PlaceOrder,
    SealedOrder,
    SelfTrade,
    TimeInForce,
    Unresolved,
    VenueOrder,
)
from bayse_agent.ports import Venue

Answer = Accepted | VenueOrder | CompleteSet | Declined | Unresolved
Text = Mapping[str, str]


class Verb(StrEnum):
    PLACE = "place"
    CANCEL = "cancel"
    AMEND = "amend"
    MINT = "mint"
    BURN = "burn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Something that was asked of the venue at a moment of world time, and what it answered."""

    at_ms: int
    verb: Verb
    arguments: Text
    answer: Text


def order_text(order: PlaceOrder, key: str) -> Text:
    """The arguments of PLACE."""
    return {"key": key, **_told(order)}


def order_of(arguments: Text) -> PlaceOrder:
    """The order in the arguments of PLACE."""
    return PlaceOrder(
        **_read({name: text for name, text in arguments.items() if name != "key"}, _ORDER)
    )


def seal_order(order: PlaceOrder, key: str) -> SealedOrder:
    """An order as bytes: the arguments of PLACE as one line of JSON."""
    body = json.dumps(order_text(order, key), sort_keys=True, separators=(",", ":"))
    return SealedOrder(
        route="local", key=key if order.engine is Engine.CLOB else None, body=body.encode()
    )


def unseal_order(sealed: SealedOrder) -> tuple[PlaceOrder, str]:
    """What `seal_order` wrote down: the order and its key."""
    arguments = json.loads(sealed.body)
    return order_of(arguments), arguments["key"]


def change_text(change: Amend, key: str) -> Text:
    """The arguments of AMEND."""
    return {"key": key, **_told(change)}


def set_text(market_id: MarketId, amount: Money) -> Text:
    """The arguments of MINT and BURN."""
    return {
        "market_id": market_id,
        "amount": str(amount.amount),
        "currency": amount.currency.value,
    }


def answer_text(answer: Answer) -> Text:
    """What was answered: an id with what came of it at once, or the refusal."""
    match answer:
        case Accepted(order=order, is_replay=is_replay):
            told = _order_answer(order)
            return {**told, "is_replay": "True"} if is_replay else told
        case VenueOrder():
            return _order_answer(answer)
        case CompleteSet():
            return {"id": answer.operation_id, "pairs": str(answer.pairs)}
        case Declined():
            return {"refused": f"{answer.status} {answer.code}: {answer.message}"}
        case Unresolved():
            return {"unresolved": answer.reason}


def asking(verb: Verb, arguments: Text) -> Callable[[Venue], Awaitable[Answer]]:
    """The same write, to be asked of a venue again.

    Raises KeyError, TypeError, ValueError or ArithmeticError for arguments that it cannot have.
    """
    told = dict(arguments)
    match verb:
        case Verb.PLACE:
            request = seal_order(order_of(told), told["key"])
            return lambda venue: venue.send(request)
        case Verb.AMEND:
            key, change = told.pop("key"), Amend(**_read(told, _CHANGE))
            return lambda venue: venue.amend(change, key=key)
        case Verb.CANCEL:
            order_id = OrderId(told["order_id"])
            return lambda venue: venue.cancel(order_id)
        case Verb.MINT | Verb.BURN:
            market_id = MarketId(told["market_id"])
            amount = Money.of(told["amount"], Currency(told["currency"]))
            if verb is Verb.MINT:
                return lambda venue: venue.mint(market_id, amount)
            return lambda venue: venue.burn(market_id, amount)


def _told(request: PlaceOrder | Amend) -> dict[str, str]:
    values = {field.name: getattr(request, field.name) for field in fields(request)}
    return {name: str(value) for name, value in values.items() if value is not None}


def _order_answer(order: VenueOrder) -> dict[str, str]:
    told = {"id": order.id, "status": order.status.value, "filled": str(order.filled)}
    if order.average_price is not None:
        told["average_price"] = str(order.average_price)
    return told


def _read(told: Text, readers: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    return {name: readers[name](text) for name, text in told.items()}


def _price(text: str) -> Price:
    return Price(Decimal(text))


def _truth(text: str) -> bool:
    return {"True": True, "False": False}[text]


_ORDER: Mapping[str, Callable[[str], Any]] = {
    "event_id": EventId,
    "market_id": MarketId,
    "outcome_id": OutcomeId,
    "engine": Engine,
    "side": Side,
    "type": OrderType,
    "amount": Decimal,
    "currency": Currency,
    "price": _price,
    "time_in_force": TimeInForce,
    "post_only": _truth,
    "self_trade": SelfTrade,
    "max_slippage": Decimal,
    "expires_at": datetime.fromisoformat,
    "client_order_id": str,
}

_CHANGE: Mapping[str, Callable[[str], Any]] = {
    "order_id": OrderId,
    "new_price": _price,
    "new_size": lambda text: Shares(Decimal(text)),
}
