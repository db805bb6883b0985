"""Webhooks: a doorbell. It makes the agent look at the venue at once; nothing in it is believed."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, ValidationError

from bayse_agent.api.house import FromOrigin, House, InHouse
from bayse_agent.api.trouble import Unfit, problems

router = APIRouter(prefix="/webhook", tags=["webhook"])
OLDEST = timedelta(minutes=5)
_REMEMBERED = timedelta(hours=72)
_LONGEST_ID = 128


class Bell(BaseModel):
    """What the original was sent. It is read for its form, and then forgotten."""

    model_config = ConfigDict(extra="ignore")

    orderId: str | None = None
    status: str | None = None
    resolution: str | None = None
    payout: float | None = None
    marketId: str | None = None


class Rung(BaseModel):
    ok: bool = True


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Bell.model_json_schema()}},
    }
}


@router.post(
    "/order",
    response_model=Rung,
    responses=problems(400, 401, 403, 404, 413, 422, 429, 503),
    openapi_extra=_BODY,
)
async def order(
    house: InHouse,
    origin: FromOrigin,
    request: Request,
    name: Annotated[str | None, Header(alias="webhook-id")] = None,
    stamp: Annotated[str | None, Header(alias="webhook-timestamp")] = None,
    signature: Annotated[str | None, Header(alias="webhook-signature")] = None,
    static: Annotated[str | None, Header(alias="X-Webhook-Secret")] = None,
) -> Rung:
    """Something happened at the venue: the agent goes and reads what.

    Signed as in Standard Webhooks: `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over
    `id.timestamp.body`. Off while no secret is set.
    """
    web = house.parts.web
    if not web.webhook_keys and web.static_webhook is None:
        raise Unfit(404, "not_found", "webhooks are switched off: no secret is set")
    body = await request.body()
    bell = _signed(house, body, name, stamp, signature) or _static(house, body, static)
    if bell is None:
        await house.doors.note_bell(origin)
        raise Unfit(401, "bad_signature", "the webhook is not signed by a key of ours, or is old")
    _check_form(body)
    now = house.parts.timer.now()
    if await house.parts.access.ring(bell, at=now, forget_before=now - _REMEMBERED):
        house.parts.ring()
    return Rung()


def signatures(keys: Iterable[bytes], name: str, stamp: str, body: bytes) -> list[str]:
    """The signature by each of our keys."""
    text = f"{name}.{stamp}.".encode() + body
    return ["v1," + base64.b64encode(hmac.new(key, text, sha256).digest()).decode() for key in keys]


def _signed(
    house: House, body: bytes, name: str | None, stamp: str | None, said: str | None
) -> str | None:
    """The id of a webhook that is signed and fresh; None for any other."""
    if name is None or stamp is None or said is None:
        return None
    if not 0 < len(name) <= _LONGEST_ID or not stamp.isascii() or not stamp.isdecimal():
        return None
    given = [one.encode() for one in said.split(" ")[:4]]
    wanted = [one.encode() for one in signatures(house.parts.web.webhook_keys, name, stamp, body)]
    # Every pair is compared, so that it takes the same time whichever fits.
    fits = sum(hmac.compare_digest(ours, theirs) for ours in wanted for theirs in given)
    age_s = house.parts.timer.now().timestamp() - int(stamp[:12])
    return name if fits and abs(age_s) <= OLDEST.total_seconds() else None


def _static(house: House, body: bytes, said: str | None) -> str | None:
    """The original's header, where it was asked for. What came before does not ring again."""
    secret = house.parts.web.static_webhook
    if secret is None or said is None:
        return None
    if not hmac.compare_digest(secret.encode(), said.encode()):
        return None
    return f"static {sha256(body).hexdigest()}"


def _check_form(body: bytes) -> None:
    try:
        Bell.model_validate_json(body)
    except ValidationError as error:
        wrong = f"{error.error_count()} fields are not as they should be"
        raise Unfit(422, "not_valid", wrong) from None
