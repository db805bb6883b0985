"""Text in the pieces that the model reads."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.library.wordpiece import WordPiece, bert_pieces

VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


@pytest.fixture(scope="module")
def tokenizer() -> WordPiece:
    return WordPiece(bert_pieces())


def test_bert_pieces_when_read_then_they_are_the_ones_that_are_meant() -> None:
    file = resources.files("bayse_agent.adapters.library") / "data" / "vocab.txt"
    assert sha256(file.read_bytes()).hexdigest() == VOCABULARY_SHA256
    assert len(bert_pieces()) == 30_522


# What the reference tokenizer of the model gives for the same texts.
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (
            "Enyimba beat Remo Stars 2-1!",
            [101, 4372, 10139, 11201, 3786, 2128, 5302, 3340, 1016, 1011, 1015, 999, 102],
        ),
        (
            "ọ̀rọ̀ Yorùbá costs ₦1,500.50",
            [101, 20298, 10930, 6820, 3676, 5366, 100, 1010, 3156, 1012, 2753, 102],
        ),
        ("The CBN's naira-rate", [101, 1996, 21824, 1005, 1055, 22525, 2050, 1011, 3446, 102]),
        ("中文 in Lagos\u200b\tnow", [101, 1746, 1861, 1999, 16738, 2085, 102]),
        ("", [101, 102]),
        ("😀 xyzzyqq", [101, 100, 1060, 2100, 28753, 4160, 4160, 102]),
    ],
)
def test_numbers_when_compared_with_the_reference_then_they_are_the_same(
    tokenizer: WordPiece, text: str, numbers: list[int]
) -> None:
    assert tokenizer.numbers(text, most=512) == numbers


def test_numbers_when_a_text_is_long_then_it_is_cut_between_its_ends(tokenizer: WordPiece) -> None:
    numbers = tokenizer.numbers("rain " * 1_000, most=16)
    assert len(numbers) == 16
    assert (numbers[0], numbers[-1]) == (101, 102)


def test_numbers_when_a_word_is_endless_then_it_is_unknown(tokenizer: WordPiece) -> None:
    assert tokenizer.numbers("a" * 101, most=512) == [101, 100, 102]


@given(text=st.text(max_size=80))
def test_numbers_when_anything_comes_then_every_one_is_a_piece(
    tokenizer: WordPiece, text: str
) -> None:
    assert all(0 <= number < 30_522 for number in tokenizer.numbers(text, most=512))
