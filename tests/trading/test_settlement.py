"""Markets that end: paid or refunded into the books, every forecast scored beside the market."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.domain.market import MarketId, Page
from bayse_agent.domain.money import Money
from bayse_agent.domain.portfolio import Activity
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.settlement import settle
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import BANKROLL, NGN, Believer, Stage, Venue, stage


async def _run_until_ended(s: Stage) -> list[PassReport]:
    reports: list[PassReport] = []

    async def listen(report: PassReport) -> None:
        reports.append(report)

    await Runner(s.agent, listen).run(s.agent.clock.now() + timedelta(hours=1, minutes=10))
    return reports


async def test_run_when_the_held_market_resolves_then_paid_scored_and_the_wallet_agrees(
    tmp_path: Path,
) -> None:
    believer = Believer()
    async with stage(tmp_path, forecaster=believer) as s:
        reports = await _run_until_ended(s)
        portfolio = await s.store.portfolio(NGN)
        results = {result.market_id: result for report in reports for result in report.ended}
        assert believer.market_id is not None
        result = results[believer.market_id]
        assert len(result.settlements) == 1
        assert len(result.scores) == (await s.store.score_summary()).count > 1
        assert portfolio.positions == ()
        assert portfolio.cash == BANKROLL + portfolio.realised
        assert [report.halt for report in reports if report.halt] == []
        assert await discrepancies(s.agent) == ()


async def test_settle_when_the_market_is_voided_then_the_cost_comes_back_and_nothing_is_scored(
    tmp_path: Path,
) -> None:
    believer = Believer()
    async with stage(tmp_path, forecaster=believer) as s:
        await scan(s.agent)
        assert believer.market_id is not None
        market = s.world.exchange.market(believer.market_id)
        closes_ms = market.event.spec.closes_ms
        await s.wait((closes_ms - s.world.now_ms) / 1000)
        s.world.exchange.void(market)
        await s.wait(61)
        results = {result.market_id: result for result in await settle(s.agent)}
        result = results[believer.market_id]
        assert result.winner is None
        assert result.scores == ()
        assert (await s.store.portfolio(NGN)).cash == BANKROLL
        assert (await s.store.portfolio(NGN)).realised == Money.zero(NGN)


async def test_settle_when_the_venue_has_not_resolved_then_the_market_stays_tracked(
    tmp_path: Path,
) -> None:
    believer = Believer()
    async with stage(tmp_path, forecaster=believer) as s:
        await scan(s.agent)
        assert believer.market_id is not None
        market = s.world.exchange.market(believer.market_id)
        await s.wait((market.event.spec.closes_ms - s.world.now_ms) / 1000 + 61)
        ended = [result.market_id for result in await settle(s.agent)]
        assert believer.market_id not in ended
        assert believer.market_id in [one.market_id for one in await s.store.tracked()]


class Paying(Venue):
    """Tells of what it paid without the sum."""

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        found = await super().activities(kind=kind, page=page, size=size)
        return replace(found, items=tuple(self.told(line) for line in found.items))

    def told(self, line: Activity) -> Activity:
        return replace(line, payout=None)


class PayingLate(Paying):
    """Has cancelled what was left of the order, and not yet told of what it paid."""

    def told(self, line: Activity) -> Activity:
        if line.payout is None:
            return line
        left_over = Decimal("0.5")
        return replace(
            line, kind="BUY_LIMIT_ORDER_CANCELLED", payout=None, amount_refunded=left_over
        )


async def _resolve_what_is_held(s: Stage, winner: int) -> MarketId:
    await scan(s.agent)
    (position,) = (await s.store.portfolio(NGN)).positions
    market = s.world.exchange.market(position.market_id)
    await s.wait((market.event.spec.closes_ms - s.world.now_ms) / 1000)
    s.world.exchange.resolve(market, winner)
    await s.wait(61)
    return position.market_id


async def test_settle_when_only_the_rest_of_an_order_was_refunded_then_it_waits_for_the_payout(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, PayingLate) as s:
        market_id = await _resolve_what_is_held(s, 0)
        ended = [result.market_id for result in await settle(s.agent)]
        assert market_id not in ended
        assert len((await s.store.portfolio(NGN)).positions) == 1


@pytest.mark.parametrize("winner", [0, 1])
async def test_settle_when_the_sum_is_not_told_then_it_follows_from_the_kind_of_payout(
    tmp_path: Path, winner: int
) -> None:
    async with stage(tmp_path, Paying) as s:
        market_id = await _resolve_what_is_held(s, winner)
        assert market_id in [result.market_id for result in await settle(s.agent)]
        assert await discrepancies(s.agent) == ()
