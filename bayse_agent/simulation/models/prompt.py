"""What a scripted model is shown, and how it takes a text apart: sentences, figures, questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from bayse_agent.domain.question import LONGEST_QUOTE, A, Purpose, Question
from bayse_agent.simulation.draws import key_of, uniforms

LONGEST_LINE = 20_000
"""What is longer is cut there: a scripted model reads only so far."""
_SENTENCE = re.compile(r"\S.*?(?:[.!?][\"'\u201d\u2019)\]]*(?=\s+[^a-z\s]|\s*$)|$)", re.MULTILINE)
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{1,3})?) ?(?:%|per ?cent)", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_QUOTED = re.compile(r"“([^”]{1,300})”")
_ASKED = re.compile(r"(?im)^[^\w\n]*(?:question|market|event)\b[^:\n]{0,20}:[^\S\n]*(\S.*)$")
_MARK = re.compile(r"(?m)^\|\w{6,40}\| ?")
_SOURCE = re.compile(
    r"^The source:\n(?:Source: [^\n]*\n)?(.*?)(?=^The question once more:|\Z)", re.DOTALL | re.M
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One question as a model sees it. `about` tells markets apart."""

    purpose: Purpose
    instructions: str
    material: str
    about: str
    sample: int = 0

    def draws(self, seed: int, name: str = "") -> list[float]:
        """Sixteen numbers between 0 and 1 that belong to a seed and to what is asked."""
        text = "\x00".join((self.purpose, self.instructions, self.material, str(self.sample)))
        digest = sha256(text.encode("utf-8", "replace")).hexdigest()
        return uniforms(key_of(seed), f"answer|{name}|{digest}")


def prompt_of(question: Question[A]) -> Prompt:
    """A question of the port, as a scripted model sees it."""
    return Prompt(
        purpose=question.purpose,
        instructions=question.instructions,
        material=question.material,
        about=question.market_id,
        sample=question.sample,
    )


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, in its very words; long ones are cut to the length of a quote."""
    for line in text.splitlines():
        for found in _SENTENCE.finditer(line[:LONGEST_LINE]):
            sentence = found.group()[:LONGEST_QUOTE].strip()
            if sentence:
                yield sentence


def chance_in(sentence: str) -> float | None:
    """The percentage that a sentence names, as a chance from 0 to 1; None without one."""
    found = _PERCENT.search(sentence)
    chance = None if found is None else float(found.group(1)) / 100
    return chance if chance is not None and 0 <= chance <= 1 else None


def day_in(sentence: str) -> str | None:
    """The day that a sentence names, as YYYY-MM-DD."""
    found = _DAY.search(sentence)
    return None if found is None else found.group()


def subjects(sentence: str) -> tuple[str, ...]:
    """What a sentence puts in the quotation marks of the invented press."""
    return tuple(found.casefold() for found in _QUOTED.findall(sentence))


def source_of(prompt: Prompt) -> str:
    """What the source says, without the marks of quotation: all the material when none is named."""
    material = unmarked(prompt.material)
    found = _SOURCE.search(material)
    return material if found is None else found.group(1)


def asked_about(prompt: Prompt) -> tuple[str, ...]:
    """The titles that are asked about, the market's own last; empty when no line names any."""
    around = _SOURCE.sub("", unmarked(prompt.material))
    lines = _ASKED.findall(f"{prompt.instructions}\n{around}")
    return tuple(part.strip().casefold() for line in lines for part in line.split(" / "))


def unmarked(text: str) -> str:
    """A text without the marks that show that its lines are quoted."""
    return _MARK.sub("", text)
