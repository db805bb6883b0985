"""Second factors: codes of a telephone that change every half minute (RFC 6238), each good once.

What is kept is a seed; codes come from it together with a key that is not in the books, so that
whoever has a copy of the books alone cannot make them.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from bayse_agent.adapters.store.factors import SqlFactors
from bayse_agent.api.parts import Timer
from bayse_agent.api.throttle import Throttle
from bayse_agent.api.tokens import digest
from bayse_agent.domain.access import SecondFactor

STEP_S = 30
DRIFT_STEPS = 1
"""How far a telephone's clock may be off, in half minutes, either way."""
TRIES, WITHIN_S = 10, 900.0
"""A stolen password brings ten guesses of a code in a quarter of an hour."""
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_CODE_BYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a telephone is told, shown once. `picture`: the address as a QR code, an SVG as data."""

    secret: str
    address: str
    picture: str


class Factors:
    """Whether a code is the right one."""

    def __init__(self, kept: SqlFactors, timer: Timer, key: bytes, issuer: str) -> None:
        self._kept = kept
        self._timer = timer
        self._key = key
        self._issuer = issuer
        self._tries = Throttle(timer, times=TRIES, within_s=WITHIN_S)

    async def is_on(self, person: str) -> bool:
        factor = await self._kept.of(person)
        return factor is not None and factor.confirmed_at is not None

    def take_try(self, person: str) -> float:
        """Count one more try of a code; else how long to wait, in seconds."""
        return self._tries.take(person)

    async def begin(self, person: str) -> Begun | None:
        """Make a second factor that is not in force yet; None when there is one in force."""
        seed = secrets.token_hex(_SECRET_BYTES)
        if not await self._kept.begin(person, seed, self._timer.now()):
            return None
        import pyotp

        secret = self._secret(person, seed)
        address = pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=self._issuer)
        return Begun(secret=secret, address=address, picture=_picture(address))

    async def confirm(self, person: str, code: str, *, session_id: str) -> tuple[str, ...] | None:
        """Put it in force; returns the recovery codes, shown once. None for a wrong code."""
        factor = await self._kept.of(person)
        if factor is None or factor.confirmed_at is not None:
            return None
        step = self._step_of(factor, code)
        if step is None:
            return None
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        hashes = [digest(_plain(one)) for one in codes]
        if not await self._kept.confirm(factor, step, hashes, self._timer.now(), session_id):
            return None
        self._tries.forget(person)
        return codes

    async def is_right(self, person: str, code: str) -> bool:
        """Whether a code of the telephone, or a recovery code, is good; it is not good again."""
        factor = await self._kept.of(person)
        if factor is None or factor.confirmed_at is None:
            return False
        step = self._step_of(factor, code)
        if step is not None:
            is_good = await self._kept.use(factor, step)
        else:
            is_good = await self._kept.use_code(person, digest(_plain(code)), self._timer.now())
        if is_good:
            self._tries.forget(person)
        return is_good

    def _step_of(self, factor: SecondFactor, code: str) -> int | None:
        """The half minute, near now, whose code it is; of several the latest."""
        import pyotp

        machine = pyotp.TOTP(self._secret(factor.person, factor.seed))
        now = int(self._timer.now().timestamp()) // STEP_S
        said = code.replace(" ", "").encode(errors="replace")
        # Every one of them is compared, so that it takes the same time whichever fits.
        found = None
        for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
            if hmac.compare_digest(machine.generate_otp(step).encode(), said):
                found = step
        return found

    def _secret(self, person: str, seed: str) -> str:
        made = hmac.new(self._key, f"second factor\0{person}\0{seed}".encode(), sha256).digest()
        return base64.b32encode(made[:_SECRET_BYTES]).decode()


def _picture(address: str) -> str:
    import segno

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=4, border=4, light="#fff", dark="#000", xmldecl=False
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"


def _recovery_code() -> str:
    """80 bits that nobody can guess, in four groups."""
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _plain(code: str) -> str:
    """A recovery code however it was typed."""
    return code.replace("-", "").replace(" ", "").upper()
