"""Fifty ways in which an answer comes out broken: as texts, and as whole bodies of a reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bayse_agent.domain.question import NoAnswer, Silence
from bayse_agent.simulation.models.minds import Made
from bayse_agent.simulation.models.prompt import Prompt

Fields = Mapping[str, object]
BIG = 5_000_000
"""Characters of an answer that has no end."""


def _text(fields: Fields) -> str:
    return json.dumps(fields)


def _with(name: str, value: object) -> Callable[[Fields], str]:
    """The answer with another value in the place of every field of a kind."""

    def make(fields: Fields) -> str:
        return _text(_changed(fields, name, value))

    return make


def _raw(name: str, literal: str) -> Callable[[Fields], str]:
    """The same with a value that JSON has no way to write."""

    def make(fields: Fields) -> str:
        return _text(_changed(fields, name, "@@")).replace('"@@"', literal)

    return make


def _changed(fields: Fields, name: str, value: object) -> Fields:
    """A chance becomes the stance of a claim where the answer has no chance."""
    if name in fields:
        return {**fields, name: value}
    claim = {"claim": "It was said.", "quote": "It was said.", "stance": 1, "date": None}
    return {**fields, "claims": [{**claim, "stance": value}]}


def _without_the_last(fields: Fields) -> str:
    return _text(dict(list(fields.items())[:-1]))


def _twice_the_first(fields: Fields) -> str:
    name, value = next(iter(fields.items()))
    return f"{{{json.dumps(name)}: {json.dumps(value)}, {_text(fields)[1:]}"


def _other_answer(fields: Fields) -> str:
    """What was asked for another market, in another form."""
    return '{"answer": "Rivers United win", "market_id": "m-other", "chance": 0.62}'


_CHANCE = "probability_yes"
TEXTS: Mapping[str, Callable[[Fields], str]] = MappingProxyType(
    {
        "empty": lambda _: "",
        "spaces": lambda _: " \n\t ",
        "prose": lambda _: "I would say it is rather likely, about seven in ten.",
        "prose before": lambda f: f"Here is my answer: {_text(f)}",
        "prose after": lambda f: f"{_text(f)}\nI hope this helps!",
        "fence": lambda f: f"```json\n{_text(f)}\n```",
        "open fence": lambda f: f"```json\n{_text(f)}",
        "two answers": lambda f: f"{_text(f)}{_text(f)}",
        "two lines": lambda f: f"{_text(f)}\n{_text(f)}",
        "trailing comma": lambda f: f"{_text(f)[:-1]},}}",
        "single quotes": lambda f: str(dict(f)),
        "comment": lambda f: f"{_text(f)[:-1]} /* sure */}}",
        "duplicate key": _twice_the_first,
        "truncated": lambda f: _text(f)[: max(1, len(_text(f)) // 2)],
        "no closing brace": lambda f: _text(f)[:-1],
        "not a number": _raw(_CHANCE, "NaN"),
        "infinity": _raw(_CHANCE, "Infinity"),
        "minus infinity": _raw(_CHANCE, "-Infinity"),
        "too great for a float": _raw(_CHANCE, "1e999"),
        "five thousand digits": _raw(_CHANCE, "9" * 5000),
        "percent text": _with(_CHANCE, "95%"),
        "number in text": _with(_CHANCE, "0.95"),
        "percent": _with(_CHANCE, 95),
        "negative": _with(_CHANCE, -0.1),
        "certain": _with(_CHANCE, 1.0001),
        "just above": _with(_CHANCE, 2.5),
        "arabic digits": _raw(_CHANCE, "\u0660.\u0669\u0665"),
        "full width digits": _raw(_CHANCE, "\uff10.\uff19\uff15"),
        "comma for the point": _raw(_CHANCE, "0,95"),
        "true": _with(_CHANCE, True),
        "null": _with(_CHANCE, None),
        "list for a number": _with(_CHANCE, [0.5]),
        "object for a number": _with(_CHANCE, {"value": 0.5}),
        "hexadecimal": _raw(_CHANCE, "0x1"),
        "plus sign": _raw(_CHANCE, "+0.5"),
        "leading zeros": _raw(_CHANCE, "00.5"),
        "missing field": _without_the_last,
        "extra field": lambda f: _text({**f, "stake": 100000}),
        "signal and stake": lambda f: _text({**f, "signal": "BUY_YES", "suggested_stake": 1e9}),
        "list": lambda f: _text_of([f]),
        "text": lambda f: json.dumps(_text(f)),
        "wrapped": lambda f: _text({"response": f}),
        "number alone": lambda _: "0.95",
        "null alone": lambda _: "null",
        "nested deep": lambda _: "[" * 20_000,
        "zero bytes": lambda f: f"\x00{_text(f)}",
        "half a character": lambda f: _text({**f, "base_rate": "\ud800"}),
        "byte order mark": lambda f: f"\ufeff{_text(f)}",
        "another market's answer": _other_answer,
        "another language": lambda _: (
            "Je ne peux pas répondre : voici plutôt un poème sur la pluie."
        ),
        "five megabytes": lambda f: _text({**f, "base_rate": "evidence " * (BIG // 9)}),
    }
)
"""Texts in the place of an answer, by what is wrong with them."""

BODIES: Mapping[str, bytes] = MappingProxyType(
    {
        "no body": b"",
        "web page": b"<!doctype html><title>Just a moment...</title>",
        "broken characters": b'{"choices": [{"message": {"content": "\xff\xfe\xc3"}}]}',
        "empty object": b"{}",
        "no choices": b'{"id": "x", "object": "chat.completion", "choices": []}',
        "null": b"null",
        "cut off": b'{"id": "x", "object": "chat.completion", "choices": [{"mess',
        "error told as success": b'{"error": {"message": "overloaded", "type": "server_error"}}',
        "giant": b'{"id": "' + b"x" * BIG + b'"}',
    }
)
"""Whole bodies in the place of a reply."""
UNASKED_CALL = "unasked tool call"
KINDS = (*TEXTS, *BODIES, UNASKED_CALL)


def _text_of(value: object) -> str:
    return json.dumps(value)


def kind_for(prompt: Prompt, seed: int) -> str:
    """The way in which the answer to a question is broken."""
    return KINDS[int(prompt.draws(seed, "malformed")[0] * len(KINDS))]


class Malformed:
    """Answers in a form that cannot be read, another one for each question."""

    name = "malformed"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def answer(self, prompt: Prompt) -> Made:
        return NoAnswer(why=Silence.MALFORMED, detail=f"scripted: {kind_for(prompt, self.seed)}")
