"""When a changed limit takes effect, and on what: told for each limit, as the trader reads it.

A change is taken between two acts, and then every review, every sizing and every quote reads it.
Only the choice of what is worth research is made earlier, when a market is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bayse_agent.domain.risk.counting import FILLING, Measure


class Moment(StrEnum):
    """When something that was changed counts."""

    AT_ONCE = "at_once"
    NEXT_LOOK = "next_look"
    NEXT_START = "next_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change does, and from when on. `on` is for people."""

    at: Moment
    on: str


def effects(limit: str) -> tuple[Effect, ...]:
    """What a change of a limit does, soonest first."""
    return _OWN.get(limit) or (_at_once(_of_filling(limit)),)


def _at_once(on: str) -> Effect:
    return Effect(at=Moment.AT_ONCE, on=on)


def _of_filling(limit: str) -> str:
    filling = FILLING.get(limit)
    if filling is None or filling.measure is Measure.SECONDS:
        return _BUYS
    return f"{_BUYS}; what was done before counts as well"


_BUYS = "every later buy, signals that wait included"
_BETS = f"{_BUYS}; what a person asks for by hand is not held to it"
_OWN: Mapping[str, tuple[Effect, ...]] = MappingProxyType(
    {
        "max_stake": (
            _at_once(_BUYS),
            Effect(at=Moment.NEXT_LOOK, on="whether research into a market is worth its cost"),
        ),
        "streak_pause_s": (_at_once(f"{_BUYS}; a pause that runs now becomes as long"),),
        "repeat_window_s": (_at_once(f"{_BUYS}; buys made before count as well"),),
        "min_confidence": (_at_once(_BETS),),
        "min_edge": (_at_once(_BETS),),
        "forecast_ttl_s": (_at_once(_BETS),),
        "time_zone": (
            _at_once(
                "every limit of a day and the results of a day, counted anew from its midnight; "
                "caps on models keep AGENT_TIMEZONE of the start"
            ),
        ),
    }
)
