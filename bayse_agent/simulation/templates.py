"""What general events are about: invented fixtures, bills, songs and rain, with their questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from types import MappingProxyType

from bayse_agent.domain.market import EventType


class Topic(StrEnum):
    """A venue category of general events."""

    SPORTS = "SPORTS"
    POLITICS = "POLITICS"
    ENTERTAINMENT = "ENTERTAINMENT"
    WEATHER = "WEATHER"
    ECONOMY = "ECONOMY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One market of a template: it wins when the hidden truth ends between `low` and `high`."""

    title: str
    low: float
    high: float = inf
    label1: str = "Yes"
    label2: str = "No"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A kind of event. Words in braces are drawn from WORDS; `slug` is the beginning of one."""

    topic: Topic
    type: EventType
    slug: str
    title: str
    lines: tuple[Line, ...]
    rules: str


WORDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "home": ("Enyimba", "Kano Pillars", "Remo Stars", "Rivers United", "Shooting Stars"),
        "away": ("Hearts of Oak", "Gor Mahia", "Simba", "Young Africans", "Bendel Insurance"),
        "athlete": ("Amara Obiora", "Kwame Tetteh", "Wanjiru Keino", "Sade Alakija"),
        "meet": ("Abuja sprint final", "Nairobi 10 km", "Accra long jump final"),
        "body": ("Lagos House of Assembly", "Senate", "Kenyan National Assembly", "Ghana House"),
        "bill": ("harbour levy bill", "student transport bill", "open data bill", "solar bill"),
        "office": ("transport minister", "energy minister", "Kano finance commissioner"),
        "artist": ("Tolu Bright", "Zee Makinde", "Kofi Sarpong", "Ada Lumen", "The Third Bridge"),
        "song": ("Ocean Drive Lagos", "Jollof Weather", "Slow Danfo", "Harmattan", "Sweet Pepper"),
        "chart": ("Top 100", "Afrobeats Chart", "West Africa Airplay"),
        "film": ("The Ferry to Badagry", "Market Day", "Two Moons over Jos"),
        "city": ("Lagos", "Abuja", "Accra", "Nairobi", "Port Harcourt", "Kumasi"),
        "good": ("a bag of rice", "a litre of petrol", "a basket of tomatoes", "a bag of cement"),
        "millimetres": ("5", "10", "15"),
    }
)

_MATCH = (
    "{home} win",
    "Draw",
    "{away} win",
)


def _yes(title: str) -> tuple[Line, ...]:
    return (Line(title=title, low=0.0),)


def _over(unit: str, lows: Sequence[tuple[str, float]]) -> tuple[Line, ...]:
    return tuple(
        Line(title=f"Over {amount} {unit}", low=low, label1="Over", label2="Under")
        for amount, low in lows
    )


TEMPLATES: tuple[Template, ...] = (
    Template(
        topic=Topic.SPORTS,
        type=EventType.COMBINED,
        slug="match-result",
        title="{home} vs {away}: who wins?",
        lines=(
            Line(title=_MATCH[0], low=0.4),
            Line(title=_MATCH[1], low=-0.4, high=0.4),
            Line(title=_MATCH[2], low=-inf, high=-0.4),
        ),
        rules="Resolves on the result after regular time. Exactly one of the three wins.",
    ),
    Template(
        topic=Topic.SPORTS,
        type=EventType.GROUPED,
        slug="total-goals",
        title="{home} vs {away}: total goals",
        lines=_over("goals", (("1.5", -0.7), ("2.5", 0.0), ("3.5", 0.7))),
        rules="Each line resolves on its own, on the goals of both sides in regular time.",
    ),
    Template(
        topic=Topic.SPORTS,
        type=EventType.SINGLE,
        slug="athletics",
        title="Will {athlete} win the {meet}?",
        lines=_yes("{athlete} wins"),
        rules='Resolves "Yes" if the official result lists the athlete first.',
    ),
    Template(
        topic=Topic.POLITICS,
        type=EventType.SINGLE,
        slug="bill",
        title="Will the {body} pass the {bill} in this sitting?",
        lines=_yes("{bill} passes"),
        rules='Resolves "Yes" if the vote is carried before trading closes.',
    ),
    Template(
        topic=Topic.POLITICS,
        type=EventType.SINGLE,
        slug="statement",
        title="Will the {office} announce a resignation?",
        lines=_yes("The {office} resigns"),
        rules='Resolves "Yes" on an announcement by the office itself.',
    ),
    Template(
        topic=Topic.ENTERTAINMENT,
        type=EventType.SINGLE,
        slug="chart",
        title="Will {song} by {artist} top the {chart}?",
        lines=_yes("{song} at number one"),
        rules='Resolves "Yes" if the next published chart has the song first.',
    ),
    Template(
        topic=Topic.ENTERTAINMENT,
        type=EventType.COMBINED,
        slug="award",
        title="Who wins song of the night: {artist}?",
        lines=(
            Line(title="{artist} wins", low=0.35),
            Line(title="The newcomer wins", low=-0.45, high=0.35),
            Line(title="Anyone else wins", low=-inf, high=-0.45),
        ),
        rules="Resolves on the name that is read out. Exactly one of the three wins.",
    ),
    Template(
        topic=Topic.ENTERTAINMENT,
        type=EventType.SINGLE,
        slug="box-office",
        title="Will {film} lead the box office in {city} today?",
        lines=_yes("{film} leads"),
        rules='Resolves "Yes" on the evening count of the cinemas.',
    ),
    Template(
        topic=Topic.WEATHER,
        type=EventType.SINGLE,
        slug="rain",
        title="Will {city} get more than {millimetres} mm of rain?",
        lines=_yes("More than {millimetres} mm"),
        rules='Resolves "Yes" on the gauge at the airport, read when trading closes.',
    ),
    Template(
        topic=Topic.WEATHER,
        type=EventType.GROUPED,
        slug="heat",
        title="How hot does {city} get?",
        lines=_over("°C", (("31", -0.6), ("33", 0.1), ("35", 0.8))),
        rules="Each line resolves on its own, on the highest reading at the airport.",
    ),
    Template(
        topic=Topic.ECONOMY,
        type=EventType.SINGLE,
        slug="price",
        title="Will {good} cost more in {city} at the close than at the open?",
        lines=_yes("{good} costs more"),
        rules='Resolves "Yes" on the survey of five markets that ends at the close.',
    ),
    Template(
        topic=Topic.ECONOMY,
        type=EventType.GROUPED,
        slug="queue",
        title="How long do drivers queue for fuel in {city}?",
        lines=_over("minutes", (("20", -0.5), ("40", 0.2), ("60", 0.9))),
        rules="Each line resolves on its own, on the median of the evening survey.",
    ),
)
