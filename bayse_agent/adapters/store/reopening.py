"""What is done to books that come out of a backup, before anybody trades with them."""

from __future__ import annotations

from datetime import datetime

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.command import CommandStatus
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.signal import SignalStatus

RESTORED = "restored, not reconciled"
_WHO = "restore"


async def halt_restored(url: str, *, at: datetime) -> None:
    """Halt the books, and end everything in them that still waits: it is from another time."""
    store = await open_store(url)
    try:
        await store.take_lease(holder=_WHO, at=at)
        moment = await _when(store, at)
        for command in await store.pending_commands():
            await store.finish_command(
                command.id, status=CommandStatus.FAILED, result={"reason": RESTORED}, at=moment
            )
        for signal in await store.signals(SignalStatus.PENDING):
            await store.end_signal(
                signal.id, status=SignalStatus.EXPIRED, by=_WHO, note=RESTORED, at=moment
            )
        epoch = (await store.control()).epoch + 1
        change = Control(
            epoch=epoch, state=TradingState.HALTED, reason=RESTORED, by=_WHO, at=moment
        )
        await store.set_control(change)
    finally:
        await store.close()


async def _when(store: SqlStore, at: datetime) -> datetime:
    """The computer's time, but for books that live in a pretend one: where they left off."""
    history = await store.history()
    if history is not None and history.last.mode == "demo":
        return history.until
    return at
