"""What a language model is asked, and what it may answer: numbers, reasons and quotes, no more.

A model never names a stake, a side, an id or an address, because no answer has a place for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Generic, TypeVar

from bayse_agent.domain.market import MarketId

LEAST_CHANCE, GREATEST_CHANCE = 0.01, 0.99
MOST_CLAIMS = 8
LONGEST_CLAIM = 200
LONGEST_QUOTE = 400
LONGEST_REASON = 2_000
STRONGEST_STANCE = 2


class Purpose(StrEnum):
    """What an answer is wanted for."""

    BASE = "base"
    READING = "reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseAnswer:
    """What a model believes from the question and its rules alone.

    The chances are those of outcome1 and of its opposite; they should sum to one, and how far
    they do not tells how little the answer is worth.
    """

    base_rate: str
    case_no: str
    case_yes: str
    probability_yes: float
    probability_no: float

    def __post_init__(self) -> None:
        for chance in (self.probability_yes, self.probability_no):
            if not (isfinite(chance) and LEAST_CHANCE <= chance <= GREATEST_CHANCE):
                raise ValueError(f"a probability must be from 0.01 to 0.99, not {chance!r}")
        for text in (self.base_rate, self.case_no, self.case_yes):
            if len(text) > LONGEST_REASON:
                raise ValueError(f"a reason must have at most {LONGEST_REASON} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that a source says, with its own words for it.

    `stance`: from -2, which speaks strongly against outcome1, to +2, strongly for it.
    `date`: the day that it speaks of, as YYYY-MM-DD; None when it names none.
    """

    claim: str
    quote: str
    stance: int
    date: str | None = None

    def __post_init__(self) -> None:
        if not -STRONGEST_STANCE <= self.stance <= STRONGEST_STANCE:
            raise ValueError(f"a stance must be from -2 to 2, not {self.stance!r}")
        if not 0 < len(self.claim) <= LONGEST_CLAIM:
            raise ValueError(f"a claim must have 1 to {LONGEST_CLAIM} characters")
        if not 0 < len(self.quote) <= LONGEST_QUOTE:
            raise ValueError(f"a quote must have 1 to {LONGEST_QUOTE} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a model found in one source. No claims is a proper answer."""

    claims: tuple[Claim, ...]

    def __post_init__(self) -> None:
        if len(self.claims) > MOST_CLAIMS:
            raise ValueError(f"at most {MOST_CLAIMS} claims, not {len(self.claims)}")


A = TypeVar("A", BaseAnswer, Reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[A]):
    """One question to a language model.

    `instructions` are ours; `material` is data, quoted as such. `sample` tells apart questions
    that are put more than once on purpose. The same question is never paid for twice.
    """

    purpose: Purpose
    market_id: MarketId
    instructions: str
    material: str
    answer: type[A]
    sample: int = 0
    most_answer_tokens: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[A]):
    """A model's answer that passed every check.

    `prompt_id` and `answer_id` are hashes of what was asked and answered, under which both are
    kept. `cost` is in US dollars, 0 for one that was kept from before (`was_kept`).
    """

    value: A
    model: str
    prompt_id: str
    answer_id: str
    cost: Decimal
    tokens_in: int
    tokens_out: int
    was_kept: bool = False


class Silence(StrEnum):
    """Why there is no answer."""

    BUDGET = "budget"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    MALFORMED = "malformed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """A question that nobody answered, and why."""

    why: Silence
    detail: str
