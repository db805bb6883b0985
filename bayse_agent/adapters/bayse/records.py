"""What the venue tells that no other floor needs: keys, users, reward programmes, sports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr

from bayse_agent.domain.market import EventId, MarketId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key as it is shown once, when it is made or rotated. Its secret is not told again."""

    id: str
    name: str
    public_key: SecretStr
    secret_key: SecretStr
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is listed: its secret is a hint."""

    id: str
    name: str
    public_key: SecretStr
    secret_hint: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user as others see one."""

    id: str
    tag: str
    image_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityReward:
    """What resting orders earned in one market in one epoch, in dollars.

    `payout` is an estimate while `is_final` is false.
    """

    epoch_id: str
    event_id: EventId
    market_id: MarketId
    accumulated_shares: Decimal
    sample_count: int
    payout: Decimal
    is_final: bool
    is_paid: bool
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerRebate:
    """Fees given back to a maker in one market in one epoch, in dollars."""

    epoch_id: str
    event_id: EventId
    market_id: MarketId
    maker_volume: Decimal
    trade_count: int
    rebate: Decimal
    is_final: bool
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    name: str
    key: str | None
    short_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: str
    name: str
    slug: str | None
    short_code: str | None
    sport: str | None
    league: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A match between two teams. `status` is the venue's word."""

    id: str
    slug: str
    sport: str | None
    league: str | None
    home_team_id: str | None
    away_team_id: str | None
    starts_at: datetime | None
    status: str | None
    is_live: bool
