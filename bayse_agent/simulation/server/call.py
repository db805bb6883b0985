"""One request as the handlers see it, and what an endpoint is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from bayse_agent.simulation.server.accounts import ApiKey, Session, User
from bayse_agent.simulation.server.encoding import Json, read_json
from bayse_agent.simulation.server.fields import Fields, Query, as_object
from bayse_agent.simulation.server.problem import Problem, unauthorized
from bayse_agent.simulation.server.request_log import Effect

if TYPE_CHECKING:
    from bayse_agent.simulation.server.desk import Desk


class Level(Enum):
    """What a caller must show."""

    PUBLIC = "nothing"
    SESSION = "a session"
    READ = "a public key"
    WRITE = "a signature"


@dataclass(slots=True, kw_only=True)
class Call:
    """A request. `path` is the raw path that a signature covers; `now_s` the wall clock.

    `skew_s` is how wrong the clock is that the signature is checked by.
    """

    method: str
    path: str
    parameters: Mapping[str, str]
    query: Query
    headers: Headers
    body: bytes
    now_s: float
    effect: Effect
    skew_s: float = 0.0
    key: ApiKey | None = None
    session: Session | None = None
    _json: list[Json] = field(default_factory=list)

    @property
    def body_hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest() if self.body else ""

    @property
    def user(self) -> User:
        """Raises Problem 401 when the caller did not say who it is."""
        if self.session is not None:
            return self.session.user
        if self.key is None:
            raise unauthorized("A valid X-Public-Key header is required")
        return self.key.user

    def json(self) -> Json:
        """The decoded body. Raises Problem 400, or 415 when it is announced as something else."""
        if not self._json:
            announced = self.headers.get("content-type", "application/json")
            if announced.partition(";")[0].strip().lower() != "application/json":
                raise Problem(
                    415, "unsupported_media_type", "The request body must be application/json"
                )
            self._json.append(read_json(self.body))
        return self._json[0]

    def fields(self) -> Fields:
        """The body as an object. Raises Problem 400."""
        return as_object(self.json())


Handler = Callable[["Desk", Call], Json]


def one_token(call: Call) -> int:
    """What most requests cost of the rate limit."""
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A route ("METHOD /path/{template}"), who may call it, and what answers.

    `tokens` is what a request costs of the rate limit; `takes_key` whether an Idempotency-Key
    means anything.
    """

    route: str
    level: Level
    handler: Handler
    tokens: Callable[[Call], int] = one_token
    takes_key: bool = False

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.route.partition(" ")[2]
