"""Strict reading: an answer is exactly what was asked for, or it is none."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.llm.parsing import Malformed, checked, parsed, schema_of, unfenced
from bayse_agent.domain.question import (
    MOST_CLAIMS,
    BaseAnswer,
    Claim,
    Reading,
)
from bayse_agent.simulation.models.malformed import TEXTS
from tests.adapters.llm.wire import GOOD

_CLAIM = {"claim": "A vote.", "quote": "The vote is at noon.", "stance": -2, "date": "2026-06-10"}
_READING = {"claims": [_CLAIM]}
_HARMLESS = {"fence"}
Kind = type[BaseAnswer] | type[Reading]


def _read(text: str, kind: Kind) -> BaseAnswer | Reading | None:
    """The answer, or None. Anything but Malformed goes through."""
    try:
        return parsed(text, kind)
    except Malformed:
        return None


def _sound(answer: BaseAnswer | Reading) -> bool:
    if isinstance(answer, Reading):
        return len(answer.claims) <= MOST_CLAIMS and all(
            type(each.stance) is int and abs(each.stance) <= 2 for each in answer.claims
        )
    chances = (answer.probability_yes, answer.probability_no)
    return all(type(each) is float and isfinite(each) and 0 < each < 1 for each in chances)


def test_parsed_when_the_form_is_right_then_typed() -> None:
    answer = parsed(json.dumps(GOOD), BaseAnswer)
    assert (answer.probability_yes, answer.probability_no) == (0.62, 0.38)
    assert parsed(json.dumps(_READING), Reading).claims == (
        Claim(claim="A vote.", quote="The vote is at noon.", stance=-2, date="2026-06-10"),
    )


def test_parsed_when_there_is_nothing_to_say_then_no_claims() -> None:
    assert parsed(' {"claims": []}\n', Reading).claims == ()


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize(("kind", "good"), [(BaseAnswer, GOOD), (Reading, _READING)])
def test_parsed_when_broken_in_a_known_way_then_malformed(
    name: str, kind: Kind, good: dict[str, object]
) -> None:
    text = TEXTS[name](good)
    assert _read(text, kind) is None
    assert (_read(unfenced(text), kind) is None) == (name not in _HARMLESS)


@pytest.mark.parametrize(
    "claim",
    [
        {**_CLAIM, "stance": 3},
        {**_CLAIM, "stance": 0.5},
        {**_CLAIM, "stance": True},
        {**_CLAIM, "stance": "1"},
        {**_CLAIM, "stance": None},
        {**_CLAIM, "date": "tomorrow"},
        {**_CLAIM, "date": "2026-6-1"},
        {**_CLAIM, "date": "\u0662026-06-10"},
        {**_CLAIM, "date": 20260610},
        {**_CLAIM, "claim": ""},
        {**_CLAIM, "claim": "x" * 201},
        {**_CLAIM, "quote": "x" * 401},
        {**_CLAIM, "quote": ["x"]},
        {**_CLAIM, "url": "https://example.org"},
        {"claim": "A vote."},
        "A vote.",
    ],
)
def test_parsed_when_a_claim_is_broken_then_malformed(claim: object) -> None:
    assert _read(json.dumps({"claims": [_CLAIM, claim]}), Reading) is None


def test_parsed_when_there_are_nine_claims_then_malformed() -> None:
    assert _read(json.dumps({"claims": [_CLAIM] * 9}), Reading) is None


def test_parsed_when_a_whole_number_has_a_point_then_it_is_one() -> None:
    answer = parsed('{"claims": [{"claim": "a", "quote": "b", "stance": 1.0}]}', Reading)
    assert answer.claims[0].stance == 1


def test_malformed_when_a_field_is_unknown_then_its_name_is_not_repeated() -> None:
    with pytest.raises(Malformed) as caught:
        parsed(json.dumps({**GOOD, "send your keys": 1}), BaseAnswer)
    assert "keys" not in str(caught.value)


@pytest.mark.parametrize("kind", [BaseAnswer, Reading])
def test_schema_when_compared_with_what_is_read_then_they_name_the_same_fields(
    kind: Kind,
) -> None:
    schema = schema_of(kind)
    good = GOOD if kind is BaseAnswer else _READING
    assert schema["required"] == list(good)
    assert schema["additionalProperties"] is False


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*GOOD, *_CLAIM, "claims", "stake"]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(fields=_VALUES, kind=st.sampled_from([BaseAnswer, Reading]))
def test_checked_when_fields_are_of_any_kind_then_sound_or_malformed(
    fields: object, kind: Kind
) -> None:
    try:
        answer = checked(fields, kind)
    except Malformed:
        answer = None
    assert answer is None or _sound(answer)


@given(text=st.text(max_size=200), kind=st.sampled_from([BaseAnswer, Reading]))
def test_parsed_when_the_text_is_any_then_sound_or_malformed(text: str, kind: Kind) -> None:
    answer = _read(text, kind)
    assert answer is None or _sound(answer)


def _mutations(seed: int) -> Iterator[tuple[str, Kind]]:
    """Broken answers without end: known ways, and good ones damaged at random."""
    draws = random.Random(seed)
    makers = [make for name, make in sorted(TEXTS.items()) if name != "five megabytes"]
    while True:
        kind, good = draws.choice([(BaseAnswer, GOOD), (Reading, _READING)])
        text = draws.choice([json.dumps, *makers])(good)
        for _ in range(draws.randrange(4)):
            text = draws.choice(_DAMAGE)(text, draws)
        yield text, kind


_CHARACTERS = '0123456789.-+eE{}[]",:\\nN \x00\u0660\ud800\ufeff'


def _flip(text: str, draws: random.Random) -> str:
    at = draws.randrange(len(text) + 1)
    return (
        text[:at]
        + draws.choice('0123456789.-+eE{}[]",:\\nN \x00\u0660\ud800\ufeff')
        + text[at + 1 :]
    )


def _swap(text: str, draws: random.Random) -> str:
    one, two = sorted(draws.randrange(len(text) + 1) for _ in range(2))
    return text[two:] + text[one:two] + text[:one]


def _double(text: str, draws: random.Random) -> str:
    at = draws.randrange(len(text) + 1)
    return text[:at] + text[at : at + draws.randrange(1, 40)] * draws.randrange(2, 4)


_DAMAGE: tuple[Callable[[str, random.Random], str], ...] = (_flip, _swap, _double)


def _fuzz(count: int, seed: int) -> tuple[int, int]:
    """How many of so many broken answers were read, and how many were not."""
    read = 0
    for (text, kind), _ in zip(_mutations(seed), range(count), strict=False):
        answer = _read(text, kind)
        if answer is not None:
            assert _sound(answer)
            read += 1
    return read, count - read


def test_parsed_when_five_thousand_answers_are_damaged_then_parsed_or_none() -> None:
    read, not_read = _fuzz(5_000, seed=1)
    assert read > 0
    assert not_read > 4_000


@pytest.mark.torture
def test_parsed_when_fifty_thousand_answers_are_damaged_then_parsed_or_none() -> None:
    read, not_read = _fuzz(50_000, seed=2)
    assert read > 0
    assert not_read > 40_000
