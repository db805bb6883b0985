"""What people are told of when it happens, and how loudly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bayse_agent.domain.errors import InvalidValue

OFF = "off"
"""The word for a kind that nobody is told of."""


class Level(StrEnum):
    """INFO is worth knowing, WARNING worth a look, ALARM wants a person now."""

    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"

    def is_at_least(self, other: Level) -> bool:
        order = list(Level)
        return order.index(self) >= order.index(other)


class Kind(StrEnum):
    """What can happen that people may be told of."""

    HALT = "halt"
    REDUCE = "reduce"
    RESUME = "resume"
    FOREIGN = "foreign"
    LOST = "lost"
    SIGNAL = "signal"
    ANSWER = "answer"
    LIMITS = "limits"
    TRANSFER = "transfer"
    START = "start"
    ORDER = "order"
    FILL = "fill"
    RESULT = "result"


MEANINGS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.HALT: "trading is halted",
        Kind.REDUCE: "nothing more is bought",
        Kind.RESUME: "trading goes on",
        Kind.FOREIGN: "an order that was placed elsewhere",
        Kind.LOST: "an order that never arrived",
        Kind.SIGNAL: "a bet waits for a person's word, or for its time",
        Kind.ANSWER: "a waiting bet was approved, turned down, or is over",
        Kind.LIMITS: "limits were changed",
        Kind.TRANSFER: "cash was put in or taken out",
        Kind.START: "the agent was started",
        Kind.ORDER: "an order of the agent's",
        Kind.FILL: "a fill",
        Kind.RESULT: "a market ended: won or lost",
    }
)
USUAL: Mapping[Kind, Level | None] = MappingProxyType(
    {
        Kind.HALT: Level.ALARM,
        Kind.REDUCE: Level.WARNING,
        Kind.RESUME: Level.WARNING,
        Kind.FOREIGN: Level.ALARM,
        Kind.LOST: Level.WARNING,
        Kind.SIGNAL: Level.WARNING,
        Kind.ANSWER: None,
        Kind.LIMITS: Level.WARNING,
        Kind.TRANSFER: Level.WARNING,
        Kind.START: Level.INFO,
        Kind.ORDER: Level.INFO,
        Kind.FILL: None,
        Kind.RESULT: Level.INFO,
    }
)
"""How loudly each is told where nothing else was set; None is not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message. `title` says it all in a line."""

    level: Level
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """What is told: `levels` by kind, None of them not at all; of those, `least` and above."""

    levels: Mapping[Kind, Level | None] = field(default_factory=lambda: USUAL)
    least: Level = Level.WARNING

    def of(self, kind: Kind) -> Level | None:
        """How loudly a kind is told; None when it is not."""
        level = self.levels[kind]
        return level if level is not None and level.is_at_least(self.least) else None


def levels_of(texts: Iterable[str]) -> Mapping[Kind, Level | None]:
    """The usual levels with those that are named: "fill=info", "halt=alarm", "order=off".

    Raises InvalidValue for what is no kind, no level, or named twice.
    """
    named: dict[Kind, Level | None] = {}
    for text in texts:
        name, _, word = (part.strip().casefold() for part in text.partition("="))
        if name not in set(Kind):
            raise InvalidValue(f"there is no kind {name!r}: there are {', '.join(Kind)}")
        if word != OFF and word not in set(Level):
            raise InvalidValue(f"{name} may be {OFF}, {', '.join(Level)}, not {word!r}")
        if Kind(name) in named:
            raise InvalidValue(f"{name} is named twice")
        named[Kind(name)] = None if word == OFF else Level(word)
    return MappingProxyType({**USUAL, **named})
