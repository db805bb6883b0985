"""Second factors: switched on with a telephone, confirmed by a code of it, and switched off."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bayse_agent.api.caller import Calling
from bayse_agent.api.doors import NotIn
from bayse_agent.api.house import FromOrigin, InHouse
from bayse_agent.api.routes.auth import Code, Done, OnePassword, Strict, unfit
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems

router = APIRouter(prefix="/auth/factor", tags=["doors"])


class FactorOut(BaseModel):
    """`codes_left`: recovery codes that were not used yet."""

    is_on: bool
    codes_left: int


class BegunFactor(BaseModel):
    """For a telephone, shown this once: as text, as an address, and as a picture of it."""

    secret: str
    address: str
    picture: str = Field(description="a QR code: an SVG as a data address")


class OneCode(Strict):
    code: Code


class RecoveryCodes(BaseModel):
    """Each lets in once, in the place of a code. They are shown this once."""

    recovery_codes: list[str]


@router.get("", response_model=FactorOut, responses=ANYWHERE)
async def factor(house: InHouse, caller: Calling) -> FactorOut:
    """Whether one's own second factor is on."""
    return FactorOut(
        is_on=await house.doors.factors.is_on(caller.name),
        codes_left=await house.parts.access.factors.codes_left(caller.name),
    )


@router.post(
    "", response_model=BegunFactor, status_code=201, responses={**ANYWHERE, **problems(409)}
)
async def begin(house: InHouse, caller: Calling, origin: FromOrigin) -> BegunFactor:
    """Begin a second factor. It is not asked for until a code of it has confirmed it."""
    begun = await house.doors.factors.begin(caller.name)
    if begun is None:
        raise Unfit(409, "refused", "a second factor is on: switch it off first")
    await house.doors.note("factor_begun", caller.name, origin)
    return BegunFactor(secret=begun.secret, address=begun.address, picture=begun.picture)


@router.post("/confirm", response_model=RecoveryCodes, responses=ANYWHERE)
async def confirm(
    house: InHouse, caller: Calling, origin: FromOrigin, wanted: OneCode
) -> RecoveryCodes:
    """Put the second factor in force. One's other sessions end."""
    codes = await house.doors.confirm_factor(caller, wanted.code, origin=origin)
    if codes is None:
        raise unfit(NotIn.WRONG_CODE)
    return RecoveryCodes(recovery_codes=list(codes))


@router.post("/remove", response_model=Done, responses=ANYWHERE)
async def remove(house: InHouse, caller: Calling, origin: FromOrigin, wanted: OnePassword) -> Done:
    """Switch the second factor off, with the password and a code. One's other sessions end."""
    wrong = await house.doors.remove_factor(caller, wanted.password, wanted.otp, origin=origin)
    if wrong is not None:
        raise unfit(wrong)
    return Done()
