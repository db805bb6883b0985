"""The books cannot be written for a while: nothing is bought, and stopping still works."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.adapters.kill_switch import FILE_NAME
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.errors import StoreUnavailable
from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.liar import Liar
from tests.trading.stages import Stage, stage
from tests.trading.test_commands import asked
from tests.trading.test_halting import a_resting_buy


async def _set(store: SqlStore, pragma: str) -> None:
    await store._database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {pragma}"))


async def _run(s: Stage, seconds: float) -> None:
    async def listen(report: PassReport) -> None:
        return None

    await Runner(s.agent, listen).run(s.agent.clock.now() + timedelta(seconds=seconds))


async def test_run_when_the_disk_is_full_then_nothing_is_sent_and_it_trades_again_with_space(
    tmp_path: Path,
) -> None:
    """E1: 0 orders while full; one when a person resumes, and books equal the venue's."""
    async with stage(tmp_path, Liar) as s:
        await _set(s.store, "max_page_count=1")
        await _run(s, 90)
        assert s.venue.placed == []
        await _set(s.store, "max_page_count=1000000")
        # What could not be written was a pass that died: a person looks before it goes on.
        await asked(s, CommandKind.RESUME, reason="there is space again")
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        assert await discrepancies(s.agent) == ()
        assert await s.store.check() == ()


async def test_kill_when_the_disk_is_full_then_what_rests_is_taken_back_all_the_same(
    tmp_path: Path,
) -> None:
    """E1, kill works: the resting order is cancelled though no halt can be written."""
    async with stage(tmp_path, Liar) as s:
        await a_resting_buy(s)
        await _set(s.store, "max_page_count=1")
        (tmp_path / FILE_NAME).touch()
        await _run(s, 5)
        (order,) = s.account.orders.values()
        assert order.status is VenueOrderStatus.CANCELLED
        await _set(s.store, "max_page_count=1000000")


async def test_scan_when_another_holds_the_books_locked_then_nothing_is_sent_until_it_lets_go(
    tmp_path: Path,
) -> None:
    """E5: 0 orders while locked, 1 after it, 0 duplicates."""
    async with stage(tmp_path, Liar) as s:
        await keep_up(s.agent)
        await _set(s.store, "busy_timeout=20")
        with closing(sqlite3.connect(tmp_path / "books.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable):
                await scan(s.agent)
            assert s.venue.placed == []
            other.execute("ROLLBACK")
        await scan(s.agent)
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        assert await discrepancies(s.agent) == ()
