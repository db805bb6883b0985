"""What every start has in common: the lease, the run, first limits, and the first arming."""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.journal import Deposit, Run
from bayse_agent.domain.money import Money
from bayse_agent.domain.risk import Limits
from bayse_agent.ports import Store

FIRST_DEPOSIT = "opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How books are opened. `limits` and `bankroll` count in new books only: later ones keep
    what they have. Without a bankroll the account's own cash is entered later.
    """

    run: Run
    holder: str
    limits: Limits
    bankroll: Money | None


async def open_books(store: Store, opening: Opening) -> None:
    """Become the one that trades with the books, and note that a run begins.

    Raises LeaseHeld while another process trades with them.
    """
    at = opening.run.started_at
    await store.take_lease(holder=opening.holder, at=at)
    await store.begin_run(opening.run)
    money = opening.bankroll
    if money is not None and not await store.has_deposit(FIRST_DEPOSIT):
        await store.add_deposit(Deposit(id=FIRST_DEPOSIT, amount=money, at=at))
    if await store.limits_version() == 0:
        await store.set_limits(opening.limits, by="start", reason="first start", at=at)


async def arm_once(store: Store, *, by: str, opening: Opening) -> None:
    """Arm books that were never armed nor halted; what a person set before is left as it is."""
    before = await store.control()
    if before.epoch == 0:
        change = Control(
            epoch=1,
            state=TradingState.ARMED,
            reason="first start",
            by=by,
            at=opening.run.started_at,
        )
        await store.set_control(change)
