import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.builder.planner.trained.words import WINDOW_PIECES_MAX, Words, windows
from sayso.gateway.builtin.embedding import language_model

LONG = "\n".join(f"Each of the {n} repairs has a bicycle, a customer and a price. When it is done, text them." for n in range(80))


def read(text: str) -> Words:
    return Words.of(text, language_model().wordpiece.tokens(text))


def test_words_lie_where_the_text_has_them():
    text = "Café, customer's\n- unbelievability"
    words = read(text)
    assert [text[a:b] for a, b in words.spans] == ["Café", ",", "customer", "'", "s", "-", "unbelievability"]
    assert [i for i, first in enumerate(words.starts) if first] == [0, 5]
    assert words.within(6, 14) == range(2, 3) and words.within(7, 12) == range(2, 3) and words.within(0, 6) == range(2)
    assert not words.within(16, 16)


@pytest.mark.parametrize("text", [LONG, LONG.replace(".", ""), "word " * 2_000, "x" * 9_000, "Name, phone. " * 700, "", "  \n"])
def test_windows_give_every_word_once_and_fit(text: str):
    words = read(text)
    cut = windows(words)
    assert [i for w in cut for i in range(w.own, w.stop)] == list(range(len(words)))
    for w in cut:
        assert w.first <= w.own < w.stop
        assert words.pieces[w.stop] - words.pieces[w.first] + 2 <= WINDOW_PIECES_MAX


def test_windows_end_where_lines_do():
    words = read(LONG)
    assert all(words.starts[w.own] for w in windows(words))
    assert all(later.first < later.own for _, later in itertools.pairwise(windows(words)))


@given(st.text(max_size=300))
def test_any_text_has_words_in_order(text: str):
    words = read(text)
    assert all(0 <= a < b <= len(text) for a, b in words.spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(words.spans))
    assert len(words.pieces) == len(words) + 1 and words.pieces == sorted(words.pieces)
