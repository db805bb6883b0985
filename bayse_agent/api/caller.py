"""Who is calling: a person with a session, or a script with a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from bayse_agent.domain.access import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`name` is what the books call him. A script has no session, a person no key."""

    name: str
    scope: Scope
    session_id: str | None = None
    token_id: str | None = None
    is_by_cookie: bool = False
    is_stepped_up: bool = False
    must_change: bool = False

    @property
    def key(self) -> str:
        """What his requests are counted under."""
        return f"token:{self.token_id}" if self.token_id else f"session:{self.session_id}"

    @property
    def owner(self) -> str:
        """Whose wishes his commands are: a person's are the same after he logged in again."""
        return f"token:{self.token_id}" if self.token_id else f"person:{self.name}"


def _caller(connection: HTTPConnection) -> Caller:
    found = connection.scope["state"]["caller"]
    assert isinstance(found, Caller)
    return found


Calling = Annotated[Caller, Depends(_caller)]
"""The caller of a route that is not public; the gate has let him in."""
