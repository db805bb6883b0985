"""Cuts text into the word pieces that BERT-like models read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from importlib import resources

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD = 100
_IDEOGRAPH = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f])")


class WordPiece:
    """Words in small letters without accents, each in the longest pieces that are known."""

    def __init__(self, pieces: Sequence[str]) -> None:
        """`pieces` in the order of their numbers; those inside a word begin with ##."""
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._unknown = self._numbers[UNKNOWN]

    def numbers(self, text: str, *, most: int) -> list[int]:
        """The numbers of a text's pieces between the marks of its ends, `most` in all."""
        found: list[int] = []
        for word in _words(text):
            if len(found) >= most - 2:
                break
            found += self._of_word(word)
        return [self._numbers[FIRST], *found[: most - 2], self._numbers[LAST]]

    def _of_word(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(mark + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return found


def bert_pieces() -> list[str]:
    """The pieces of BERT's uncased models, in the order of their numbers."""
    file = resources.files("bayse_agent.adapters.library") / "data" / "vocab.txt"
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _words(text: str) -> list[str]:
    plain = "".join(_plain(character) for character in text)
    bare = unicodedata.normalize("NFD", _IDEOGRAPH.sub(r" \1 ", plain).lower())
    marked = "".join(_apart(letter) for letter in bare if unicodedata.category(letter) != "Mn")
    return marked.split()


def _plain(character: str) -> str:
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    is_out = character in "\x00\ufffd" or unicodedata.category(character).startswith("C")
    return "" if is_out else character


def _apart(letter: str) -> str:
    """A letter as it is; a sign stands alone, and so do all of ASCII's that are no letters."""
    is_sign = unicodedata.category(letter).startswith("P") or (
        letter.isascii() and not letter.isalnum() and not letter.isspace()
    )
    return f" {letter} " if is_sign else letter
