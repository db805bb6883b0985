"""The books against themselves: ledger, fold and memory agree, and what does not is told."""

from __future__ import annotations

import pytest

from bayse_agent.adapters.store.store import SqlStore
from tests.adapters.store.acts import buy, live_through_everything, tamper


async def test_check_when_all_is_well_then_nothing(store: SqlStore) -> None:
    await live_through_everything(store)
    assert await store.check() == ()


async def test_check_when_a_position_is_open_then_nothing(store: SqlStore) -> None:
    await buy(store)
    assert await store.check() == ()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE fills SET cash = '540'", "NGN: cash: NGN 99450 in the ledger, 99460 folded"),
        ("DELETE FROM postings", "the deposit 'opening' is not in the ledger"),
        ("DELETE FROM postings WHERE cause = 'buy'", "the buy 'fill-1' is not in the ledger"),
        ("DELETE FROM fills", "the ledger has a buy 'fill-1' that is not in the books"),
        ("UPDATE postings SET amount = '1' WHERE account = 'cash'", "is out by"),
        ("UPDATE intents SET number = 7", "intents: 1 rows, but the last one is number 7"),
        ("UPDATE intents SET status = 'OPEN'", "open_intents: not in memory"),
        ("UPDATE deposits SET amount = '7'", "portfolios in NGN: not in memory"),
    ],
)
async def test_check_when_something_does_not_fit_then_it_is_told(
    url: str, store: SqlStore, statement: str, named: str
) -> None:
    await buy(store)
    await tamper(url, statement)
    findings = await store.check()
    assert any(named in words for words in findings), findings
