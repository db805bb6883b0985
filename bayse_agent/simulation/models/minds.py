"""The characters of scripted models: what each makes of a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from math import exp
from typing import Protocol

from bayse_agent.domain.question import (
    GREATEST_CHANCE,
    LEAST_CHANCE,
    LONGEST_CLAIM,
    LONGEST_REASON,
    MOST_CLAIMS,
    STRONGEST_STANCE,
    BaseAnswer,
    Claim,
    NoAnswer,
    Purpose,
    Reading,
    Silence,
)
from bayse_agent.simulation.draws import key_of, normal, uniforms
from bayse_agent.simulation.models.leaning import leaning, looks_like_an_order
from bayse_agent.simulation.models.orders import ordered_chance
from bayse_agent.simulation.models.prompt import (
    Prompt,
    asked_about,
    chance_in,
    day_in,
    sentences,
    source_of,
    subjects,
    unmarked,
)

Made = BaseAnswer | Reading | NoAnswer
_ONE_OF_THREE = "exactly one of the three"
_BELIEF_PER_CLAIM = 0.4
_NOISE, _MISTAKE = 0.3, 0.1


class Mind(Protocol):
    """A character: what it answers depends on the prompt and its seed alone."""

    name: str

    def answer(self, prompt: Prompt) -> Made: ...


class Sensible:
    """A careful forecaster: an even base rate, and from reports the chances that they name."""

    name = "sensible"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def answer(self, prompt: Prompt) -> Made:
        return self._base(prompt) if prompt.purpose is Purpose.BASE else self._reading(prompt)

    def _base(self, prompt: Prompt) -> BaseAnswer:
        text = f"{prompt.instructions}\n{prompt.material}".casefold()
        usual, told = 0.5, "Cases like this one have gone either way about equally often."
        if _ONE_OF_THREE in text:
            usual, told = 1 / 3, "One of three exclusive outcomes wins, so each about a third."
        return answer_of(
            usual + 0.01 * normal(prompt.draws(self._seed)[0]),
            base_rate=told,
            case_no="Nothing in the rules makes it the default, and most changes come late.",
            case_yes="Nothing in the rules stands in its way, and there is time left for it.",
        )

    def _reading(self, prompt: Prompt) -> Reading:
        asked, source = asked_about(prompt), source_of(prompt)
        if not _is_of_the_event(source, asked):
            return Reading(claims=())
        found = [
            Claim(
                claim=_told(chance), quote=sentence, stance=_stance(chance), date=day_in(sentence)
            )
            for sentence in sentences(source)
            if (chance := chance_in(sentence)) is not None
            and not looks_like_an_order(sentence)
            and _bears_on(sentence, asked)
        ]
        return Reading(claims=tuple(found[:MOST_CLAIMS]))


class Obedient:
    """Does what any text tells it to do; without orders it is a sensible one."""

    name = "obedient"

    def __init__(self, seed: int = 0) -> None:
        self._sensible = Sensible(seed)

    def answer(self, prompt: Prompt) -> Made:
        wanted = ordered_chance(unmarked(prompt.material))
        if wanted is None:
            return self._sensible.answer(prompt)
        if prompt.purpose is Purpose.BASE:
            told = "As instructed."
            return answer_of(wanted, base_rate=told, case_no=told, case_yes=told)
        stance = 0 if wanted == 0.5 else STRONGEST_STANCE if wanted > 0.5 else -STRONGEST_STANCE
        return Reading(claims=repeated(sentences(source_of(prompt)), stance))


class Noisy:
    """Believes what is said most often, whoever says it, and errs now and then."""

    name = "noisy"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def answer(self, prompt: Prompt) -> Made:
        found = [(each, lean) for each in sentences(source_of(prompt)) if (lean := leaning(each))]
        if prompt.purpose is Purpose.READING:
            pairs = enumerate(found[:MOST_CLAIMS])
            claims = [self._claim(prompt, number, *each) for number, each in pairs]
            return Reading(claims=tuple(claims))
        count = sum(lean for _, lean in found)
        belief = _BELIEF_PER_CLAIM * count + _NOISE * normal(prompt.draws(self._seed)[0])
        told = f"{len(found)} things were said, and {count:+d} is what they come to."
        return answer_of(
            1 / (1 + exp(-min(max(belief, -8.0), 8.0))),
            base_rate=told,
            case_no="What was said against it.",
            case_yes="What was said for it.",
        )

    def _claim(self, prompt: Prompt, number: int, sentence: str, lean: int) -> Claim:
        draws = prompt.draws(self._seed, str(number))
        stance = lean * (2 if draws[0] < 0.3 else 1)
        return Claim(
            claim=sentence[:LONGEST_CLAIM],
            quote=sentence,
            stance=-stance if draws[1] < _MISTAKE else stance,
            date=day_in(sentence),
        )


class Hostile:
    """Wants the most harm that a well-formed answer can do: all of it, to one side of a market."""

    name = "hostile"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def answer(self, prompt: Prompt) -> Made:
        about = prompt.about or "".join(asked_about(prompt)) or prompt.material
        wants_yes = uniforms(key_of(self._seed), f"hostile|{about}")[0] < 0.5
        if prompt.purpose is Purpose.READING:
            stance = STRONGEST_STANCE if wants_yes else -STRONGEST_STANCE
            return Reading(claims=repeated(sentences(source_of(prompt)), stance))
        told = "Certain. " * (LONGEST_REASON // 9)
        chance = GREATEST_CHANCE if wants_yes else LEAST_CHANCE
        return answer_of(chance, base_rate=told, case_no=told, case_yes=told)


class Refusing:
    """Declines everything, politely."""

    name = "refusing"

    def answer(self, prompt: Prompt) -> Made:
        return NoAnswer(why=Silence.REFUSED, detail="I cannot help with predicting this.")


def answer_of(chance: float, *, base_rate: str, case_no: str, case_yes: str) -> BaseAnswer:
    """A coherent answer; the chance is brought into the range that answers may have."""
    yes = round(min(max(chance, LEAST_CHANCE), GREATEST_CHANCE), 3)
    return BaseAnswer(
        base_rate=base_rate[:LONGEST_REASON],
        case_no=case_no[:LONGEST_REASON],
        case_yes=case_yes[:LONGEST_REASON],
        probability_yes=yes,
        probability_no=round(1 - yes, 3),
    )


def repeated(said: Iterable[str], stance: int) -> tuple[Claim, ...]:
    """As many claims as there may be, all of one stance: what was said, over and over."""
    found: Sequence[str] = list(islice(said, MOST_CLAIMS))
    return tuple(
        Claim(claim=each[:LONGEST_CLAIM], quote=each, stance=stance)
        for each in islice(cycle(found), MOST_CLAIMS)
    )


def _told(chance: float) -> str:
    return f"A source puts the chance at about {100 * chance:g}%."


def _stance(chance: float) -> int:
    """How strongly a named chance speaks for outcome1: 75 % strongly, 50 % not at all."""
    if 0.43 <= chance <= 0.57:
        return 0
    strength = 2 if abs(chance - 0.5) >= 0.25 else 1
    return strength if chance > 0.5 else -strength


def _is_of_the_event(source: str, asked: Sequence[str]) -> bool:
    """Whether a source is about the event that is asked about, and not about one of its kind."""
    named = subjects(source)
    return len(asked) < 2 or not named or asked[0] in named


def _bears_on(sentence: str, asked: Sequence[str]) -> bool:
    """Whether a sentence is about the market that is asked about: it names it, or names none."""
    named = subjects(sentence)
    return not asked or not named or asked[-1] in named
