"""Tokens: signed ones that live for minutes, and random ones of which only a hash is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bayse_agent.api.parts import WebSettings

ALGORITHM = "HS256"
KEY_PREFIX = "bay_"
LONGEST_TOKEN = 2048
_TYPE = "at+jwt"
_KIND = "access"
_CLAIMS = ("iss", "aud", "sub", "sid", "typ", "exp", "nbf", "iat", "jti")
_LEEWAY_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom an access token was given to, and the session that it is of."""

    person: str
    session_id: str


def new_id() -> str:
    return secrets.token_hex(16)


def new_secret() -> str:
    """256 bits that nobody can guess, so that a plain hash of them gives nothing away."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def access_token(web: WebSettings, bearer: Bearer, now: datetime) -> str:
    """A token for the next minutes."""
    # Slow to import for its cryptography, which the first page does without.
    import jwt

    at = int(now.timestamp())
    claims = {
        "iss": web.issuer,
        "aud": web.audience,
        "sub": bearer.person,
        "sid": bearer.session_id,
        "typ": _KIND,
        "iat": at,
        "nbf": at,
        "exp": int((now + web.access_length).timestamp()),
        "jti": new_id(),
    }
    return jwt.encode(claims, web.secret, ALGORITHM, headers={"typ": _TYPE})


def read_access_token(web: WebSettings, token: str, now: datetime) -> Bearer | None:
    """Whom a token was given to; None for one that is not ours, not for this, or not for now."""
    import jwt

    if len(token) > LONGEST_TOKEN:
        return None
    try:
        header = jwt.get_unverified_header(token)
        if header != {"alg": ALGORITHM, "typ": _TYPE}:
            return None
        claims = jwt.decode(
            token,
            web.secret,
            algorithms=[ALGORITHM],
            audience=web.audience,
            issuer=web.issuer,
            # The times are checked below, by the clock that everything here goes by.
            options={
                "require": list(_CLAIMS),
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError):
        return None
    return _bearer(claims, now, web.access_length)


def _bearer(claims: dict[str, object], now: datetime, length: timedelta) -> Bearer | None:
    person, session_id, at = claims["sub"], claims["sid"], now.timestamp()
    begins, issued, ends = claims["nbf"], claims["iat"], claims["exp"]
    if type(begins) is not int or type(issued) is not int or type(ends) is not int:
        return None
    is_now = max(begins, issued) <= at + _LEEWAY_S and at < ends
    is_short = ends - issued <= length.total_seconds() + 1
    is_known = isinstance(person, str) and isinstance(session_id, str) and person and session_id
    if claims["typ"] != _KIND or not (is_now and is_short and is_known):
        return None
    return Bearer(person=str(person), session_id=str(session_id))
