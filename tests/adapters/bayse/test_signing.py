"""The signature of each documented vector, and of what must not be produced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bayse_agent.adapters.bayse.signing import signature

SECRET = SecretStr("sk_live_secret789xyz")
AT = 1771329600
MARKET = "7a1e3c9b-52d8-46f0-b3c4-9e8f7d6c5b4a"
ORDER = "3f6d2b8a-91c7-4e05-a4f2-8b7c6d5e4f3a"
PLACE = f"/v1/pm/events/0d9c6a52-1f3b-4e77-8a20-6f5d1b2c3e4f/markets/{MARKET}/orders"
PLACE_BODY = (
    b'{"side":"BUY","outcomeId":"5b7f2c1e-8d34-4f0a-9b61-2c7e4a9d0f13","amount":100,'
    b'"type":"MARKET","currency":"NGN"}'
)
VECTORS = {
    "A": ("POST", PLACE, PLACE_BODY, "KaBscLAxOcDVO5vaPk/9NHcuXlK+wwrcefNsy5mFd+k="),
    "B": ("DELETE", f"/v1/pm/orders/{ORDER}", b"", "c0VvhpPJHcnHwHZUbXuzBEs4sEaikZiph68FyPbOups="),
    "C": (
        "DELETE",
        "/v1/pm/orders/batch",
        f'{{"orderIds":["{ORDER}"]}}'.encode(),
        "5MVsHTf3giVErMSbtn9VpTVDXE9TBEAY8D43XiVDZeg=",
    ),
    "E": (
        "POST",
        f"/v1/pm/markets/{MARKET}/mint",
        b'{"quantity": 1000, "currency": "NGN"}',
        "w94Y7ejTDWQUHz2V0Q4hb60M8LctmdesGHaGWF10fqM=",
    ),
}


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_signature_when_given_a_documented_vector_then_matches(name: str) -> None:
    method, path, body, expected = VECTORS[name]

    assert signature(SECRET, timestamp_s=AT, method=method, path=path, body=body) == expected


def test_signature_when_there_is_no_body_then_does_not_hash_the_empty_text() -> None:
    made = signature(
        SECRET, timestamp_s=AT, method="DELETE", path=f"/v1/pm/orders/{ORDER}", body=b""
    )

    assert made != "2bME1iZaAe9iXDJ5BQKVVZULcF5Ha8DFbjcXyoj4B+Y="


def test_signature_when_the_method_is_in_lower_case_then_signs_it_in_upper_case() -> None:
    lower = signature(SECRET, timestamp_s=AT, method="post", path=PLACE, body=PLACE_BODY)

    assert lower == VECTORS["A"][3]


@given(position=st.integers(0, len(PLACE_BODY) - 1), bit=st.integers(0, 7))
def test_signature_when_one_bit_of_the_body_changes_then_changes(position: int, bit: int) -> None:
    changed = bytearray(PLACE_BODY)
    changed[position] ^= 1 << bit

    made = signature(SECRET, timestamp_s=AT, method="POST", path=PLACE, body=bytes(changed))

    assert made != VECTORS["A"][3]
