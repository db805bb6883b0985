"""General events: what happens in the invented world besides prices, and how it really ends.

Behind each event a hidden truth wanders like a Brownian path from its opening to a little past
its close. A market wins when the path ends within its line, so its chance on the way,
Phi((high - x) / s) - Phi((low - x) / s) with s the root of the time left, is a martingale, three
exclusive markets always sum to one, and the lines of a group always stand in order. The path's
own clock is slow at first: most becomes known towards the end, so a young event is never decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import isinf, sqrt
from statistics import NormalDist
from types import MappingProxyType

import numpy as np

from bayse_agent.domain.market import Engine, EventType
from bayse_agent.domain.money import Currency, from_statistics
from bayse_agent.simulation.draws import key_of, resolution_delay_ms, uniforms
from bayse_agent.simulation.exchange.listing import EventSpec, MarketSpec
from bayse_agent.simulation.generator import generator
from bayse_agent.simulation.templates import TEMPLATES, WORDS, Line, Template

SLOT_MS = 10 * 60_000
"""A new event opens about this often; the engines take turns."""
LONGEST_MS = 2 * 86_400_000

_JITTER_MS = 150_000
_STEP_MS = 5_000
_SHORT_TICK_MS, _LONG_TICK_MS = 30_000, 60_000
_SHORT_LIFE_MS = 2 * 3_600_000
_UNKNOWN_AT_CLOSE = 0.15  # the share of the truth that is only known after the close
_VOID_SHARE = 0.02
_MINUTE_MS = 60_000
_FEES = {Engine.CLOB: (Decimal(2), Decimal(5)), Engine.AMM: (Decimal(2), Decimal(3))}
_MINIMUM = MappingProxyType({Currency.NGN: Decimal(100), Currency.USD: Decimal(1)})
_HIGH_MINIMUM = MappingProxyType({Currency.NGN: Decimal(1000), Currency.USD: Decimal(2)})
_HIGH_EVERY, _HIGH_MARKET = 3, 2  # some third markets ask for more
_NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class Story:
    """One general event with its truth. The truth is drawn when first asked for."""

    seed: int
    slot: int
    spec: EventSpec
    lines: tuple[Line, ...]
    begins: float
    is_void: bool
    settles_ms: int

    @property
    def tick_ms(self) -> int:
        """How often its crowd thinks again."""
        life = self.spec.closes_ms - self.spec.opens_ms
        return _SHORT_TICK_MS if life <= _SHORT_LIFE_MS else _LONG_TICK_MS

    @cached_property
    def _truth(self) -> list[float]:
        """The path at each tick from open to close, and where it ends after that."""
        steps = self._step_at(self.spec.closes_ms)
        random = generator(self.seed, "truth", self.spec.slug)
        shocks = random.standard_normal(steps + 1)
        known = np.array([_known(step / steps) for step in range(steps + 1)])
        shocks[:-1] *= np.sqrt(np.diff(known))
        shocks[-1] *= sqrt(_UNKNOWN_AT_CLOSE)
        path: list[float] = (self.begins + shocks.cumsum()).tolist()
        return [self.begins, *path]

    def _step_at(self, at_ms: int) -> int:
        """Ticks since the opening, on the grid of the crowd's ticks."""
        return at_ms // self.tick_ms - self.spec.opens_ms // self.tick_ms

    def chance(self, index: int, at_ms: int) -> float:
        """The chance that a market's outcome1 wins, for one who knows the truth so far."""
        truth = self._truth
        steps = len(truth) - 2
        step = min(max(self._step_at(at_ms), 0), steps)
        return _between(
            self.lines[index], truth[step], 1 + _UNKNOWN_AT_CLOSE - _known(step / steps)
        )

    def winner(self, index: int) -> int:
        """0 when a market's outcome1 won in the end, else 1."""
        line = self.lines[index]
        return 0 if line.low < self._truth[-1] <= line.high else 1


def _known(share: float) -> float:
    """How much of the truth is out after a share of the time."""
    return share**3


def _between(line: Line, x: float, variance: float) -> float:
    spread = sqrt(variance)
    above = 1.0 if isinf(line.high) else _NORMAL.cdf((line.high - x) / spread)
    below = 0.0 if isinf(line.low) else _NORMAL.cdf((line.low - x) / spread)
    return above - below


def slots(after_ms: int, until_ms: int) -> Iterator[int]:
    """The slots whose events may open after one moment and up to another."""
    yield from range((after_ms - _JITTER_MS) // SLOT_MS, until_ms // SLOT_MS + 1)


def story(seed: int, slot: int) -> Story:
    """The event of a slot: always the same one for a seed."""
    key = key_of(seed)
    draws = uniforms(key, f"story|{slot}")
    template = TEMPLATES[int(draws[0] * len(TEMPLATES))]
    engine = Engine.CLOB if slot % 2 == 0 else Engine.AMM
    opens_ms = slot * SLOT_MS + int(draws[1] * _JITTER_MS) // _STEP_MS * _STEP_MS
    closes_ms = opens_ms + _life_ms(draws[2], draws[3])
    begins = 1.3 * (draws[4] - 0.5)
    words = _words(key, slot)
    slug = f"{template.slug}-{slot}"
    return Story(
        seed=seed,
        slot=slot,
        begins=begins,
        is_void=draws[5] < _VOID_SHARE,
        settles_ms=closes_ms + resolution_delay_ms(key, slug),
        lines=template.lines,
        spec=EventSpec(
            slug=slug,
            title=template.title.format_map(words),
            description=f"{template.title.format_map(words)} {template.rules}",
            category=template.topic,
            type=template.type,
            engine=engine,
            created_ms=opens_ms,
            opens_ms=opens_ms,
            closes_ms=closes_ms,
            resolves_ms=closes_ms + _MINUTE_MS,
            markets=_markets(template, engine, slot, words, begins),
            resolution_source="official announcement",
        ),
    )


def _life_ms(kind: float, length: float) -> int:
    """Three quarters of an hour to eight hours, now and then a day or two; in whole minutes."""
    if kind < 0.60:
        minutes = 45 + 75 * length
    elif kind < 0.97:
        minutes = 120 + 360 * length
    else:
        minutes = 1440 + 1440 * length
    return int(minutes) * _MINUTE_MS


def _words(key: bytes, slot: int) -> Mapping[str, str]:
    draws = uniforms(key, f"words|{slot}")
    return {
        name: choices[int(draw * len(choices))]
        for draw, (name, choices) in zip(draws, WORDS.items(), strict=False)
    }


def _markets(
    template: Template, engine: Engine, slot: int, words: Mapping[str, str], begins: float
) -> tuple[MarketSpec, ...]:
    low_fee, high_fee = _FEES[engine]
    is_grouped = template.type is EventType.GROUPED
    return tuple(
        MarketSpec(
            title=_capital(line.title.format_map(words)),
            label1=line.label1,
            label2=line.label2,
            fee_percent=high_fee if slot % 3 == 0 else low_fee,
            minimum_order=_minimum(slot, number),
            rules=template.rules,
            prior=from_statistics(_between(line, begins, 1 + _UNKNOWN_AT_CLOSE), 4),
            threshold=Decimal(line.title.split()[1]) if is_grouped else None,
        )
        for number, line in enumerate(template.lines)
    )


def _minimum(slot: int, number: int) -> Mapping[Currency, Decimal]:
    is_high = slot % _HIGH_EVERY == 0 and number == _HIGH_MARKET
    return _HIGH_MINIMUM if is_high else _MINIMUM


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
