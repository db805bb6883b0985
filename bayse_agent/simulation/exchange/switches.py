"""What nobody knows about the venue: one named switch for each, with the likelier side as default.

The table of the venue's unknowns is in `docs/bayse.md`; every switch is tested both ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class SellUnit(StrEnum):
    """What `amount` means on a SELL."""

    SHARES = "shares"
    CASH = "cash"


class AmmEnvelope(StrEnum):
    """The key of the order in an AMM placement's answer."""

    AMM_ORDER = "ammOrder"
    ORDER = "order"


class EmptyBodyHash(StrEnum):
    """What is signed when there is no body: nothing, or also the hash of nothing."""

    EMPTY = "empty"
    EITHER = "either"


class Policy(StrEnum):
    """Whether the venue takes something."""

    ALLOW = "allow"
    REJECT = "reject"


class TieRule(StrEnum):
    """Who wins when the settlement value equals the threshold."""

    UP = "up"
    DOWN = "down"


class SettlementRule(StrEnum):
    """What a window settles on: the last price, or the average of the last 60 seconds."""

    SPOT = "spot"
    TWAP60 = "twap60"


class Books(StrEnum):
    """Whether naira and dollar orders meet in one book."""

    PER_CURRENCY = "per_currency"
    SHARED = "shared"


class Casing(StrEnum):
    """How `type`, `status` and `category` of events are spelt on the wire."""

    DOCS = "docs"
    LIVE = "live"


class Enforcement(StrEnum):
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One field for each unknown.

    `fee_floor` is the floor in `rate x C x P x max(1 - P, floor)`; `tick` the price grid;
    `dust` the part of an order's cash that the venue keeps back when it sizes it (the NGN 100
    that buy 99.99 shares at 0.01); `crypto_settlement` and `other_settlement` the two families
    of series.
    """

    sell_unit: SellUnit = SellUnit.SHARES
    quote_sell_unit: SellUnit = SellUnit.SHARES
    amm_envelope: AmmEnvelope = AmmEnvelope.AMM_ORDER
    empty_body_hash: EmptyBodyHash = EmptyBodyHash.EMPTY
    market_on_book: Policy = Policy.ALLOW
    tick: Decimal = Decimal("0.001")
    dust: Decimal = Decimal("0.0001")
    fee_floor: Decimal = Decimal("0.5")
    books: Books = Books.PER_CURRENCY
    both_sides: Policy = Policy.ALLOW
    tie: TieRule = TieRule.UP
    crypto_settlement: SettlementRule = SettlementRule.TWAP60
    other_settlement: SettlementRule = SettlementRule.SPOT
    rate_limits: Enforcement = Enforcement.ON
    casing: Casing = Casing.DOCS
