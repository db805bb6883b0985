"""The purse: caps hold on both databases, over processes that crash, in one zone's days."""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.mind_tables import spending, spent
from bayse_agent.adapters.store.purse import Purse, open_purse
from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError, InvalidValue
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import Purpose
from bayse_agent.ports.mind import SpendingCaps
from tests.builders import NOON

_PURSE = Decimal("0.5")
_SPENDER = Path(__file__).with_name("spender.py")
_CAPS = SpendingCaps(daily=Decimal("1"), monthly=Decimal("3"))


@pytest.fixture
async def purse(url: str) -> AsyncIterator[Purse]:
    async with await open_purse(url) as opened:
        yield opened


async def _reserve(
    purse: Purse, most: str, *, at: datetime = NOON, caps: SpendingCaps = _CAPS
) -> str | None:
    return await purse.spending.reserve(
        Decimal(most),
        caps=caps,
        model="groq:test",
        purpose=Purpose.BASE,
        market_id=MarketId("m-1"),
        at=at,
    )


async def _settle(purse: Purse, reservation: str | None, cost: str) -> None:
    assert reservation is not None
    await purse.spending.settle(reservation, cost=Decimal(cost), tokens_in=1, tokens_out=1, at=NOON)


async def test_reserve_when_there_is_room_then_it_counts_as_spent(purse: Purse) -> None:
    assert await _reserve(purse, "0.6") is not None
    now = await purse.spending.spent(NOON)
    assert (now.day, now.month) == (Decimal("0.6"), Decimal("0.6"))


async def test_reserve_when_a_cap_would_be_passed_then_nothing_is_put_aside(purse: Purse) -> None:
    await _reserve(purse, "0.6")
    assert await _reserve(purse, "0.400001") is None
    assert (await purse.spending.spent(NOON)).day == Decimal("0.6")


async def test_reserve_when_the_cap_is_met_exactly_then_there_is_room(purse: Purse) -> None:
    await _reserve(purse, "0.6")
    assert await _reserve(purse, "0.4") is not None


async def test_reserve_when_the_cap_is_nothing_then_only_what_is_free_passes(purse: Purse) -> None:
    caps = SpendingCaps(daily=Decimal(0), monthly=Decimal(0))
    assert await _reserve(purse, "0.000000001", caps=caps) is None
    assert await _reserve(purse, "0", caps=caps) is not None


async def test_settle_when_it_cost_less_then_the_rest_is_free_again(purse: Purse) -> None:
    await _settle(purse, await _reserve(purse, "0.9"), "0.2")
    assert (await purse.spending.spent(NOON)).day == Decimal("0.2")
    assert await _reserve(purse, "0.8") is not None


async def test_settle_when_it_cost_more_then_all_of_it_counts(purse: Purse) -> None:
    await _settle(purse, await _reserve(purse, "0.5"), "0.7")
    assert (await purse.spending.spent(NOON)).day == Decimal("0.7")


async def test_settle_when_done_twice_then_the_books_are_broken(purse: Purse) -> None:
    reservation = await _reserve(purse, "0.5")
    await _settle(purse, reservation, "0.1")
    with pytest.raises(BrokenInvariant, match="before"):
        await _settle(purse, reservation, "0.1")


async def test_settle_when_nothing_was_put_aside_then_the_books_are_broken(purse: Purse) -> None:
    with pytest.raises(BrokenInvariant, match="nothing was put aside"):
        await _settle(purse, "2026-06-00000009", "0.1")


async def test_reserve_when_the_day_turns_over_in_lagos_then_a_new_day_begins(
    purse: Purse,
) -> None:
    late = datetime(2026, 6, 10, 22, 59, tzinfo=UTC)
    assert await _reserve(purse, "1", at=late) is not None
    assert await _reserve(purse, "0.1", at=late) is None
    midnight = late + timedelta(minutes=1)
    assert await _reserve(purse, "0.1", at=midnight) is not None
    now = await purse.spending.spent(midnight)
    assert (now.day, now.month) == (Decimal("0.1"), Decimal("1.1"))


async def test_reserve_when_the_month_is_full_then_no_day_of_it_has_room(purse: Purse) -> None:
    for day in range(3):
        assert await _reserve(purse, "1", at=NOON + timedelta(days=day)) is not None
    assert await _reserve(purse, "0.1", at=NOON + timedelta(days=3)) is None
    assert await _reserve(purse, "0.1", at=NOON + timedelta(days=30)) is not None


async def test_settle_when_the_day_is_over_then_the_day_of_the_call_is_corrected(
    purse: Purse,
) -> None:
    reservation = await _reserve(purse, "1")
    assert reservation is not None
    tomorrow = NOON + timedelta(days=1)
    await purse.spending.settle(
        reservation, cost=Decimal("0.25"), tokens_in=1, tokens_out=1, at=tomorrow
    )
    assert (await purse.spending.spent(NOON)).day == Decimal("0.25")
    assert (await purse.spending.spent(tomorrow)).day == 0


async def test_spending_when_opened_again_then_what_was_left_open_is_still_spent(
    url: str, purse: Purse
) -> None:
    await _reserve(purse, "0.7")
    async with await open_purse(url) as again:
        assert (await again.spending.spent(NOON)).day == Decimal("0.7")
        assert await _reserve(again, "0.4") is None


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity"])
async def test_reserve_when_the_sum_is_none_then_it_is_refused(purse: Purse, amount: str) -> None:
    with pytest.raises(InvalidValue):
        await _reserve(purse, amount)


async def test_open_purse_when_the_books_are_not_up_to_date_then_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="upgrade"):
        await open_purse(f"sqlite:///{tmp_path}/new.db")


async def test_open_purse_when_the_books_are_in_memory_then_they_are_made() -> None:
    async with await open_purse("sqlite:///:memory:") as purse:
        assert await _reserve(purse, "0.5") is not None


@given(
    calls=st.lists(
        st.tuples(
            st.integers(0, 700), st.one_of(st.none(), st.integers(0, 700)), st.integers(0, 80)
        ),
        max_size=30,
    )
)
def test_spending_when_calls_come_in_any_order_then_it_is_that_of_a_plain_sum(
    new_file: Path, calls: list[tuple[int, int | None, int]]
) -> None:
    """Each call: the most in thousandths, the share of it that it cost, the hours since noon."""

    async def run(url: str) -> None:
        counted: list[tuple[datetime, Decimal]] = []
        async with await open_purse(url, zone="UTC") as purse:
            for most, cost, hours in calls:
                at, amount = NOON + timedelta(hours=hours), Decimal(most).scaleb(-3)
                in_day = [each for when, each in counted if when.date() == at.date()]
                fits = sum(in_day) + amount <= 1 and sum(s for _, s in counted) + amount <= 3
                reservation = await _reserve(purse, str(amount), at=at)
                assert (reservation is not None) == fits
                if reservation is None:
                    continue
                if cost is not None:
                    amount = min(amount, Decimal(cost).scaleb(-3))
                    await _settle(purse, reservation, str(amount))
                counted.append((at, amount))

    with TemporaryDirectory() as folder:
        shutil.copyfile(new_file, f"{folder}/books.db")
        asyncio.run(run(f"sqlite:///{folder}/books.db"))


async def _killed_over_and_over(url: str, *, processes: int, starts: int, seed: int) -> None:
    """Keep so many spenders at work, killing any one of them now and then."""
    draws = random.Random(seed)
    numbers = iter(range(starts))
    turn = asyncio.Semaphore(processes)

    async def spender(number: int) -> None:
        async with turn:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(_SPENDER), url, str(number), str(_PURSE)),
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout is not None
            assert await process.stdout.readline() == b"spending\n"
            if number >= 1:
                with_luck = draws.random() * 0.08
                await asyncio.wait({asyncio.ensure_future(process.wait())}, timeout=with_luck)
                if process.returncode is None:
                    process.kill()
            await process.wait()
            process._transport.close()  # type: ignore[attr-defined]

    async with asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(spender(number))


def _ledger(connection: Connection) -> tuple[list[tuple[Decimal, Decimal | None]], set[Decimal]]:
    rows = connection.execute(select(spending.c.reserved, spending.c.cost)).all()
    sums = connection.execute(select(spent.c.amount)).scalars().all()
    return [(row.reserved, row.cost) for row in rows], set(sums)


async def _check_killed(url: str, *, processes: int, starts: int) -> None:
    await _killed_over_and_over(url, processes=processes, starts=starts, seed=starts)
    database = connect(url)
    rows, sums = await database.read(_ledger)
    await database.close()
    counted = sum((reserved if cost is None else cost for reserved, cost in rows), Decimal())
    assert sums == {counted}
    # No room for the dearest call was left, and no cap was passed.
    assert _PURSE - Decimal("0.03") <= counted <= _PURSE


async def test_spending_when_processes_are_killed_then_the_cap_holds(url: str) -> None:
    await _check_killed(url, processes=2, starts=3)


@pytest.mark.torture
async def test_spending_when_eight_processes_are_killed_a_hundred_times_then_the_cap_holds(
    url: str,
) -> None:
    await _check_killed(url, processes=8, starts=108)
