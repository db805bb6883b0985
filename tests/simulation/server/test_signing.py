"""The signature check, against the published vectors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayse_agent.simulation.exchange.switches import EmptyBodyHash
from bayse_agent.simulation.server.problem import Problem
from bayse_agent.simulation.server.signing import SignedRequest, check_signature

SECRET = "sk_live_secret789xyz"
NOW_S = 1771329600.0
ORDER = "/v1/pm/orders/3f6d2b8a-91c7-4e05-a4f2-8b7c6d5e4f3a"
MARKET = "7a1e3c9b-52d8-46f0-b3c4-9e8f7d6c5b4a"

A = SignedRequest(
    method="POST",
    path=f"/v1/pm/events/0d9c6a52-1f3b-4e77-8a20-6f5d1b2c3e4f/markets/{MARKET}/orders",
    body=(
        b'{"side":"BUY","outcomeId":"5b7f2c1e-8d34-4f0a-9b61-2c7e4a9d0f13","amount":100,'
        b'"type":"MARKET","currency":"NGN"}'
    ),
    timestamp="1771329600",
    signature="KaBscLAxOcDVO5vaPk/9NHcuXlK+wwrcefNsy5mFd+k=",
)
B = SignedRequest(
    method="DELETE",
    path=ORDER,
    body=b"",
    timestamp="1771329600",
    signature="c0VvhpPJHcnHwHZUbXuzBEs4sEaikZiph68FyPbOups=",
)
C = SignedRequest(
    method="DELETE",
    path="/v1/pm/orders/batch",
    body=b'{"orderIds":["3f6d2b8a-91c7-4e05-a4f2-8b7c6d5e4f3a"]}',
    timestamp="1771329600",
    signature="5MVsHTf3giVErMSbtn9VpTVDXE9TBEAY8D43XiVDZeg=",
)
D = replace(B, signature="2bME1iZaAe9iXDJ5BQKVVZULcF5Ha8DFbjcXyoj4B+Y=")
E = SignedRequest(
    method="POST",
    path=f"/v1/pm/markets/{MARKET}/mint",
    body=b'{"quantity": 1000, "currency": "NGN"}',
    timestamp="1771329600",
    signature="w94Y7ejTDWQUHz2V0Q4hb60M8LctmdesGHaGWF10fqM=",
)


def verdict(
    request: SignedRequest,
    *,
    now_s: float = NOW_S,
    secret: str = SECRET,
    empty_body: EmptyBodyHash = EmptyBodyHash.EMPTY,
) -> str:
    """The error code, or ok."""
    try:
        check_signature(request, secret=secret, now_s=now_s, empty_body=empty_body)
    except Problem as problem:
        return f"{problem.status} {problem.code}"
    return "ok"


@pytest.mark.parametrize("vector", [A, B, C, E], ids="ABCE")
def test_a_published_vector_is_accepted(vector: SignedRequest) -> None:
    assert verdict(vector) == "ok"


def test_the_hash_of_nothing_is_refused_where_nothing_is_expected() -> None:
    assert verdict(D) == "401 invalid_signature"


@pytest.mark.parametrize("vector", [B, D], ids="BD")
def test_both_forms_of_no_body_are_accepted_where_either_is(vector: SignedRequest) -> None:
    assert verdict(vector, empty_body=EmptyBodyHash.EITHER) == "ok"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"path": A.path + "x"},
        {"body": A.body + b" "},
        {"body": b""},
        {"timestamp": "1771329601"},
        {"signature": B.signature},
        {"signature": "not base64"},
        {"signature": "\u00e9\u4e2d"},
    ],
)
def test_any_change_breaks_the_signature(changed: dict[str, object]) -> None:
    assert verdict(replace(A, **changed)) == "401 invalid_signature"  # type: ignore[arg-type]


def test_another_secret_breaks_the_signature() -> None:
    assert verdict(A, secret=SECRET + "x") == "401 invalid_signature"


@pytest.mark.parametrize("off_s", [-300, 0, 300])
def test_a_timestamp_within_the_window_is_accepted(off_s: int) -> None:
    assert verdict(A, now_s=NOW_S + off_s) == "ok"


@pytest.mark.parametrize("off_s", [-301, 301])
def test_a_timestamp_outside_the_window_has_expired(off_s: int) -> None:
    assert verdict(A, now_s=NOW_S + off_s) == "401 timestamp_expired"


@pytest.mark.parametrize(
    "timestamp", ["abc", "1771329600.0", "-5", "1" * 400, "1771329600\n", "\u0661", " 1771329600"]
)
def test_a_timestamp_that_is_no_number_has_expired(timestamp: str) -> None:
    assert verdict(replace(A, timestamp=timestamp)) == "401 timestamp_expired"


def test_the_timestamp_is_checked_before_the_signature() -> None:
    assert verdict(replace(A, signature="wrong"), now_s=NOW_S + 999) == "401 timestamp_expired"


@pytest.mark.parametrize("missing", ["timestamp", "signature"])
def test_a_missing_header_is_unauthorized(missing: str) -> None:
    changed = {missing: None}
    assert verdict(replace(A, **changed)) == "401 unauthorized"  # type: ignore[arg-type]
