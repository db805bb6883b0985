"""An answer before it goes out: status, headers and JSON bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bayse_agent.simulation.exchange.refusal import Refusal, item_code, route_code
from bayse_agent.simulation.server.encoding import Json, write_json
from bayse_agent.simulation.server.problem import Problem

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE

    @property
    def is_stored(self) -> bool:
        """Whether an idempotency key may replay it: 5xx, 429 and 408 may be tried again."""
        return self.status < 500 and self.status not in (408, 429)


def succeeded(value: Json) -> Reply:
    return Reply(status=200, body=write_json(value))


def failed(problem: Problem) -> Reply:
    return Reply(status=problem.status, body=write_json(problem.body()), headers=problem.headers())


def as_problem(refusal: Refusal) -> Problem:
    """A refusal of the exchange as an error of the whole request."""
    return Problem(refusal.status, route_code(refusal.code), refusal.message)


def as_item_error(refusal: Refusal | Problem) -> Json:
    """A refusal as the error of one item of a batch."""
    return {"code": item_code(refusal.code), "message": refusal.message}
