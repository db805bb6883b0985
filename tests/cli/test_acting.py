"""The verbs that ask a trader for something, beside one that takes what it is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.agent import Approval
from bayse_agent.trading.commands import take_commands
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.demo import Demo, open_demo
from bayse_agent.wiring.resuming import BOOKS
from tests.api.stage import demo_options
from tests.cli.program import Done, run

_LONGEST = timedelta(hours=2)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo in which at least two bets wait for a word."""
    wanted = replace(demo_options(tmp_path / "run", speed=None), approval=Approval.BY_HAND)
    async with open_demo(wanted) as made:

        async def saw(_: PassReport) -> None:
            if len(await made.store.signals(SignalStatus.PENDING)) > 1:
                runner.stop()

        runner = Runner(made.agent, saw)
        await runner.run(made.starts_at + _LONGEST)
        yield made


async def _asked(demo: Demo, *arguments: str) -> Done:
    """Run a verb while the agent takes commands; it answers well within the time."""
    folder = demo.options.data
    done = asyncio.ensure_future(asyncio.to_thread(run, *arguments, "--data", str(folder)))
    for _ in range(1500):
        await take_commands(demo.agent)
        if (await asyncio.wait({done}, timeout=0.02))[0]:
            break
    return await done


async def test_verbs_when_a_trader_answers_then_each_ends_as_it_was_answered(demo: Demo) -> None:
    second, *_, first = await demo.store.signals(SignalStatus.PENDING)

    done = await _asked(demo, "approve", first.id, "--stake", "200", "--json")
    assert done.code == 0, done
    answer = json.loads(done.out)
    assert (answer["kind"], answer["status"]) == ("approve", "DONE")
    assert answer["result"]["status"] == "EXECUTED"

    done = await _asked(demo, "approve", first.id, "--json")
    assert (done.code, json.loads(done.out)["result"]["outcome"]) == (0, "executed already")

    done = await _asked(demo, "reject", second.id, "--reason", "the news is old")
    assert (done.code, "REJECTED" in done.out) == (0, True)
    done = await _asked(demo, "reject", second.id)
    assert (done.code, "the signal is REJECTED already" in done.out) == (3, True)

    done = await _asked(demo, "cancel", "no-such-order")
    assert (done.code, "no open order" in done.out) == (3, True)

    done = await _asked(demo, "limits", "set", "max_open_markets=5", "--reason", "fewer")
    assert (done.code, "max_open_markets: 12 -> 5" in done.out) == (0, True)

    done = await _asked(demo, "close-all")
    assert (done.code, "would bring" in done.out) == (0, True)
    assert "nothing was sold" in done.err.lower()
    done = await _asked(demo, "close-all", "--yes", "--json")
    assert (done.code, json.loads(done.out)["result"]["positions"]) == (0, "1")

    done = await _asked(demo, "halt", "--reason", "a test", "--json")
    assert (done.code, json.loads(done.out)["result"]["state"]) == (0, "HALTED")
    done = await _asked(demo, "resume", "--reason", "tested")
    assert (done.code, "state: ARMED" in done.out) == (0, True)
    assert demo.agent.kill_switch.pulled() is None


async def test_verbs_when_nobody_answers_in_time_then_code_4_and_it_stays_written(
    demo: Demo,
) -> None:
    folder = str(demo.options.data)
    done = await asyncio.to_thread(
        run, "ask", "reduce", "reason=a test", "--wait", "0", "--data", folder
    )
    assert (done.code, "no answer within 0 s" in done.out) == (4, True)
    (waiting,) = await demo.store.pending_commands()
    assert waiting.arguments == {"reason": "a test"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("approve", "x", "--stake", "-5"),
        ("approve", "x", "--stake", "much"),
        ("resume", "--reason", "x", "--state", "HALTED"),
        ("ask", "dance"),
        ("ask", "close", "market"),
        ("halt", "--wait", "-1"),
    ],
)
def test_verbs_when_what_is_asked_cannot_be_then_code_2_and_one_line(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = run(*arguments, "--data", str(tmp_path))
    assert (done.code, len(done.err.splitlines()), done.out) == (2, 1, "")
    assert list(tmp_path.iterdir()) == []


def test_halt_when_there_are_no_books_then_the_kill_switch_is_pulled_all_the_same(
    tmp_path: Path,
) -> None:
    done = run("halt", "--reason", "now", "--data", str(tmp_path))
    assert (done.code, "the file alone stops it too" in done.out) == (0, True)
    assert (tmp_path / "HALT").read_text() == "now\n"
    done = run("halt", "--json", "--data", str(tmp_path))
    assert (done.code, json.loads(done.out)["kill_switch"]) == (0, True)


def test_halt_when_the_file_cannot_be_written_then_the_books_are_told_all_the_same(
    tmp_path: Path,
) -> None:
    asyncio.run(_made(tmp_path))
    (tmp_path / "HALT").symlink_to(tmp_path / "gone" / "HALT")
    done = run("halt", "--reason", "now", "--wait", "0", "--json", "--data", str(tmp_path))
    assert (done.code, "CANNOT be pulled" in done.err) == (4, True)
    assert json.loads(done.out)["kind"] == "halt"


def test_halt_when_neither_file_nor_books_can_be_written_then_it_is_not_called_done(
    tmp_path: Path,
) -> None:
    (tmp_path / "HALT").symlink_to(tmp_path / "gone" / "HALT")
    done = run("halt", "--data", str(tmp_path))
    assert done.code in (1, 2)
    assert "CANNOT be pulled" in done.err


def test_halt_when_a_copy_lies_beside_the_books_then_the_switch_is_pulled_all_the_same(
    tmp_path: Path,
) -> None:
    for name in ("books.db", "books-2026-06-01.db"):
        (tmp_path / name).touch()
    done = run("halt", "--reason", "now", "--data", str(tmp_path))
    assert (done.code, "several books" in done.out) == (0, True)
    assert (tmp_path / "HALT").read_text() == "now\n"


async def _made(folder: Path) -> None:
    """Books without anything in them."""
    await (await open_store(f"sqlite:///{folder / BOOKS}")).close()
