"""A decision that waits for a person's word, when the agent may not trade by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bayse_agent.domain.market import Engine, EventId
from bayse_agent.domain.order import Buy, IntentSource, Sell


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
    numbers of the case, `note` says why it ended as it did.
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
