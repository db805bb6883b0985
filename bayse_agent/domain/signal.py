"""A decision that waits: for a person's word, or for its time unless a person says no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bayse_agent.domain.market import Engine, EventId
from bayse_agent.domain.order import Buy, IntentSource, Sell


class Approval(StrEnum):
    """Whose word a bet needs: nobody's; a person's, one by one; or nobody's no until its time."""

    AUTOMATIC = "off"
    BY_HAND = "manual"
    DELAYED = "delay"


class SignalStatus(StrEnum):
    """PENDING may be approved until it expires; the others are final."""

    PENDING = "PENDING"
    EXECUTED = "EXECUTED"
    REFUSED = "REFUSED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What the agent would do. Approving it checks everything again, on fresh data.

    `id` is derived from what it wants, so that one decision is one signal. `inputs` are the
    numbers of the case, `note` says why it ended as it did. `places_at`: when it is placed without
    a word, unless a person says no before; None waits for a person.
    """

    id: str
    source: IntentSource
    event_id: EventId
    engine: Engine
    wish: Buy | Sell
    forecast_id: str | None
    made_at: datetime
    expires_at: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    status: SignalStatus = SignalStatus.PENDING
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""
    places_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long signals wait. `word`: for a person's; `no`: for his no, before one is placed by
    itself; `grace`: how late that may still be done; `before_close`: from when on it is too late.
    """

    word: timedelta
    no: timedelta
    grace: timedelta
    before_close: timedelta


def waits_until(
    now: datetime, closes_at: datetime | None, approval: Approval, patience: Patience
) -> tuple[datetime | None, datetime]:
    """When a signal of now is placed by itself, None for never, and when it expires.

    A market that closes too soon for the whole time that a person has to say no is never bet on
    without a word: its signal waits for one to the end. At 14:25, with 5 minutes for a no and a
    close at 15:00, it is placed at 14:30; with a close at 14:28 it waits for a word until then.
    """
    places_at = now + patience.no
    is_too_late = closes_at is not None and places_at >= closes_at - patience.before_close
    if approval is not Approval.DELAYED or is_too_late:
        latest = now + patience.word
        return None, latest if closes_at is None else min(latest, closes_at)
    latest = places_at + patience.grace
    return places_at, latest if closes_at is None else min(latest, closes_at)
