"""The judge of the killed agent sees what is wrong: an order taken twice, one lost, a kobo gone."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.journal import Run
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Limits
from bayse_agent.wiring.opening import Opening, open_books
from bench.judging import Findings, Ledger

AT = datetime(2026, 6, 1, tzinfo=UTC)
CASH: dict[str, Any] = {"symbol": "NGN", "availableBalance": 1000, "pendingBalance": 0}


async def begun(folder: Path) -> Ledger:
    """New books with NGN 1,000 in them."""
    store = await open_store(f"sqlite:///{folder / 'live.db'}")
    run = Run(id="live-1", mode="live", started_at=AT, options={})
    bankroll = Money.of(1000, Currency.NGN)
    await open_books(store, Opening(run=run, holder="me", limits=Limits(), bankroll=bankroll))
    await store.close()
    return Ledger(folder)


def taken(*orders: str) -> dict[str, Any]:
    """A request that the exchange took so many orders for."""
    body_hash = sha256(b"{}").hexdigest()
    effect = {"created": list(orders)}
    return {"idempotencyKey": "i1", "path": "/x", "bodyHash": body_hash, "effect": effect}


async def test_judge_when_an_order_was_taken_that_is_not_written_down_then_lost_and_doubled(
    tmp_path: Path,
) -> None:
    ledger, found = await begun(tmp_path), Findings()
    await ledger.judge([taken("o1"), taken()], found)
    assert (found.orders, found.lost, found.doubled) == (1, 1, 1)
    assert found.is_wrong


async def test_judge_when_nothing_was_taken_then_nothing_is_wrong(tmp_path: Path) -> None:
    ledger, found = await begun(tmp_path), Findings()
    await ledger.judge([taken()], found)
    assert not found.is_wrong


async def test_difference_when_a_kobo_is_missing_then_one(tmp_path: Path) -> None:
    ledger = await begun(tmp_path)
    assert await ledger.difference([CASH], []) == 0
    assert await ledger.difference([{**CASH, "availableBalance": "999.99"}], []) == 1


async def test_difference_when_shares_are_not_in_the_books_then_what_they_may_pay(
    tmp_path: Path,
) -> None:
    ledger = await begun(tmp_path)
    holding = {"outcomeId": "a", "balance": "0.5", "currency": "NGN"}
    assert await ledger.difference([CASH], [holding]) == 50_00
