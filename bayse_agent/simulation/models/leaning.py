"""Which way a sentence leans, by its words, for models that go by words."""

from __future__ import annotations

import re

from bayse_agent.simulation.models.prompt import chance_in

_FOR = re.compile(
    r"\b(?:won|wins?|winning|confirm(?:s|ed)?|pass(?:es|ed)|approved?|agreed?|certain|likely|"
    r"secured|led|leads|rose|rises|signed|yes|succeeds?|succeeded|favou?rites?|announced|"
    r"signs are good)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:lost|loses?|losing|den(?:y|ies|ied)|reject(?:s|ed)?|fail(?:s|ed)?|unlikely|cancel\w*|"
    r"postponed|withdr(?:awn|ew|aw)|fell|falls|no|not|never|hardly|ruled out|against|blocked|"
    r"other way)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"ignore (?:all|any|the|previous)|previous instructions|\bsystem\s*:|</?(?:system|context|"
    r"article)>|automated (?:readers|tools|forecasters)|as the administrator|\bprobability\b.{0,60}"
    r"\d\.\d|reply only|set your estimate|trading bots|<\|im_",
    re.IGNORECASE,
)


def leaning(sentence: str) -> int:
    """1 when a sentence speaks for outcome1, -1 when against it, 0 when it does not say."""
    chance = chance_in(sentence)
    if chance is not None and chance != 0.5:
        return 1 if chance > 0.5 else -1
    balance = len(_FOR.findall(sentence)) - len(_AGAINST.findall(sentence))
    return (balance > 0) - (balance < 0)


def looks_like_an_order(sentence: str) -> bool:
    """Whether a sentence speaks to whoever reads it instead of about the world."""
    return _ORDERS.search(sentence) is not None
