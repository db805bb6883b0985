"""A trade by hand, told beforehand: the figures and refusals of the trade, and nothing done."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.domain.command import CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import Engine
from bayse_agent.trading.halting import stop
from tests.trading.stages import NGN, Believer, Stage, stage
from tests.trading.test_commands import a_market, asked


async def _standing(s: Stage) -> tuple[Any, ...]:
    """All that a quote must leave as it is."""
    books = await s.store.books(NGN)
    return (
        books.portfolio,
        await s.store.open_intents(),
        await s.store.tracked(),
        await s.store.signals(),
        await s.store.listed_at("by hand"),
        await s.agent.venue.wallets(),
        len(s.venue.placed),
    )


@pytest.mark.parametrize("engine", list(Engine))
async def test_quote_when_the_trade_follows_then_it_was_right_and_had_done_nothing(
    tmp_path: Path, engine: Engine
) -> None:
    async with stage(tmp_path, forecaster=Believer(engine)) as s:
        where = await a_market(s)
        before = await _standing(s)
        told = await asked(s, CommandKind.QUOTE, "q", stake="300", **where)
        assert told.status is CommandStatus.DONE, told.result
        assert await _standing(s) == before
        assert (told.result["outcome"], told.result["refusals"]) == ("would be sent", "[]")

        done = await asked(s, CommandKind.TRADE, "t", stake="300", **where)
        assert done.result["outcome"] == Reason.TRADED, done.result
        (intent,), fills = await s.store.ledger()
        figures = {name: _number(told.result, name) for name in ("cash", "shares", "fee")}
        # The venue cuts the shares of an order on a book, and a formula moves while it is bought.
        near, rough = Decimal("0.001"), Decimal("0.5")
        assert abs(sum(fill.cash.amount for fill in fills) - figures["cash"]) <= rough
        assert abs(sum(fill.shares for fill in fills) - figures["shares"]) <= near * 10
        assert abs(sum(fill.fee.amount for fill in fills) - figures["fee"]) <= rough
        assert intent.wish.worst_price == _number(told.result, "worst_price")
        payout = figures["shares"] * 100
        assert abs(_number(told.result, "payout") - payout) <= near
        assert abs(_number(told.result, "gain") - (payout - figures["cash"])) <= near
        assert abs(_number(told.result, "break_even") - figures["cash"] / payout) <= near


async def test_quote_when_a_limit_is_in_the_way_then_it_is_the_one_that_refuses_the_trade(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        told = await asked(s, CommandKind.QUOTE, "q", stake="9000", **where)
        refusals = json.loads(told.result["refusals"])
        assert told.result["outcome"] == "refused"
        done = await asked(s, CommandKind.TRADE, "t", stake="9000", **where)
        assert refusals[0]["check"] == done.result["outcome"]
        assert Reason.REFUSED_STAKE in {one["check"] for one in refusals}
        assert refusals[0]["limit"] in done.result["detail"]
        assert s.venue.placed == []


async def test_quote_when_trading_is_stopped_then_it_still_tells_and_says_so(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        await stop(s.agent, reason="enough", by="test", state=TradingState.HALTED)
        told = await asked(s, CommandKind.QUOTE, "q", stake="300", **where)
        checks = [one["check"] for one in json.loads(told.result["refusals"])]
        assert Reason.REFUSED_HALTED in checks
        assert _number(told.result, "shares") > 0


async def test_quote_when_nothing_is_offered_at_the_worst_price_then_nothing_is_bought(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        told = await asked(s, CommandKind.QUOTE, "q", stake="300", worst_price="0.05", **where)
        checks = [one["check"] for one in json.loads(told.result["refusals"])]
        assert checks[-1] == Reason.UNFILLED
        assert _number(told.result, "shares") == _number(told.result, "cash") == 0
        assert "break_even" not in told.result


async def test_quote_when_it_is_nonsense_then_it_is_refused_and_the_agent_goes_on(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        wrongs = ({"stake": "1e30"}, {"stake": "0"}, {"stake": "NaN"}, {"outcome": "maybe"})
        for number, wrong in enumerate(wrongs):
            wanted = {"stake": "300", **where, **wrong}
            told = await asked(s, CommandKind.QUOTE, f"q{number}", **wanted)
            is_told = told.result.get("outcome") == "refused"
            assert told.status is CommandStatus.REFUSED or is_told


async def test_quote_when_it_is_taken_days_later_then_it_is_not_meant_any_more(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        await s.wait(1)
        late = replace((await asked(s, CommandKind.QUOTE, "q", stake="300", **where)), id="late")
        old = replace(late, at=late.at.replace(year=2020), status=CommandStatus.PENDING, result={})
        await s.store.add_command(old)
        told = await asked(s, CommandKind.QUOTE, "now", stake="300", **where)
        found = await s.store.command("late")
        assert told.status is CommandStatus.DONE
        assert found is not None
        assert found.status is CommandStatus.REFUSED


def _number(result: Any, name: str) -> Decimal:
    return Decimal(result[name])
