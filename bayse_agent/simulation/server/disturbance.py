"""Carries out the faults that spoil a request or its reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bayse_agent.simulation.faults import Fault, FaultKind, hit
from bayse_agent.simulation.server.encoding import Json, read_json, write_json
from bayse_agent.simulation.server.problem import Problem
from bayse_agent.simulation.server.reply import Reply

_PAGE = b"<!doctype html><html><head><title>Just a moment...</title></head><body></body></html>"
_REFUSALS = {
    401: "unauthorized",
    404: "not_found",
    422: "validation_error",
    429: "rate_limit",
}


def refusal_of(faults: Sequence[Fault]) -> Problem | None:
    """The refusal that comes before the request has any effect, if one is due."""
    fault = hit(faults, FaultKind.REFUSE_BEFORE, FaultKind.RATE_LIMITED)
    if fault is None:
        return None
    if fault.kind is FaultKind.RATE_LIMITED:
        return Problem(429, "rate_limit", "Rate limit exceeded. Please slow down.")
    code = _REFUSALS.get(
        fault.status, "bad_request" if fault.status < 500 else "internal_server_error"
    )
    return Problem(fault.status, code, "The service is not available right now")


def disturbed(reply: Reply, faults: Sequence[Fault]) -> Reply:
    """The reply after the faults that change it: what is told first, then how it is told."""
    for kind, change in _CHANGES.items():
        if (fault := hit(faults, kind)) is not None:
            reply = change(reply, fault)
    return reply


def _wait_header(reply: Reply, fault: Fault) -> Reply:
    if fault.retry_after is None:
        return reply
    return replace(reply, headers={**reply.headers, "Retry-After": fault.retry_after})


def _truncate(reply: Reply, fault: Fault) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def _web_page(reply: Reply, fault: Fault) -> Reply:
    return Reply(status=fault.status, body=_PAGE, media_type="text/html; charset=utf-8")


def _edit(reply: Reply, edit: Callable[[Json], Json]) -> Reply:
    if reply.status != 200:
        return reply
    return replace(reply, body=write_json(edit(read_json(reply.body))))


def _empty(reply: Reply, fault: Fault) -> Reply:
    return _edit(reply, _without_rows)


def _without_rows(value: Json) -> Json:
    if isinstance(value, list):
        return []
    if not isinstance(value, Mapping):
        return value
    emptied: dict[str, Json] = {
        name: [] if isinstance(item, list) else item for name, item in value.items()
    }
    if "pagination" in emptied:
        emptied["pagination"] = {"page": 1, "size": 20, "lastPage": 1, "totalCount": 0}
    return emptied


def _wrong_balance(reply: Reply, fault: Fault) -> Reply:
    return _edit(reply, lambda value: _multiplied(value, fault.factor))


def _multiplied(value: Json, factor: int) -> Json:
    if isinstance(value, list):
        return [_multiplied(item, factor) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: item * factor
        if name in ("availableBalance", "balance") and isinstance(item, int | Decimal)
        else _multiplied(item, factor)
        for name, item in value.items()
    }


_CHANGES: Mapping[FaultKind, Callable[[Reply, Fault], Reply]] = {
    FaultKind.EMPTY_LIST: _empty,
    FaultKind.WRONG_BALANCE: _wrong_balance,
    FaultKind.RATE_LIMITED: _wait_header,
    FaultKind.HTML_BODY: _web_page,
    FaultKind.TRUNCATED_BODY: _truncate,
}
