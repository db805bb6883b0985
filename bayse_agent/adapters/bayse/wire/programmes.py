"""Liquidity rewards and maker rebates, read. The venue writes null where there are none."""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.adapters.bayse.records import LiquidityReward, MakerRebate
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.paging import page_or_nothing
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.market import EventId, MarketId, Page


def rewards(value: object, drift: Drift) -> Page[LiquidityReward]:
    """Rewards of past epochs."""
    answer = Reader(value, "rewards", drift)
    items = tuple(_reward(row) for row in answer.optional_rows("data", "reward"))
    return page_or_nothing(answer, items)


def active_rewards(value: object, drift: Drift) -> tuple[LiquidityReward, ...]:
    """Rewards of the epoch that runs: estimates."""
    answer = Reader(value, "rewards", drift)
    found = tuple(_active_reward(row) for row in answer.optional_rows("data", "reward"))
    answer.done("pagination")
    return found


def _reward(row: Reader) -> LiquidityReward:
    return _told(row, payout=row.number("payout"), is_final=True, is_paid=row.flag("isPaid"))


def _active_reward(row: Reader) -> LiquidityReward:
    return _told(row, payout=row.number("estimatedPayout"), is_final=False, is_paid=False)


def _told(row: Reader, *, payout: Decimal, is_final: bool, is_paid: bool) -> LiquidityReward:
    """What past and running epochs tell alike, with what they do not."""
    found = LiquidityReward(
        epoch_id=row.id("epochId"),
        event_id=EventId(row.id("eventId")),
        market_id=MarketId(row.id("marketId")),
        accumulated_shares=row.number("accumulatedShares"),
        sample_count=row.count("sampleCount"),
        payout=payout,
        is_final=is_final,
        is_paid=is_paid,
        starts_at=row.optional_moment("epochStart"),
        ends_at=row.optional_moment("epochEnd"),
    )
    row.done("status")
    return found


def rebates(value: object, drift: Drift) -> Page[MakerRebate]:
    """Rebates of past epochs."""
    answer = Reader(value, "rebates", drift)
    items = tuple(_rebate(row) for row in answer.optional_rows("data", "rebate"))
    return page_or_nothing(answer, items)


def active_rebates(value: object, drift: Drift) -> tuple[MakerRebate, ...]:
    """Rebates of the epoch that runs."""
    answer = Reader(value, "rebates", drift)
    found = tuple(_rebate(row) for row in answer.optional_rows("data", "rebate"))
    answer.done("pagination")
    return found


def _rebate(row: Reader) -> MakerRebate:
    found = MakerRebate(
        epoch_id=row.id("epochId"),
        event_id=EventId(row.id("eventId")),
        market_id=MarketId(row.id("marketId")),
        maker_volume=row.number("makerVolume"),
        trade_count=row.count("tradeCount"),
        rebate=row.number("estimatedRebate" if row.has("estimatedRebate") else "rebateAmount"),
        is_final=row.text_or_empty("status").strip().upper() == "FINALIZED",
        starts_at=row.optional_moment("epochStart"),
        ends_at=row.optional_moment("epochEnd"),
    )
    row.done("isPaid")
    return found
