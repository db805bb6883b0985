"""Who may use the service: people, their sessions, and keys of scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What somebody may do. Each scope includes the ones before it."""

    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"

    def includes(self, wanted: Scope) -> bool:
        """Whether whoever has this scope may do what needs the other."""
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may log in. `must_change`: his password was made for him."""

    name: str
    password_hash: str
    must_change: bool
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """One login. `stepped_up_at`: when the password was last given again for what is grave."""

    id: str
    person: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    refresh_hash: str
    stepped_up_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """What somebody shows besides his password. It is in force from `confirmed_at` on.

    `used_step`: the newest half minute since 1970 whose code was taken.
    """

    person: str
    seed: str
    made_at: datetime
    confirmed_at: datetime | None
    used_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A key of a script. Its secret is shown once, when it is made."""

    id: str
    name: str
    scope: Scope
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent:
    """Something that happened at the door: a login, a refusal, a key made or revoked."""

    at: datetime
    kind: str
    who: str
    origin: str
    detail: str = ""
