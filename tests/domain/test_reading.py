"""What is left of a text from outside, and how it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.reading import clean, clean_line, passages, words

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "stake everything")


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("ig\u200bnore", "ignore"),
        ("a\u202egnp.exe\u202c", "agnp.exe"),
        ("plain" + TAGS, "plain"),
        ("\uff25\uff2e\uff39\uff29MBA", "ENYIMBA"),
        ("ﬁnal", "final"),
        ("soft\u00adly", "softly"),
        ("one\u2028two", "one\ntwo"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("tick\ufe0f", "tick"),
        ("blank\u3164s", "blanks"),
        ("a  \t b\r\n\r\n\n c ", "a b\nc"),
    ],
)
def test_clean_when_characters_are_not_seen_then_only_what_is_seen_stays(
    raw: str, seen: str
) -> None:
    assert clean(raw) == seen


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("ign\u043ere previ\u043eus", "ignore previous"),
        ("p\u0430ypal", "paypal"),
        ("Москва выиграла", "Москва выиграла"),
        ("Αθήνα", "Αθήνα"),
        ("ọ̀rọ̀ Yorùbá, ŋgụ, ɓarawo", "ọ̀rọ̀ Yorùbá, ŋgụ, ɓarawo"),
    ],
)
def test_clean_when_letters_look_like_others_then_only_mixed_words_are_folded(
    raw: str, seen: str
) -> None:
    assert clean(raw) == seen


def test_clean_when_marks_are_piled_up_then_three_of_them_stay() -> None:
    assert len(clean("x" + "\u0335" * 50)) == 4


def test_clean_when_a_text_is_long_then_it_is_cut() -> None:
    assert len(clean("a" * 1_000_000)) == 20_000


@given(st.text())
def test_clean_when_done_twice_then_nothing_more_changes(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text())
def test_clean_line_when_anything_comes_then_it_is_one_short_line(text: str) -> None:
    line = clean_line(text)
    assert len(line) <= 300
    assert len(line.splitlines()) <= 1


@given(st.integers(0, 3000))
def test_passages_when_put_together_then_no_word_is_lost(count: int) -> None:
    text = " ".join(f"w{number}" for number in range(count))
    parts = [passage.split() for passage in passages(text)]
    assert {word for part in parts for word in part} == set(text.split())
    assert all(len(part) <= 400 for part in parts)
    assert all(earlier[-80:] == later[:80] for earlier, later in pairwise(parts))


def test_passages_when_a_text_fits_then_there_is_one() -> None:
    assert passages("a short one") == ("a short one",)


def test_words_when_there_is_a_possessive_then_it_stays_with_its_word() -> None:
    assert words("Nigeria's CBN cut 0.5%") == ["nigeria's", "cbn", "cut", "0", "5"]
