"""Batches of book orders: best effort, an answer for each item, HTTP 200 even when items fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Price, Shares
from bayse_agent.domain.order import Amend, OrderId
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.refusal import Refusal, not_found
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.fields import Fields, as_item
from bayse_agent.simulation.server.problem import Problem, bad_request
from bayse_agent.simulation.server.render_order import render_placed
from bayse_agent.simulation.server.reply import as_item_error
from bayse_agent.simulation.server.routes_orders import read_order

PLACE_LIMIT = 20
AMEND_LIMIT = 20
CANCEL_LIMIT = 100


def place_batch(desk: Desk, call: Call) -> Json:
    account = desk.account_of(call)
    results = []
    for index, item in enumerate(call.fields().items("orders", limit=PLACE_LIMIT)):
        head: dict[str, Json] = {"index": index}
        try:
            fields = as_item(item)
            if (echo := fields.optional_text("clientOrderId")) is not None:
                head["clientOrderId"] = echo
            order = _place_item(desk, account, fields)
        except (Refusal, Problem) as error:
            results.append({**head, **_item_failed(error)})
        else:
            call.effect.created.append(order.id)
            results.append({**head, "success": True, "order": render_placed(order)})
    return _answer(results)


def _place_item(desk: Desk, account: Account, fields: Fields) -> Order:
    """Place one item. It is routed by its outcome; its market id is not looked at."""
    outcome_id = fields.text("outcomeId")
    market, _ = desk.exchange.market_of(outcome_id)
    if market.event.spec.engine is not Engine.CLOB:
        raise Refusal(400, "UNSUPPORTED_ENGINE", "Batch orders are only supported on CLOB markets")
    return desk.exchange.place(account, read_order(fields, market, outcome_id))


def amend_batch(desk: Desk, call: Call) -> Json:
    """Amend together, so that siblings which would cross leave each other alone."""
    items = call.fields().items("items", "orders", limit=AMEND_LIMIT)
    heads: list[dict[str, Json]] = []
    answers: list[Order | Refusal | Problem] = []
    changes: list[tuple[int, Amend]] = []
    for index, item in enumerate(items):
        head: dict[str, Json] = {"index": index, "orderId": ""}
        heads.append(head)
        try:
            change = _read_amend(as_item(item))
            head["orderId"] = change.order_id
            changes.append((index, change))
            answers.append(not_found("Order"))  # replaced below
        except (Refusal, Problem) as error:
            answers.append(error)
    done = desk.exchange.amend(desk.account_of(call), [change for _, change in changes])
    for (index, _), answer in zip(changes, done, strict=True):
        answers[index] = answer
    return _answer(
        [{**head, **_amended(call, answer)} for head, answer in zip(heads, answers, strict=True)]
    )


def _read_amend(fields: Fields) -> Amend:
    price, size = fields.optional_number("newPrice"), fields.optional_number("newSize")
    return Amend(
        order_id=OrderId(fields.text("orderId")),
        new_price=None if price is None else Price(price),
        new_size=None if size is None else Shares(size),
    )


def _amended(call: Call, answer: Order | Refusal | Problem) -> dict[str, Json]:
    if not isinstance(answer, Order):
        return _item_failed(answer)
    call.effect.amended.append(answer.id)
    return {"success": True, "order": render_placed(answer)}


def cancel_batch(desk: Desk, call: Call) -> Json:
    account = desk.account_of(call)
    results = []
    for item in call.fields().items("orderIds", limit=CANCEL_LIMIT):
        head: dict[str, Json] = {"orderId": item if isinstance(item, str) else ""}
        try:
            if not isinstance(item, str):
                raise bad_request("orderIds must be strings")
            order = desk.exchange.cancel(account, item)
        except (Refusal, Problem) as error:
            results.append({**head, **_item_failed(error)})
        else:
            call.effect.cancelled.append(order.id)
            results.append({**head, "success": True})
    return _answer(results)


def _item_failed(error: Refusal | Problem) -> dict[str, Json]:
    return {"success": False, "error": as_item_error(error)}


def _answer(results: list[dict[str, Json]]) -> Json:
    succeeded = sum(1 for result in results if result["success"])
    return {
        "engine": "CLOB",
        "results": list(results),
        "summary": {
            "total": len(results),
            "succeeded": succeeded,
            "failed": len(results) - succeeded,
        },
    }


def _tokens(names: tuple[str, ...], call: Call) -> int:
    """One write token for each item; one for a body that cannot be read."""
    try:
        fields = call.fields()
        return max(
            len(fields.items(name, limit=CANCEL_LIMIT)) for name in names if fields.has(name)
        )
    except (Problem, ValueError):
        return 1


def tokens_of(*names: str) -> Callable[[Call], int]:
    return partial(_tokens, names)


ENDPOINTS = (
    Endpoint(
        route="POST /v1/pm/orders/batch",
        level=Level.WRITE,
        handler=place_batch,
        tokens=tokens_of("orders"),
        takes_key=True,
    ),
    Endpoint(
        route="POST /v1/pm/orders/batch/amend",
        level=Level.WRITE,
        handler=amend_batch,
        tokens=tokens_of("items", "orders"),
        takes_key=True,
    ),
    Endpoint(
        route="DELETE /v1/pm/orders/batch",
        level=Level.WRITE,
        handler=cancel_batch,
        tokens=tokens_of("orderIds"),
        takes_key=True,
    ),
)
