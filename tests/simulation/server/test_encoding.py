"""JSON in and out."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.simulation.server.encoding import Json, number_text, read_json, write_json
from bayse_agent.simulation.server.problem import Problem

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | decimals | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_written_can_be_read_back_exactly(value: Json) -> None:
    assert read_json(write_json(value)) == value


@given(values)
def test_what_is_written_is_json(value: Json) -> None:
    json.loads(write_json(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.1", "0.1"),
        ("0.30", "0.3"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1E-9", "0.000000001"),
        ("-0.0", "0"),
        ("96250.50", "96250.5"),
    ],
)
def test_a_decimal_is_written_without_dust_or_exponent(value: str, text: str) -> None:
    assert number_text(Decimal(value)) == text


def test_a_fraction_is_read_as_it_is_written() -> None:
    assert read_json(b"[0.1, 0.30000000000000004]") == [
        Decimal("0.1"),
        Decimal("0.30000000000000004"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"{'a': 1}",
        b"1" * 5000,
        b"[" * 100_000,
        b'{"a":1}{"b":2}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_anything_but_json_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        read_json(body)
    assert caught.value.status == 400


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_bad_request(body: bytes) -> None:
    status = 200
    try:
        read_json(body)
    except Problem as problem:
        status = problem.status
    assert status in (200, 400)
