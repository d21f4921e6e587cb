import json
from pathlib import Path

import pytest

from sayso.gateway.builtin.embedding import language_model
from sayso.gateway.builtin.wordpiece import WordPiece, _split, words_of

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def wordpiece() -> WordPiece:
    return language_model().wordpiece


@pytest.mark.parametrize("one", REFERENCE, ids=lambda one: ascii(one["text"][:20]))
def test_pieces_words_and_places_are_those_of_the_reference(wordpiece: WordPiece, one: dict[str, list[object]]):
    tokens = wordpiece.tokens(str(one["text"]))
    assert tokens.ids == one["ids"]
    assert [list(span) for span in tokens.spans[1:-1]] == one["spans"][1:-1]
    assert tokens.words == one["words"]
    assert wordpiece.count(str(one["text"])) == len(tokens)


def test_control_tokens_cannot_be_written(wordpiece: WordPiece):
    tokens = wordpiece.tokens("a [SEP] b [CLS]")
    assert {wordpiece.first, wordpiece.last}.isdisjoint(tokens.ids[1:-1])


def test_the_quick_way_for_plain_text_and_the_way_for_all_text_agree():
    for one in REFERENCE:
        plain = "".join(c for c in one["text"] if c in "\t\n\r" or " " <= c <= "~")
        assert list(words_of(plain)) == list(_split(plain))


def test_a_span_is_the_very_words(wordpiece: WordPiece):
    text = "Café Münchën 你好 Überraschung"
    tokens = wordpiece.tokens(text)
    words = [text[tokens.spans[i][0] : tokens.spans[j][1]] for i, j in _words(tokens.words)]
    assert words == ["Café", "Münchën", "你", "好", "Überraschung"]


def test_a_long_text_is_cut_or_read_in_windows_that_lose_nothing(wordpiece: WordPiece):
    tokens = wordpiece.tokens("one two three four five six seven")
    assert len(tokens.cut(5)) == 5 and tokens.cut(5).ids[-1] == wordpiece.last
    windows = tokens.windows(5)
    assert [len(w) for w in windows] == [5, 5, 3]
    assert [i for w in windows for i in w.ids[1:-1]] == tokens.ids[1:-1]


def _words(words: list[int]) -> list[tuple[int, int]]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for place, word in enumerate(words):
        if word >= 0:
            first.setdefault(word, place)
            last[word] = place
    return [(first[word], last[word]) for word in first]
