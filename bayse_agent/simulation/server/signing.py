"""Checks the signature of a write: HMAC-SHA256 over `timestamp.METHOD.path.bodyHash`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from bayse_agent.simulation.exchange.switches import EmptyBodyHash
from bayse_agent.simulation.server.problem import Problem, unauthorized

WINDOW_S = 300
_TIMESTAMP = re.compile(r"[0-9]{1,15}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """What a signature covers, with the two headers that carry it. `path` is without a query."""

    method: str
    path: str
    body: bytes
    timestamp: str | None
    signature: str | None


def signature_of(secret: str, timestamp: str, method: str, path: str, body_hash: str) -> str:
    """Base64 of the HMAC; the key is the whole secret, `sk_` included."""
    payload = f"{timestamp}.{method}.{path}.{body_hash}".encode()
    digest = hmac.new(secret.encode(), payload, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def check_signature(
    request: SignedRequest, *, secret: str, now_s: float, empty_body: EmptyBodyHash
) -> None:
    """Timestamp first, then signature. Raises Problem 401."""
    if not request.timestamp or not request.signature:
        raise unauthorized("X-Timestamp and X-Signature headers are required")
    if not _TIMESTAMP.match(request.timestamp) or (abs(now_s - int(request.timestamp)) > WINDOW_S):
        raise Problem(
            401, "timestamp_expired", f"The timestamp is more than {WINDOW_S} seconds off"
        )
    presented = request.signature.encode("latin-1", "replace")
    for body_hash in _accepted_hashes(request.body, empty_body):
        expected = signature_of(secret, request.timestamp, request.method, request.path, body_hash)
        if hmac.compare_digest(expected.encode("ascii"), presented):
            return
    raise Problem(
        401,
        "invalid_signature",
        "The provided signature does not match the expected signature",
    )


def _accepted_hashes(body: bytes, empty_body: EmptyBodyHash) -> list[str]:
    hashed = hashlib.sha256(body).hexdigest()
    if body:
        return [hashed]
    return ["", hashed] if empty_body is EmptyBodyHash.EITHER else [""]
