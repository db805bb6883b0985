"""What is left of a text from outside before anybody reads it, and the passages it is cut into."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from itertools import takewhile
from types import MappingProxyType

LONGEST_TEXT = 20_000
LONGEST_TITLE = 300
PASSAGE_WORDS = 400
OVERLAP_WORDS = 80

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_RUN = re.compile(r"\w+")
_SPACE = re.compile(r"[^\S\n]+")
_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MOST_MARKS = 3
_LOOKALIKES = MappingProxyType(
    str.maketrans(
        "АВЕЅІЈКМНОРСТХУԌԚԜаеѕіјорсхуԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυ",
        "ABESIJKMHOPCTXYGQWaesijopcxydqwhABEZHIKMNOPTYXavopu",
    )
)
"""Cyrillic and Greek letters that look like Latin ones."""


def clean(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """A text as it looks: composed, without characters that nobody sees, at most so long.

    Zero-width, direction and tag characters go; lines are kept, runs of blanks are not. Letters of
    other alphabets that look like Latin ones become these, but only inside words that mix both.
    """
    # Far longer texts are cut first: nothing below needs to see what cannot stay.
    shown = _shown(unicodedata.normalize("NFKC", text[: 4 * longest]))
    folded = _RUN.sub(_fold, unicodedata.normalize("NFKC", shown))
    lines = (_SPACE.sub(" ", line).strip() for line in folded.splitlines())
    return "\n".join(line for line in lines if line)[:longest].rstrip()


def clean_line(text: str, *, longest: int = LONGEST_TITLE) -> str:
    """The same for a title: one line."""
    return " ".join(clean(text, longest=longest).split())


def tokens(text: str) -> list[str]:
    """The words of a text as they are written, in order."""
    return _WORD.findall(text)


def words(text: str) -> list[str]:
    """The words of a text in small letters, in order."""
    return [word.casefold() for word in tokens(text)]


def passages(
    text: str, *, size: int = PASSAGE_WORDS, overlap: int = OVERLAP_WORDS
) -> tuple[str, ...]:
    """A text in parts of `size` words, each beginning `overlap` words before the last one ends."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    step = size - overlap
    starts = takewhile(
        lambda first: first == 0 or first + overlap < len(spans), range(0, len(spans), step)
    )
    return tuple(
        text[spans[first][0] : spans[min(first + size, len(spans)) - 1][1]] for first in starts
    )


def content_id(*parts: str) -> str:
    """An id made of what is told: the same parts always give the same one."""
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _shown(text: str) -> str:
    """Without what is not seen: controls, formats, private and unassigned characters, selectors."""
    kept: list[str] = []
    marks = 0
    for character in text:
        if character == "\t":
            kept.append(" ")
            continue
        if character != "\n" and _is_unseen(character):
            # A line may end in several ways.
            kept.append("\n" if character in "\r\x0b\x0c\x85" else "")
            continue
        marks = marks + 1 if unicodedata.category(character) == "Mn" else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _is_unseen(character: str) -> bool:
    return (
        unicodedata.category(character) in _UNSEEN_KINDS
        or character in _UNSEEN
        or "\ufe00" <= character <= "\ufe0f"
        or "\u180b" <= character <= "\u180f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _fold(match: re.Match[str]) -> str:
    """A word that mixes Latin letters with others that only look so; any other stays."""
    word = match.group()
    others = [letter for letter in word if not letter.isascii() and letter.isalpha()]
    if not others or not any(letter.isascii() and letter.isalpha() for letter in word):
        return word
    return word.translate(_LOOKALIKES)
