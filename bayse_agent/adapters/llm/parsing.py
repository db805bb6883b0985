"""Reads answers strictly: what is not exactly of the form that was asked for is no answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from bayse_agent.domain.question import (
    GREATEST_CHANCE,
    LEAST_CHANCE,
    LONGEST_CLAIM,
    LONGEST_QUOTE,
    LONGEST_REASON,
    MOST_CLAIMS,
    STRONGEST_STANCE,
    A,
    BaseAnswer,
    Claim,
    Reading,
)

LONGEST_ANSWER = 64_000
"""Characters of the longest answer that is looked at."""
Schema = dict[str, object]
_FENCE = re.compile(r"\A\s*```(?:json)?[^\S\n]*\n(.*?)\n?[^\S\n]*```\s*\Z", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


class Malformed(Exception):
    """An answer that is not of the form that was asked for. The message holds nothing of it."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of answer is read, and how it is described to a model."""

    read: Callable[[Mapping[str, object]], BaseAnswer | Reading]
    schema: Schema


def parsed(text: str, kind: type[A]) -> A:
    """The answer in a text. Raises Malformed for anything but exactly one of its kind."""
    return checked(_fields(text), kind)


def unfenced(text: str) -> str:
    """What stands between the marks of a code block, when the whole text is one."""
    found = _FENCE.match(text) if len(text) <= LONGEST_ANSWER else None
    return text if found is None else found.group(1)


def checked(fields: object, kind: type[A]) -> A:
    """The answer in fields that were read from JSON elsewhere."""
    if not isinstance(fields, dict):
        raise Malformed("the answer is not an object")
    try:
        answer = _FORMS[kind].read(fields)
    except ValueError as error:
        raise Malformed(str(error)) from error
    if not isinstance(answer, kind):
        raise TypeError(f"{kind.__name__} is read as {type(answer).__name__}")
    return answer


def schema_of(kind: type[BaseAnswer] | type[Reading]) -> Schema:
    """The JSON schema of an answer."""
    return _FORMS[kind].schema


def _fields(text: str) -> object:
    if len(text) > LONGEST_ANSWER:
        raise Malformed(f"the answer is longer than {LONGEST_ANSWER} characters")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the answer is not JSON ({type(error).__name__})") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands there twice")
    return fields


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _base_answer(fields: Mapping[str, object]) -> BaseAnswer:
    _exactly(fields, _BASE_FIELDS, frozenset())
    return BaseAnswer(
        base_rate=_text(fields, "base_rate"),
        case_no=_text(fields, "case_no"),
        case_yes=_text(fields, "case_yes"),
        probability_yes=_number(fields, "probability_yes"),
        probability_no=_number(fields, "probability_no"),
    )


def _reading(fields: Mapping[str, object]) -> Reading:
    _exactly(fields, frozenset({"claims"}), frozenset())
    claims = fields["claims"]
    if not isinstance(claims, list):
        raise ValueError("claims is not a list")
    if len(claims) > MOST_CLAIMS:
        raise ValueError(f"there are more than {MOST_CLAIMS} claims")
    return Reading(claims=tuple(_claim(each) for each in claims))


def _claim(fields: object) -> Claim:
    if not isinstance(fields, dict):
        raise ValueError("a claim is not an object")
    _exactly(fields, _CLAIM_FIELDS, frozenset({"date"}))
    return Claim(
        claim=_text(fields, "claim"),
        quote=_text(fields, "quote"),
        stance=_whole(fields, "stance"),
        date=_day(fields.get("date")),
    )


def _exactly(fields: Mapping[str, object], names: frozenset[str], optional: frozenset[str]) -> None:
    if names - fields.keys():
        raise ValueError(f"{', '.join(sorted(names - fields.keys()))} is missing")
    if fields.keys() - names - optional:
        # Their names are the model's words: they are not repeated.
        raise ValueError("there are fields that nobody asked for")


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    if _UNFIT.search(value):
        raise ValueError(f"{name} holds what is no character")
    return value


def _number(fields: Mapping[str, object], name: str) -> float:
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number")
    if not LEAST_CHANCE <= value <= GREATEST_CHANCE or not isfinite(value):
        raise ValueError(f"{name} is not from {LEAST_CHANCE} to {GREATEST_CHANCE}")
    return float(value)


def _whole(fields: Mapping[str, object], name: str) -> int:
    value = fields[name]
    # Some servers write every number with a point.
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in _STANCES:
        raise ValueError(f"{name} is not a whole number from -2 to 2")
    return int(value)


def _day(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        raise ValueError("date is not written as YYYY-MM-DD")
    return value


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_BASE_FIELDS = frozenset({"base_rate", "case_no", "case_yes", "probability_yes", "probability_no"})
_CLAIM_FIELDS = frozenset({"claim", "quote", "stance"})
_STANCES = range(-STRONGEST_STANCE, STRONGEST_STANCE + 1)
_REASON: Schema = {"type": "string", "description": f"at most {LONGEST_REASON // 4} characters"}
_CHANCE: Schema = {
    "type": "number",
    "description": f"a probability from {LEAST_CHANCE} to {GREATEST_CHANCE}, not in percent",
}
_CLAIM: Schema = _object(
    {
        "claim": {"type": "string", "description": f"at most {LONGEST_CLAIM} characters"},
        "quote": {
            "type": "string",
            "description": f"copied word by word, at most {LONGEST_QUOTE} characters",
        },
        "stance": {"type": "integer", "enum": list(_STANCES)},
        "date": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "YYYY-MM-DD"},
    }
)
# What is thought first is written first: the numbers come last.
_FORMS: Mapping[type[BaseAnswer] | type[Reading], _Form] = {
    BaseAnswer: _Form(
        _base_answer,
        _object(
            {
                "base_rate": _REASON,
                "case_no": _REASON,
                "case_yes": _REASON,
                "probability_yes": _CHANCE,
                "probability_no": _CHANCE,
            }
        ),
    ),
    Reading: _Form(
        _reading,
        _object(
            {"claims": {"type": "array", "items": _CLAIM, "description": f"at most {MOST_CLAIMS}"}}
        ),
    ),
}
