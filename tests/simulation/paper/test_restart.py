"""A paper account that is opened again: everything answered is there, and no network is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError, VenueUnreachable
from bayse_agent.domain.money import Money, Price
from bayse_agent.domain.order import Accepted, Amend, Declined, VenueOrderStatus
from bayse_agent.simulation.paper.log import PaperLog
from bayse_agent.simulation.paper.venue import PaperVenue
from tests.simulation.paper.kit import (
    GTC,
    NGN,
    PaperStage,
    a_log,
    account,
    buying,
    cash,
    paper_stage,
    selling,
)


class Offline:
    """A venue that cannot be reached, whatever is asked of it."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def fail(*_: object, **__: object) -> object:
            raise VenueUnreachable(f"no network for {name}")

        return fail


async def _busy(stage: PaperStage, paper: PaperVenue) -> None:
    """A bit of everything."""
    stage.asks((550, 30), (560, 1000))
    await stage.placed(paper, buying(stage.market, "1200", "0.55"))
    await stage.placed(paper, buying(stage.pool, "1500"))
    rest = await stage.placed(paper, buying(stage.market, "1000", "0.50", time_in_force=GTC))
    await paper.amend(Amend(order_id=rest.id, new_price=Price(Decimal("0.49"))), key="amend")
    await stage.place(paper, buying(stage.market, "900000", "0.50"))
    await paper.mint(stage.market.id, Money.of(500, NGN))  # type: ignore[arg-type]
    stage.asks((480, 7), (600, 1000), bids=((300, 5),))
    stage.pass_minutes(1)
    await paper.order(rest.id)
    await stage.placed(paper, selling(stage.market, "3", "0.20"))
    await paper.cancel(rest.id)


async def _ended(stage: PaperStage, paper: PaperVenue) -> None:
    stage.world.exchange.resolve(stage.market, 1)
    stage.world.exchange.void(stage.pool)
    stage.pass_minutes(5)
    await paper.wallets()


async def test_account_when_opened_again_then_it_is_the_same_without_a_network(
    tmp_path: Path,
) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage:
        async with a_log(file) as log:
            paper = stage.paper(log)
            await _busy(stage, paper)
            await _ended(stage, paper)
            before = await account(paper)
        async with a_log(file) as log:
            assert await account(stage.paper(log, data=Offline())) == before  # type: ignore[arg-type]


@pytest.mark.parametrize("at", ["first", "middle", "end"])
async def test_account_when_it_stops_in_between_then_it_goes_on_as_one_that_did_not(
    tmp_path: Path, at: str
) -> None:
    told: list[list[object]] = []
    for name, stops in (("whole", False), ("parts", True)):
        file = tmp_path / name
        async with paper_stage() as stage:
            log = PaperLog(file)
            paper = stage.paper(log)
            for moment, act in (("first", _busy), ("middle", _later), ("end", _ended)):
                if stops and moment == at:
                    log.close()
                    log = PaperLog(file)
                    paper = stage.paper(log)
                await act(stage, paper)
            told.append(await account(paper))
            log.close()
    assert told[0] == told[1]


async def _later(stage: PaperStage, paper: PaperVenue) -> None:
    """What depends on what was taken before: no level is filled twice by a restart."""
    stage.asks((550, 30), (600, 10))
    await stage.place(paper, buying(stage.market, "5000", "0.55"), key="later")
    stage.pass_minutes(1)
    await stage.place(paper, buying(stage.market, "5000", "0.55"), key="even later")


async def test_level_when_taken_before_a_restart_then_it_is_not_filled_after_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage:
        stage.asks((550, 30))
        async with a_log(file) as log:
            await stage.placed(stage.paper(log), buying(stage.market, "5000", "0.55"))
        async with a_log(file) as log:
            order = await stage.placed(stage.paper(log), buying(stage.market, "5000", "0.55"))
            assert (order.filled, order.status) == (0, VenueOrderStatus.CANCELLED)


async def test_key_when_it_was_used_before_a_restart_then_the_order_is_not_taken_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage:
        order = buying(stage.market, "2000", "0.55")
        async with a_log(file) as log:
            first = await stage.place(stage.paper(log), order, key="one")
        async with a_log(file) as log:
            again = await stage.place(stage.paper(log), order, key="one")
        assert isinstance(first, Accepted)
        assert again == Accepted(order=first.order, is_replay=True)


async def test_log_when_cut_anywhere_then_every_whole_line_is_still_the_account(
    tmp_path: Path,
) -> None:
    """A kill at any byte: what was answered is there, what was not is as if it was never asked."""
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage:
        wallets = []
        async with a_log(file) as log:
            paper = stage.paper(log)
            wallets.append(await cash(paper))
            for amount in ("1000", "1100", "1200"):
                await stage.placed(paper, buying(stage.market, amount, "0.55"))
                wallets.append(await cash(paper))
        content = file.read_bytes()
        ends = [index + 1 for index, byte in enumerate(content) if byte == 10]
        for length in {*range(ends[0], len(content), 97), *ends, *(end - 1 for end in ends[1:])}:
            part = tmp_path / f"{length}.jsonl"
            part.write_bytes(content[:length])
            whole = sum(1 for end in ends if end <= length)
            async with a_log(part) as log:
                assert await cash(stage.paper(log)) == wallets[whole - 1]


@pytest.mark.parametrize("change", ["flip", "drop", "swap", "repeat"])
async def test_log_when_a_line_was_changed_then_it_is_refused(tmp_path: Path, change: str) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage, a_log(file) as log:
        paper = stage.paper(log)
        for _ in range(3):
            await stage.placed(paper, buying(stage.market, "1000", "0.55"))
    lines = file.read_bytes().splitlines(keepends=True)
    damaged = {
        "flip": [lines[0], lines[1].replace(b'"1000"', b'"9000"'), *lines[2:]],
        "drop": [lines[0], *lines[2:]],
        "swap": [lines[0], lines[2], lines[1], *lines[3:]],
        "repeat": [*lines, lines[-1]],
    }
    file.write_bytes(b"".join(damaged[change]))
    with pytest.raises(ConfigurationError, match="is damaged in line"):
        PaperLog(file)


async def test_log_when_another_program_holds_it_then_it_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "paper.jsonl"
    async with a_log(file):
        with pytest.raises(ConfigurationError, match="is in use"):
            PaperLog(file)


async def test_account_when_begun_with_another_bankroll_then_that_is_told(tmp_path: Path) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage:
        async with a_log(file) as log:
            stage.paper(log)
        async with a_log(file) as log:
            with pytest.raises(ConfigurationError, match=r"begun with NGN 100,000\.00, not"):
                stage.paper(log, bankroll=Money.of(5, NGN))


async def test_order_when_the_read_fails_then_nothing_is_written_down(tmp_path: Path) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage, a_log(file) as log:
        paper = stage.paper(log)
        size = file.stat().st_size
        missing = buying(stage.market, "1000", "0.55", event_id="no-such-event")
        reply = await stage.place(paper, missing)
        assert isinstance(reply, Declined)
        assert reply.code == "not_sent"
        assert file.stat().st_size == size


async def test_order_when_it_cannot_be_written_down_then_it_is_not_answered(
    tmp_path: Path,
) -> None:
    async with paper_stage() as stage:
        log = PaperLog(tmp_path / "paper.jsonl")
        paper = stage.paper(log)
        log.close()
        with pytest.raises(BrokenInvariant, match="cannot write to"):
            await stage.place(paper, buying(stage.market, "1000", "0.55"))


async def test_looks_when_nothing_changes_then_the_log_does_not_grow(tmp_path: Path) -> None:
    file = tmp_path / "paper.jsonl"
    async with paper_stage() as stage, a_log(file) as log:
        paper = stage.paper(log)
        await stage.placed(paper, buying(stage.market, "1000", "0.40", time_in_force=GTC))
        await stage.placed(paper, buying(stage.pool, "1000"))
        size = file.stat().st_size
        for _ in range(8):
            stage.pass_minutes(1)
            await paper.wallets()
        assert file.stat().st_size == size
