"""Who is told of what, and a message to try whether it arrives."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from bayse_agent.api.caller import Calling
from bayse_agent.api.house import InHouse
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.notice import MEANINGS, OFF, Kind, Level, Notice

router = APIRouter(tags=["notifications"])


class AddressOut(BaseModel):
    """One address of NOTIFY_URLS, by its number; the rest of it is secret."""

    number: int
    scheme: str


class KindOut(BaseModel):
    """`level`: how loudly it is told, or "off". `is_told`: it is loud enough for `least`."""

    kind: Kind
    meaning: str
    level: str
    is_told: bool


class NotificationsOut(BaseModel):
    """`least`: what is below it is told to nobody. Without addresses nothing is told at all."""

    is_on: bool
    addresses: list[AddressOut]
    least: Level
    kinds: list[KindOut]


class ReachedOut(BaseModel):
    number: int
    scheme: str
    reached: bool


class TestOut(BaseModel):
    """`all_reached`: every address took the message; whether a person saw it, only he knows."""

    all_reached: bool
    addresses: list[ReachedOut]


@router.get("/notifications", response_model=NotificationsOut, responses=ANYWHERE)
async def notifications(house: InHouse) -> NotificationsOut:
    """What people are told, how loudly, and by which ways; never the addresses themselves."""
    parts = house.parts
    schemes = () if parts.notifier is None else parts.notifier.schemes
    return NotificationsOut(
        is_on=bool(schemes),
        addresses=[
            AddressOut(number=number, scheme=scheme)
            for number, scheme in enumerate(schemes, start=1)
        ],
        least=parts.loudness.least,
        kinds=[
            KindOut(
                kind=kind,
                meaning=MEANINGS[kind],
                level=parts.loudness.levels[kind] or OFF,
                is_told=parts.loudness.of(kind) is not None,
            )
            for kind in Kind
        ],
    )


@router.post("/notifications/test", response_model=TestOut, responses={**ANYWHERE, **problems(502)})
async def notifications_test(house: InHouse, caller: Calling) -> TestOut:
    """Send a message to every address, and say which took it; 502 when none did."""
    parts = house.parts
    if parts.notifier is None:
        raise Unfit(503, "no_address", "there is nobody to tell: see NOTIFY_URLS")
    notice = Notice(
        level=Level.INFO,
        title=f"[{parts.mode}] a test",
        text=f"Messages arrive here. Asked for by {caller.name}.",
    )
    taken = await parts.notifier.reach(notice)
    if not taken:
        raise Unfit(502, "nobody_reached", "no address took the message: see NOTIFY_URLS")
    reached = [
        ReachedOut(number=place + 1, scheme=scheme, reached=place in taken)
        for place, scheme in enumerate(parts.notifier.schemes)
    ]
    return TestOut(all_reached=all(one.reached for one in reached), addresses=reached)
