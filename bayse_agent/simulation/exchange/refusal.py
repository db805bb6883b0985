"""The venue's no: an HTTP status, a code and a text, and nothing has changed."""

from __future__ import annotations

_ROUTE_CODES = {"BAD_REQUEST": "bad_request", "ORDER_NOT_FOUND": "not_found"}
_ITEM_CODES = frozenset(
    {
        "UNSUPPORTED_ENGINE",
        "INSUFFICIENT_BALANCE",
        "INSUFFICIENT_SHARES",
        "ORDER_NOT_FOUND",
        "BAD_REQUEST",
    }
)


def route_code(code: str) -> str:
    """A code as the error of a whole request spells it."""
    return _ROUTE_CODES.get(code, code.lower())


def item_code(code: str) -> str:
    """A code as the error of one item of a batch: only five are documented."""
    return code.upper() if code.upper() in _ITEM_CODES else "BAD_REQUEST"


class Refusal(Exception):
    """The exchange refuses. Raised before anything was changed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BAD_REQUEST", message)


def unprocessable(message: str) -> Refusal:
    return Refusal(422, "validation_error", message)


def not_found(what: str) -> Refusal:
    return Refusal(404, "not_found", f"{what} not found")


def order_not_found() -> Refusal:
    return Refusal(404, "ORDER_NOT_FOUND", "Order not found")


def insufficient_balance(currency: str) -> Refusal:
    text = f"insufficient balance: Insufficient {currency} balance for this order"
    return Refusal(400, "INSUFFICIENT_BALANCE", text)


def insufficient_shares() -> Refusal:
    return Refusal(400, "INSUFFICIENT_SHARES", "insufficient shares for this order")


def no_liquidity() -> Refusal:
    return bad_request("no liquidity: nothing to match this order with")
