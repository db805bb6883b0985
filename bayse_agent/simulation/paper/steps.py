"""Everything that ever happened to a paper account, as values that can be written down.

A step is what was asked of the account, with what was seen of the real venue when it was, and what
was answered. Taking the same steps again gives the same account, without a network.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import Amend, OrderId, PlaceOrder
from bayse_agent.simulation.paper.seen import Seen
from bayse_agent.simulation.writes import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """An order. Its key counts on books alone."""

    order: PlaceOrder
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amending:
    change: Amend
    amend_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelling:
    order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Converting:
    """Cash into complete sets (MINT) or back (BURN)."""

    verb: Verb
    market_id: MarketId
    amount: Money


Write = Placing | Amending | Cancelling | Converting


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened. `write` is None for a mere look; `answer` is what was answered.

    A write has one market that was seen, or none when it needs none.
    """

    at_ms: int
    seen: tuple[Seen, ...] = ()
    write: Write | None = None
    answer: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How an account began."""

    format: int
    at_ms: int
    bankroll: Money


STEP: TypeAdapter[Step] = TypeAdapter(Step)
OPENING: TypeAdapter[Opening] = TypeAdapter(Opening)
