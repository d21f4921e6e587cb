"""Personal data leaves a case, and what is left still reads as one."""

from datetime import date

import pytest

from sayso.trials.cases.masked import Mask, Masking, is_card, is_iban

ALL = Mask(emails=True, phones=True, names=True, numbers=True)
LETTER = {
    "values": [
        {"name": "From", "text": "Otto Brandt <otto.brandt@brandt.example>"},
        {"name": "Letter", "text": "Dear team,\nplease call me at +49 30 901820 or write to otto.brandt@brandt.example. Card 4111 1111 1111 1111, "
         "IBAN DE89 3704 0044 0532 0130 00. Invoice 20261122 is wrong.\nRegards, Otto Brandt"},
    ],
    "row": 7,
}  # fmt: skip


def masked(value: object, mask: Mask = ALL, *names: str) -> object:
    masking = Masking(mask, names, today=date(2026, 11, 22))
    masking.learn(value)
    return masking.of(value)


def test_everybody_gets_one_stand_in_wherever_they_stand():
    text = str(masked(LETTER))
    for gone in ("Otto", "Brandt", "brandt.example", "901820", "4111", "3704"):
        assert gone not in text, gone
    assert text.count("person1@example.com") == 2 and "person2" not in text
    assert text.count("Alex Doe") == 2 and "+1 555 0100" in text and "[card 1]" in text and "[IBAN 1]" in text
    assert "Invoice 20261122 is wrong" in text and "'row': 7" in text, "what is nobody's stays"


def test_a_first_name_alone_is_the_same_person():
    assert masked("Regards, Otto Brandt. Otto will pay.") == "Regards, Alex Doe. Alex will pay."


def test_nothing_is_masked_that_was_not_asked_for():
    assert masked(LETTER, Mask()) == LETTER
    assert "901820" in str(masked(LETTER, Mask(names=True))) and "4111" in str(masked(LETTER, Mask(names=True)))
    assert "Otto Brandt" in str(masked(LETTER, Mask(emails=True)))


@pytest.mark.parametrize(("text", "card"), [("4111 1111 1111 1111", True), ("5500-0000-0000-0004", True), ("4111 1111 1111 1112", False), ("0000 0000 0000 0000", False)])  # fmt: skip
def test_cards_are_told_by_their_check_digit(text: str, card: bool):
    assert is_card(text) is card


@pytest.mark.parametrize(("text", "iban"), [("DE89 3704 0044 0532 0130 00", True), ("GB29NWBK60161331926819", True), ("DE89 3704 0044 0532 0130 01", False)])  # fmt: skip
def test_ibans_are_told_by_theirs(text: str, iban: bool):
    assert is_iban(text) is iban
