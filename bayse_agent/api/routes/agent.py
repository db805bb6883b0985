"""The agent itself, as the original had it: signals, approving them, its status and settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from bayse_agent.adapters.store.reading import decisions, desk, signals
from bayse_agent.adapters.store.reading.reader import Cut
from bayse_agent.api.asking import ask, done_or_unfit
from bayse_agent.api.caller import Calling
from bayse_agent.api.house import House, InHouse
from bayse_agent.api.routes.markets import Id
from bayse_agent.api.routes.trades import Amount, Key
from bayse_agent.api.shapes.signal import SignalOut, SignalPage
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.market import EventId
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import intent_id
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.signal import Approval

router = APIRouter(prefix="/agent", tags=["agent"])
_ANSWERS = {**ANYWHERE, **problems(409, 502)}
_ACTIVE = timedelta(hours=3)
_DEEPEST = 10_000


class ApprovedOut(BaseModel):
    status: str
    order_id: str | None


class ClearedOut(BaseModel):
    """Signals that are not listed any more. The books keep them."""

    deleted: int


class StaleOut(BaseModel):
    cleared: int


class StatusOut(BaseModel):
    """`status`: idle while it may trade, else halted or reducing. `approval`: whose word a bet
    needs; `auto_trade`: whether it goes out without a person's.
    """

    status: str
    mode: str
    state: str
    reason: str
    since: datetime
    auto_trade: bool
    approval: Approval
    run: str | None
    started_at: datetime | None
    last_look: datetime | None
    now: datetime


class ConfigOut(BaseModel):
    auto_trade: bool
    approval: Approval
    categories: list[str]
    max_trades_per_hour: int
    max_trades_per_day: int
    max_open_positions: int
    balance_floor: float
    min_confidence: float
    balance_reserve_pct: float


class ConfigIn(BaseModel):
    """Any of the eight; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    auto_trade: Annotated[bool | None, Field(strict=True)] = None
    categories: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64)]] | None, Field(max_length=50)
    ] = None
    max_trades_per_hour: Annotated[int | None, Field(ge=0, le=1000, strict=True)] = None
    max_trades_per_day: Annotated[int | None, Field(ge=0, le=10_000, strict=True)] = None
    max_open_positions: Annotated[int | None, Field(ge=0, le=1000, strict=True)] = None
    balance_floor: Annotated[Decimal | None, Field(ge=0, lt=Decimal("1e12"))] = None
    min_confidence: Annotated[float | None, Field(ge=0, le=100)] = None
    balance_reserve_pct: Annotated[Decimal | None, Field(ge=0, lt=1)] = None


@router.post("/analyze", response_model=SignalOut, responses=_ANSWERS)
async def analyze(
    house: InHouse,
    caller: Calling,
    event_id: Id,
    market_id: Annotated[str | None, Query(max_length=128)] = None,
) -> SignalOut:
    """Look at a market now, and act on it as the scan would."""
    wanted = market_id or await _only_market(house, event_id)
    arguments = {"event": event_id, "market": wanted}
    done_or_unfit(await ask(house.parts, caller, CommandKind.ANALYZE, arguments))
    return await _analyzed(house, event_id, wanted)


@router.get("/signals", response_model=SignalPage, responses=_ANSWERS)
async def list_signals(
    house: InHouse,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    page: Annotated[int, Query(ge=1, le=_DEEPEST)] = 1,
    event_id: Annotated[str | None, Query(max_length=128)] = None,
    is_all: Annotated[bool, Query(alias="all")] = False,
) -> SignalPage:
    """Decisions to buy: of the last three hours, or all. /signals and /decisions have more."""
    since = None if is_all else house.parts.clock.now() - _ACTIVE
    wanted = signals.Filter(since=since, event_id=event_id)
    if page * limit > _DEEPEST:
        raise Unfit(422, "not_valid", f"page x limit goes to {_DEEPEST}: use /decisions beyond")
    found = await house.parts.reader.ask(
        signals.listed(wanted, page=page, size=limit, remembered=house.remembered)
    )
    shown = [SignalOut.of(one) for one in found.items]
    return SignalPage(signals=shown, page=page, size=limit, count=len(shown), total=found.total)


@router.post("/signals/clear", response_model=ClearedOut, responses=_ANSWERS)
async def clear_signals(house: InHouse, caller: Calling) -> ClearedOut:
    """Take every signal off this list. The books and /signals keep them."""
    count = await house.parts.reader.ask(signals.cleared_by_now(house.remembered))
    await house.parts.access.clear_signals(by=caller.name, at=house.parts.timer.now())
    return ClearedOut(deleted=count)


@router.post("/approve", response_model=ApprovedOut, responses=_ANSWERS)
async def approve(
    house: InHouse,
    caller: Calling,
    signal_id: Id,
    amount: Annotated[Amount | None, Query()] = None,
    key: Key = None,
) -> ApprovedOut:
    """Place what a signal would do, if it still holds; for less than it says when so asked."""
    known = await house.parts.reader.ask(desk.signal(signal_id))
    if known is None:
        raise Unfit(404, "not_found", "there is no such signal")
    if known.status == "EXECUTED":
        return ApprovedOut(status="already_executed", order_id=await _order_of(house, signal_id))
    arguments = {"signal": signal_id} | ({} if amount is None else {"stake": str(amount)})
    command = await ask(house.parts, caller, CommandKind.APPROVE, arguments, key=key)
    after = await house.parts.reader.ask(desk.signal(signal_id))
    if command.status == "REFUSED" and after is not None and after.status == "EXECUTED":
        # Somebody else approved it in the same moment.
        return ApprovedOut(status="already_executed", order_id=await _order_of(house, signal_id))
    if done_or_unfit(command).result.get("status") != "EXECUTED":
        told = f"{command.result.get('outcome', '')} {command.result.get('detail', '')}".strip()
        raise Unfit(409, "refused", f"not placed: {told}")
    return ApprovedOut(status="executed", order_id=await _order_of(house, signal_id))


@router.post("/trades/clear-stale", response_model=StaleOut, responses=_ANSWERS)
async def clear_stale(house: InHouse) -> StaleOut:
    """Nothing is left to clear: every order in doubt is resolved by reading, none is dropped."""
    house.parts.wake()
    return StaleOut(cleared=0)


@router.get("/status", response_model=StatusOut, responses=_ANSWERS)
async def status(house: InHouse) -> StatusOut:
    """Whether it may trade, and when it last looked."""
    parts = house.parts
    control = await parts.store.control()
    ages, run = await parts.reader.ask(desk.ages()), await parts.reader.ask(desk.last_run())
    return StatusOut(
        status="idle" if control.state == "ARMED" else control.state.value.lower(),
        mode=parts.mode,
        state=control.state.value,
        reason=control.reason,
        since=control.at,
        auto_trade=parts.is_automatic,
        approval=parts.approval,
        run=None if run is None else run.id,
        started_at=None if run is None else run.started_at,
        last_look=ages.look,
        now=parts.clock.now(),
    )


@router.get("/config", response_model=ConfigOut, responses=_ANSWERS)
async def config(house: InHouse) -> ConfigOut:
    """The eight settings of the original, as the limits in force have them."""
    return _config(house, await house.parts.store.limits())


@router.post("/config", response_model=ConfigOut, responses=_ANSWERS)
async def set_config(house: InHouse, caller: Calling, wanted: ConfigIn) -> ConfigOut:
    """Change some of them: new limits, in force for the next bet, kept with who asked for them."""
    parts = house.parts
    if wanted.auto_trade is not None and wanted.auto_trade != parts.is_automatic:
        raise Unfit(
            409,
            "refused",
            "auto_trade is set with AGENT_APPROVAL or AGENT_AUTO_TRADE at the start of the trader",
        )
    arguments = _arguments(house, wanted, await parts.store.limits())
    if arguments:
        arguments["reason"] = "settings were changed"
        done_or_unfit(await ask(parts, caller, CommandKind.SET_LIMITS, arguments))
    return _config(house, await parts.store.limits())


def _config(house: House, limits: Limits) -> ConfigOut:
    floor = limits.balance_floor.get(house.parts.currency)
    return ConfigOut(
        auto_trade=house.parts.is_automatic,
        approval=house.parts.approval,
        categories=list(limits.categories),
        max_trades_per_hour=limits.trades_per_hour,
        max_trades_per_day=limits.trades_per_day,
        max_open_positions=limits.max_open_markets,
        balance_floor=0.0 if floor is None else float(floor.amount),
        min_confidence=limits.min_confidence,
        balance_reserve_pct=float(limits.reserve),
    )


def _arguments(house: House, wanted: ConfigIn, limits: Limits) -> dict[str, str]:
    """What is to be changed, in the words of limits."""
    plain = {
        "trades_per_hour": wanted.max_trades_per_hour,
        "trades_per_day": wanted.max_trades_per_day,
        "max_open_markets": wanted.max_open_positions,
        "min_confidence": wanted.min_confidence,
        "reserve": wanted.balance_reserve_pct,
    }
    told = {name: str(value) for name, value in plain.items() if value is not None}
    if wanted.categories is not None:
        told["categories"] = ",".join(one.strip() for one in wanted.categories)
    if wanted.balance_floor is not None:
        currency = house.parts.currency
        floors = {**limits.balance_floor, currency: Money(wanted.balance_floor, currency)}
        told["balance_floor"] = ", ".join(
            f"{name} {floor.amount:f}" for name, floor in sorted(floors.items())
        )
    return told


async def _only_market(house: House, event_id: str) -> str:
    parts = house.parts
    event = await parts.market_data.event(EventId(event_id), currency=parts.currency)
    if len(event.markets) != 1:
        raise Unfit(400, "bad_request", "the event has several markets: name one by market_id")
    return str(event.markets[0].id)


async def _order_of(house: House, signal_id: str) -> str | None:
    found = await house.parts.reader.ask(signals.one(signal_id))
    return None if found is None else found.executed_order_id


async def _analyzed(house: House, event_id: str, market_id: str) -> SignalOut:
    """The signal that a look came to: the one that is listed for a bet, else HOLD or AVOID."""
    cut = Cut(limit=1)
    looked = await house.parts.reader.ask(
        decisions.decisions(decisions.Wanted(market_id=market_id), cut)
    )
    if not looked.items:
        raise Unfit(400, "bad_request", "the market was not looked at")
    look = looked.items[0]
    if look.intent_id is not None:
        found = await house.parts.reader.ask(signals.one(look.intent_id))
        if found is not None:
            return SignalOut.of(found)
    is_held = look.forecast_id is not None and not look.reason.startswith("refused")
    return SignalOut(
        id=intent_id("look", look.id),
        event_id=event_id,
        market_id=market_id,
        market_name=look.market,
        signal_type="HOLD" if is_held else "AVOID",
        confidence=float(look.inputs["confidence"]) if "confidence" in look.inputs else None,
        estimated_probability=look.probability,
        market_price_at_signal=None if look.market_price is None else float(look.market_price),
        expected_value=None,
        reasoning=f"{look.reason} {look.inputs.get('detail', '')}".strip(),
        sources=[],
        suggested_stake=None,
        status=look.reason,
        resolution=None,
        pnl=None,
        created_at=look.at,
        approved_at=None,
        agent_cycle_id=None,
        executed_order_id=None,
        executed_at=None,
    )
