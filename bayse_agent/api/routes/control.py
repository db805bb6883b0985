"""Stopping and arming, limits, signals that wait for a person, commands and journals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from bayse_agent.adapters.store.reading import desk
from bayse_agent.adapters.store.reading.views import (
    AuditView,
    CommandView,
    ControlView,
    LimitsView,
    SignalView,
)
from bayse_agent.api.asking import ASKED, answered, ask
from bayse_agent.api.caller import Calling
from bayse_agent.api.house import InHouse
from bayse_agent.api.listing import AfterBefore, AsFormat, Format, Listed, listed
from bayse_agent.api.parts import Brake
from bayse_agent.api.routes.decisions import Word
from bayse_agent.api.routes.trades import Key
from bayse_agent.api.trouble import ANYWHERE, Unfit
from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.risk import LIMIT_FIELDS, limits_text
from bayse_agent.domain.risk.applying import Moment, effects
from bayse_agent.domain.signal import Approval

router = APIRouter(tags=["control"])
Reason = Annotated[str, Field(min_length=1, max_length=500)]
Sum = Annotated[Decimal, Field(gt=0, lt=Decimal("1e12"), max_digits=20, decimal_places=6)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Why(_Strict):
    reason: Reason


class Stop(_Strict):
    reason: Reason = "asked for in the dashboard"


class Resume(_Strict):
    """`epoch`: of the stop that was seen; a later one is not lifted.

    `release`: let go of the kill switch as well.
    """

    reason: Reason
    state: TradingState = TradingState.ARMED
    epoch: Annotated[int, Field(ge=0, le=2**53, strict=True)]
    release: Annotated[bool, Field(strict=True)] = False


class Approve(_Strict):
    """`stake`: less than the signal's; all of it when left out."""

    stake: Sum | None = None


class Reject(_Strict):
    reason: Annotated[str, Field(max_length=500)] = ""


class NewLimits(_Strict):
    """Limits by name, in the words that GET /limits tells them in; the others stay."""

    changes: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=64)],
            Annotated[str, Field(min_length=0, max_length=500)],
        ],
        Field(min_length=1, max_length=64),
    ]
    reason: Reason


class Transfer(_Strict):
    """Cash that a person moved at the venue; below zero it was taken out."""

    amount: Annotated[
        Decimal, Field(gt=Decimal("-1e12"), lt=Decimal("1e12"), max_digits=20, decimal_places=6)
    ]
    reason: Reason


class ControlOut(BaseModel):
    """`kill_switch`: why the switch is pulled that works without the books; else empty.

    `approval`: whose word a bet needs; `is_automatic`: whether it goes out without a person's.
    """

    state: TradingState
    reason: str
    made_by: str
    epoch: int
    at: datetime
    kill_switch: str | None
    is_automatic: bool
    approval: Approval
    mode: str


class EffectOut(BaseModel):
    """What a change does, and whether at once, at the next look at a market or the next start."""

    at: Moment
    on: str


class LimitOut(BaseModel):
    """`effects`: when a change of it counts, and on what."""

    name: str
    value: str
    unit: str
    meaning: str
    effects: list[EffectOut]


class LimitsOut(BaseModel):
    version: int
    limits: list[LimitOut]


class AuditOut(BaseModel):
    """`findings`: what does not hold together; nothing when all is well."""

    rows: int
    head: str
    findings: list[str]
    books: list[str]


@router.get("/control", response_model=ControlOut, responses=ANYWHERE)
async def control(house: InHouse) -> ControlOut:
    """Whether it may trade, who said so, and why."""
    parts = house.parts
    now = await parts.store.control()
    return ControlOut(
        state=now.state,
        reason=now.reason,
        made_by=now.by,
        epoch=now.epoch,
        at=now.at,
        kill_switch=None if parts.brake is None else parts.brake.pulled(),
        is_automatic=parts.is_automatic,
        approval=parts.approval,
        mode=parts.mode,
    )


@router.get("/control/history", response_model=Listed[ControlView], responses=ANYWHERE)
async def control_history(
    house: InHouse, cut: AfterBefore, format: AsFormat = Format.JSON
) -> Listed[ControlView] | Response:
    """Every change of the trading state, newest first."""
    return await listed(
        format, cut, lambda part: house.parts.reader.ask(desk.controls(part)), name="control"
    )


@router.post("/control/halt", response_model=CommandView, responses=ASKED)
async def halt(house: InHouse, caller: Calling, response: Response, wanted: Stop) -> CommandView:
    """Send nothing any more, and take back what rests. It also pulls the kill switch."""
    _pull(house.parts.brake, f"{caller.name}: {wanted.reason}")
    arguments = {"reason": wanted.reason}
    return answered(response, await ask(house.parts, caller, CommandKind.HALT, arguments))


def _pull(brake: Brake | None, reason: str) -> None:
    """Pull the kill switch. Where it cannot be, the command alone must stop it."""
    if brake is None:
        return
    try:
        brake.pull(reason)
    except OSError as error:
        structlog.get_logger("api").error("kill_switch_not_pulled", detail=error.strerror)


@router.post("/control/reduce", response_model=CommandView, responses=ASKED)
async def reduce(house: InHouse, caller: Calling, response: Response, wanted: Stop) -> CommandView:
    """Buy nothing more; go on getting out of what is held."""
    arguments = {"reason": wanted.reason}
    return answered(response, await ask(house.parts, caller, CommandKind.REDUCE, arguments))


@router.post("/control/resume", response_model=CommandView, responses=ASKED)
async def resume(
    house: InHouse, caller: Calling, response: Response, wanted: Resume
) -> CommandView:
    """Let it trade again, once books and venue were found equal."""
    brake = house.parts.brake
    if wanted.release and brake is not None:
        brake.release()
    arguments = {
        "reason": wanted.reason,
        "state": wanted.state.value,
        "epoch": str(wanted.epoch),
    }
    return answered(response, await ask(house.parts, caller, CommandKind.RESUME, arguments))


@router.get("/limits", response_model=LimitsOut, responses=ANYWHERE)
async def limits(house: InHouse) -> LimitsOut:
    """The limits in force, with what each one means."""
    store = house.parts.store
    told = limits_text(await store.limits())
    return LimitsOut(
        version=await store.limits_version(),
        limits=[
            LimitOut(
                name=one.name,
                value=told[one.name],
                unit=one.unit.value,
                meaning=one.meaning,
                effects=[EffectOut(at=effect.at, on=effect.on) for effect in effects(one.name)],
            )
            for one in LIMIT_FIELDS
        ],
    )


@router.get("/limits/history", response_model=Listed[LimitsView], responses=ANYWHERE)
async def limits_history(house: InHouse, cut: AfterBefore) -> Listed[LimitsView] | Response:
    """Every version of the limits with what it changed, newest first."""
    return await listed(
        Format.JSON, cut, lambda part: house.parts.reader.ask(desk.limits(part)), name="limits"
    )


@router.post("/limits", response_model=CommandView, responses=ASKED)
async def set_limits(
    house: InHouse, caller: Calling, response: Response, wanted: NewLimits, key: Key = None
) -> CommandView:
    """Put other limits in force for later bets."""
    if "reason" in wanted.changes:
        raise Unfit(422, "not_valid", "there is no limit 'reason'")
    arguments = {**wanted.changes, "reason": wanted.reason}
    return answered(
        response, await ask(house.parts, caller, CommandKind.SET_LIMITS, arguments, key=key)
    )


@router.post("/transfers", response_model=CommandView, responses=ASKED)
async def transfer(
    house: InHouse, caller: Calling, response: Response, wanted: Transfer, key: Key = None
) -> CommandView:
    """Enter cash that was put in or taken out at the venue."""
    arguments = {"amount": f"{wanted.amount:f}", "reason": wanted.reason}
    return answered(
        response, await ask(house.parts, caller, CommandKind.TRANSFER, arguments, key=key)
    )


@router.get("/signals", response_model=Listed[SignalView], responses=ANYWHERE)
async def signals(
    house: InHouse, cut: AfterBefore, status: Word = None, format: AsFormat = Format.JSON
) -> Listed[SignalView] | Response:
    """Decisions that wait, or waited, for a person, newest first."""
    return await listed(
        format,
        cut,
        lambda part: house.parts.reader.ask(desk.signals(part, status=status)),
        name="signals",
    )


@router.get("/signals/{signal_id}", response_model=SignalView, responses=ANYWHERE)
async def signal(house: InHouse, signal_id: str) -> SignalView:
    found = await house.parts.reader.ask(desk.signal(signal_id))
    if found is None:
        raise Unfit(404, "not_found", "there is no such signal")
    return found


@router.post("/signals/{signal_id}/approve", response_model=CommandView, responses=ASKED)
async def approve(
    house: InHouse,
    caller: Calling,
    response: Response,
    signal_id: str,
    wanted: Approve,
    key: Key = None,
) -> CommandView:
    """Place what a signal would do, at once, if it still holds on fresh data and within every
    limit.
    """
    stake = {} if wanted.stake is None else {"stake": f"{wanted.stake:f}"}
    arguments = {"signal": signal_id, **stake}
    return answered(
        response, await ask(house.parts, caller, CommandKind.APPROVE, arguments, key=key)
    )


@router.post("/signals/{signal_id}/reject", response_model=CommandView, responses=ASKED)
async def reject(
    house: InHouse, caller: Calling, response: Response, signal_id: str, wanted: Reject
) -> CommandView:
    """Say no to a signal: one that would be placed at its time is not."""
    arguments = {"signal": signal_id, "reason": wanted.reason}
    return answered(response, await ask(house.parts, caller, CommandKind.REJECT, arguments))


@router.get("/commands", response_model=Listed[CommandView], responses=ANYWHERE)
async def commands(
    house: InHouse, cut: AfterBefore, status: Word = None
) -> Listed[CommandView] | Response:
    """What people asked for and how it ended, newest first."""
    return await listed(
        Format.JSON,
        cut,
        lambda part: house.parts.reader.ask(desk.commands(part, status=status)),
        name="commands",
    )


@router.get("/commands/{command_id}", response_model=CommandView, responses=ANYWHERE)
async def command(house: InHouse, command_id: str) -> CommandView:
    found = await house.parts.reader.ask(desk.command(command_id))
    if found is None:
        raise Unfit(404, "not_found", "there is no such command")
    return found


@router.get("/audit", response_model=Listed[AuditView], responses=ANYWHERE)
async def audit(
    house: InHouse, cut: AfterBefore, kind: Word = None, format: AsFormat = Format.JSON
) -> Listed[AuditView] | Response:
    """The audit journal, newest first: each row holds on to the one before by its hash."""
    return await listed(
        format,
        cut,
        lambda part: house.parts.reader.ask(desk.audit(part, kind=kind)),
        name="audit",
    )


@router.get("/audit/check", response_model=AuditOut, responses=ANYWHERE)
async def audit_check(house: InHouse) -> AuditOut:
    """Hold the journal against itself and against the books."""
    reader = house.parts.reader
    verdict = await reader.ask(desk.verified())
    return AuditOut(
        rows=verdict.rows,
        head=verdict.head,
        findings=list(verdict.findings),
        books=list(await reader.ask(desk.checked())),
    )
