"""Scripted models as `LanguageModel`s in process, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType

from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError
from bayse_agent.domain.question import A, Answer, NoAnswer, Question
from bayse_agent.ports.mind import AnswerArchive, KeptAnswer
from bayse_agent.ports.world import Clock
from bayse_agent.simulation.models.malformed import Malformed
from bayse_agent.simulation.models.minds import Hostile, Mind, Noisy, Obedient, Refusing, Sensible
from bayse_agent.simulation.models.prompt import prompt_of

SLOW_S = 20.0
DEAR_USD = Decimal("0.25")
_CHARACTERS_PER_TOKEN = 4


class ScriptedModel:
    """A character that answers questions. `delay_s` is world time; `price` is asked for each."""

    def __init__(
        self,
        mind: Mind,
        *,
        clock: Clock,
        archive: AnswerArchive | None = None,
        delay_s: float = 0.0,
        price: Decimal = Decimal(0),
        name: str | None = None,
    ) -> None:
        self.name = f"scripted:{name or mind.name}"
        self._mind = mind
        self._clock = clock
        self._archive = archive
        self._delay = timedelta(seconds=delay_s)
        self._price = price

    async def ask(self, question: Question[A]) -> Answer[A] | NoAnswer:
        if self._delay:
            await self._clock.sleep_until(self._clock.now() + self._delay)
        made = self._mind.answer(prompt_of(question))
        if isinstance(made, NoAnswer):
            return made
        if not isinstance(made, question.answer):
            raise BrokenInvariant(f"{question.purpose} is not answered by a {type(made).__name__}")
        prompt, answer = self._prompt(question), json.dumps(asdict(made), sort_keys=True)
        kept = KeptAnswer(
            prompt_id=_hash(prompt),
            answer_id=_hash(answer),
            model=self.name,
            prompt=prompt,
            answer=answer,
            at=self._clock.now(),
        )
        if self._archive is not None:
            await self._archive.keep(kept)
        return Answer(
            value=made,
            model=self.name,
            prompt_id=kept.prompt_id,
            answer_id=kept.answer_id,
            cost=self._price,
            tokens_in=len(prompt) // _CHARACTERS_PER_TOKEN,
            tokens_out=len(answer) // _CHARACTERS_PER_TOKEN,
        )

    def _prompt(self, question: Question[A]) -> str:
        return json.dumps(
            {
                "model": self.name,
                "purpose": question.purpose.value,
                "instructions": question.instructions,
                "material": question.material,
                "sample": question.sample,
            },
            ensure_ascii=False,
            sort_keys=True,
        )


MINDS: Mapping[str, Callable[[int], Mind]] = MappingProxyType(
    {
        "sensible": Sensible,
        "obedient": Obedient,
        "noisy": Noisy,
        "hostile": Hostile,
        "malformed": Malformed,
        "refusing": lambda _: Refusing(),
        "slow": Sensible,
        "costly": Sensible,
    }
)
"""Each character by its name. Slow and costly ones differ in time and price alone."""


def mind_named(name: str, *, seed: int = 0) -> Mind:
    """A character. Raises ConfigurationError for a name that there is not."""
    make = MINDS.get(name)
    if make is None:
        known = ", ".join(sorted(MINDS))
        raise ConfigurationError(f"there is no scripted model {name!r}: there are {known}")
    return make(seed)


def scripted_model(
    name: str, *, clock: Clock, seed: int = 0, archive: AnswerArchive | None = None
) -> ScriptedModel:
    """A scripted model by its name, always the same one for a seed.

    Raises ConfigurationError for a name that there is not.
    """
    return ScriptedModel(
        mind_named(name, seed=seed),
        clock=clock,
        archive=archive,
        delay_s=SLOW_S if name == "slow" else 0.0,
        price=DEAR_USD if name == "costly" else Decimal(0),
        name=name,
    )


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()
