"""Whether a text is about the subject of a market: by the names and words of its titles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from bayse_agent.domain.news import Topic
from bayse_agent.domain.reading import tokens, words

NAME_WEIGHT, WORD_WEIGHT = 2.0, 1.0

_CAPITALS = re.compile(
    r"\b[A-Z][\w\u2019'-]*(?:[ -](?:(?:of|the|and|for|de)[ ])?[A-Z][\w\u2019'-]*)+"
)
_ACRONYM_WORDS = frozenset({"of", "the", "and", "for", "de"})
_SHORTEST_WORD = 3
_PLAIN = (
    "will who what when where which how does do did is are was were can the a an in on at by to "
    "of yes no over under up down draw tie any more less than before after between and or if it "
    "its vs v for from with january february march april may june july august september october "
    "november december monday tuesday wednesday thursday friday saturday sunday today tomorrow "
    "this next last first second week month year day end date time above below least most other "
    "has have had be been being not their his her they he she we you i as into out then there"
)
_NOT_NAMES = frozenset(_PLAIN.split())


def keywords(topic: Topic) -> Mapping[str, float]:
    """The words of a topic's titles with their weights: names and figures count double."""
    found: dict[str, float] = {}
    for title in (topic.event_title, topic.market_title):
        for raw in tokens(title):
            word = stem(raw.casefold())
            if raw.casefold() in _NOT_NAMES:
                continue
            if _is_name(raw) or len(word) >= _SHORTEST_WORD:
                weight = NAME_WEIGHT if _is_name(raw) else WORD_WEIGHT
                found[word] = max(weight, found.get(word, 0.0))
    return found


def names(text: str) -> Set[str]:
    """The names, tickers and figures of a text, in small letters and without their endings."""
    return {
        stem(raw.casefold())
        for raw in tokens(text)
        if _is_name(raw) and raw.casefold() not in _NOT_NAMES
    }


def terms(text: str) -> Set[str]:
    """The words of a text without their endings, and the initials of its long names."""
    found = {stem(word) for word in words(text)}
    for run in _CAPITALS.findall(text):
        parts = [part for part in re.split(r"[ -]", run) if part.casefold() not in _ACRONYM_WORDS]
        found.add("".join(part[0] for part in parts if part).casefold())
    return found


def shared_part(wanted: Mapping[str, float], text: str) -> float:
    """How much of the keywords a text has, by weight: 0 to 1. Names may be written as initials.

    A text that has none of the names has nothing. Without keywords every text has everything.
    """
    total = sum(wanted.values())
    if total == 0:
        return 1.0
    there = wanted.keys() & terms(text)
    has_names = any(weight == NAME_WEIGHT for weight in wanted.values())
    if has_names and not any(wanted[word] == NAME_WEIGHT for word in there):
        return 0.0
    return sum(wanted[word] for word in there) / total


def stem(word: str) -> str:
    """A word without its possessive and its plural."""
    plain = word.removesuffix("'s").removesuffix("\u2019s")
    if len(plain) > 4 and plain.endswith(("ches", "shes", "xes", "sses")):
        return plain[:-2]
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        return plain[:-1]
    return plain


def _is_name(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit()
