"""A signal as the original system told it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from bayse_agent.adapters.store.reading.told import Told


class SignalOut(BaseModel):
    """`estimated_probability` is that of outcome1; `expected_value` is what the stake earns on
    average after fees. `rank_score` and `risk_level` are always empty: nothing is ranked, and no
    model's word for a risk is believed. `places_at`: when it is placed unless a person says no.
    """

    id: str
    event_id: str
    market_id: str
    market_name: str
    signal_type: str
    confidence: float | None
    estimated_probability: float | None
    market_price_at_signal: float | None
    expected_value: float | None
    rank_score: float | None = None
    reasoning: str
    sources: list[str]
    suggested_stake: float | None
    risk_level: str | None = None
    status: str
    resolution: str | None
    pnl: float | None
    created_at: datetime
    approved_at: datetime | None
    agent_cycle_id: str | None
    executed_order_id: str | None
    executed_at: datetime | None
    places_at: datetime | None = None

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls.model_validate(told, from_attributes=True)


class SignalPage(BaseModel):
    signals: list[SignalOut]
    page: int
    size: int
    count: int
    total: int
