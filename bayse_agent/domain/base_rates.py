"""How often markets like this one came true in our own settled history.

A market's likes are found by its template (the title without its numbers, names and dates), its
series and its category. Each level is drawn towards the one above it with the strength of a few
markets (a Beta distribution), and the topmost towards one half.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bayse_agent.domain.experience import SettledMarket

STRENGTH = 10.0
"""Markets that a level must have seen to count as much as the level above it."""
_OPENERS = (
    "will who what when where which is are was were do does did can could has have had how the a "
    "an to in on at by of for from with and or not if than yes no up down over under"
)
_CALENDAR = (
    "january february march april may june july august september october november december jan "
    "feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday "
    "saturday sunday mon tue wed thu fri sat sun today tomorrow tonight"
)
_PLAIN, _DATES = frozenset(_OPENERS.split()), frozenset(_CALENDAR.split())
_WORD = re.compile(r"[^\W\d_][\w'-]*|\d[\w.,:%/-]*")
_NAME, _NUMBER = "*", "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What a market is like, from the narrowest class to the widest."""

    template: str
    series: str
    category: str

    @property
    def levels(self) -> tuple[tuple[str, str], ...]:
        """Keys of the classes that it is in, widest first; a market without a series skips it."""
        every = (
            ("all", ""),
            ("category", self.category),
            ("series", self.series),
            ("template", f"{self.category}\x1f{self.series}\x1f{self.template}"),
        )
        return tuple(level for level in every if level[0] in ("all", "template") or level[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Markets that ended, and how many of them with outcome1, by class."""

    counts: Mapping[tuple[str, str], tuple[int, int]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRate:
    """How often the likes of a market came true. `alike` counts those of its series or template.

    `standard_error` is of the rate; how far one market is from its likes is not in it.
    """

    probability: float
    standard_error: float
    alike: int


def template(title: str) -> str:
    """A title without what changes from one market to the next.

    "Will Arsenal beat Chelsea on 12 May 2026?" is "will * beat * on #".
    """
    folded: list[str] = []
    for word in _WORD.findall(title):
        sign = _sign(word)
        if sign not in (_NAME, _NUMBER) or folded[-1:] != [sign]:
            folded.append(sign)
    return " ".join(folded)


def likeness(title: str, label1: str, series: str | None, category: str | None) -> Likeness:
    """What a market is like; outcome1's label belongs to it, as it says what is asked."""
    return Likeness(
        template=f"{template(title)} = {template(label1)}",
        series=(series or "").strip().lower(),
        category=(category or "").strip().lower(),
    )


def counted(tally: Tally, settled: Iterable[SettledMarket]) -> Tally:
    """The tally with more markets in it."""
    counts = dict(tally.counts)
    for market in settled:
        like = likeness(market.title, market.label1, market.series, market.category)
        for level in like.levels:
            wins, ended = counts.get(level, (0, 0))
            counts[level] = (wins + market.outcome, ended + 1)
    return Tally(counts=MappingProxyType(counts))


def base_rate(tally: Tally, like: Likeness) -> BaseRate:
    """The rate of the narrowest class, drawn towards the wider ones.

    Eight of ten in one class, and in all there is: 0.5 from above counts as ten markets, so that
    the widest is (8 + 5) / 20 = 0.65, and the narrowest (8 + 6.5) / 20 = 0.725.
    """
    rate, variance, alike = 0.5, 0.25 / (STRENGTH + 1), 0
    for level in like.levels:
        wins, ended = tally.counts.get(level, (0, 0))
        share = STRENGTH / (ended + STRENGTH)
        rate = (wins + STRENGTH * rate) / (ended + STRENGTH)
        variance = share**2 * variance + (1 - share) ** 2 * rate * (1 - rate) / (ended + 1)
        if level[0] in ("series", "template"):
            alike = max(alike, ended)
    return BaseRate(probability=rate, standard_error=variance**0.5, alike=alike)


def _sign(word: str) -> str:
    """A word as it is in a template: itself, or what it stands for."""
    plain = word.lower()
    if word[0].isdigit() or plain in _DATES:
        return _NUMBER
    if plain in _PLAIN:
        return plain
    return plain if word == plain else _NAME
