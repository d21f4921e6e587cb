"""Personal data out of a case: each person, address and number becomes a stand-in, the same one wherever it stands in that case."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from sayso.gateway.builtin.reader.findings import EMAIL, findings

IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{2,4}){3,8}\b")
CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
NAME_CHARACTERS_LEAST = 3
NAMES_MAX = 200

STAND_INS = ("Alex Doe", "Sam Roe", "Kim Poe", "Robin Low", "Jamie Moe", "Chris Noe", "Dana Coe", "Pat Voe")
"""Names, not marks: a model that greets `[name 1]` would be judged by the mask."""


class Mask(BaseModel):
    """What is taken out. Nothing unless it is chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    emails: bool = False
    phones: bool = False
    names: bool = False
    """Names of people, as far as they can be told by their form, and those that fields of the row hold."""
    numbers: bool = False
    """Card numbers (by their check digit) and IBANs (by theirs)."""

    @property
    def any(self) -> bool:
        return self.emails or self.phones or self.names or self.numbers


class Masking:
    """The stand-ins of one case. `names` are known to be people's, such as what a person field shows."""

    def __init__(self, mask: Mask, names: Iterable[str] = (), *, today: date) -> None:
        self._mask, self._today = mask, today
        self._given: dict[tuple[str, str], str] = {}
        self._names = sorted({n.strip() for n in names if len(n.strip()) >= NAME_CHARACTERS_LEAST}, key=len, reverse=True)[
            :NAMES_MAX
        ]
        self.masked = 0
        """How many places were changed."""

    def learn(self, value: Any) -> None:
        """Takes in the names of all texts before any is masked: one that is told by its form in a letter is also meant in the title."""
        if not self._mask.names:
            return
        found = {str(one.value).strip() for text in texts(value) for one in findings(text, "person", today=self._today)}
        known = {*self._names, *(name for name in found if len(name) >= NAME_CHARACTERS_LEAST)}
        self._names = sorted(known, key=len, reverse=True)[:NAMES_MAX]

    def of(self, value: Any) -> Any:
        """The same value, with every text in it masked. Keys and numbers stay."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.of(one) for key, one in value.items()}
            case list() | tuple():
                return [self.of(one) for one in value]
            case _:
                return value

    def text(self, text: str) -> str:
        if self._mask.numbers:
            text = IBAN.sub(lambda m: self._for("iban", m[0].replace(" ", "")) if is_iban(m[0]) else m[0], text)
            text = CARD.sub(lambda m: self._for("card", re.sub(r"\D", "", m[0])) if is_card(m[0]) else m[0], text)
        if self._mask.emails:
            text = EMAIL.sub(lambda m: self._for("email", m[0].casefold()), text)
        if self._mask.phones:
            for one in reversed(findings(text, "phone", today=self._today)):
                text = text[: one.start] + self._for("phone", re.sub(r"\D", "", str(one.value))) + text[one.stop :]
        if self._mask.names:
            for name in self._names:
                text = _word(name).sub(lambda m: self._for("name", m[0].casefold()), text)
            for (kind, full), given in list(self._given.items()):
                text = self._parts(text, full.split(), given.split()) if kind == "name" and " " in full else text
        return text

    def _parts(self, text: str, words: list[str], given: list[str]) -> str:
        """Otto alone is the same Otto as Otto Brandt, who is called Alex Doe now."""
        for word, stand_in in ((words[0], given[0]), (words[-1], given[1])):
            if len(word) >= NAME_CHARACTERS_LEAST:
                text, found = _word(word).subn(stand_in, text)
                self.masked += found
        return text

    def _for(self, kind: str, of: str) -> str:
        self.masked += 1
        if (kind, of) not in self._given:
            place = sum(one == kind for one, _ in self._given)
            self._given[kind, of] = MADE[kind](place)
        return self._given[kind, of]


MADE: dict[str, Callable[[int], str]] = {
    "email": lambda n: f"person{n + 1}@example.com",
    "phone": lambda n: f"+1 555 01{n % 100:02}",
    "name": lambda n: STAND_INS[n % len(STAND_INS)] + (f" {n // len(STAND_INS) + 1}" if n >= len(STAND_INS) else ""),
    "card": lambda n: f"[card {n + 1}]",
    "iban": lambda n: f"[IBAN {n + 1}]",
}
"""Addresses of example.com (RFC 2606) and numbers 555-0100 to 555-0199 are nobody's."""


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.I)


def texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for one in value.values() for text in texts(one)]
        case list() | tuple():
            return [text for one in value for text in texts(one)]
        case _:
            return []


def is_card(text: str) -> bool:
    """By the check digit of ISO/IEC 7812-1 (Luhn)."""
    figures = [int(c) for c in text if c.isdigit()]
    doubled = [d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(figures))]
    return 13 <= len(figures) <= 19 and sum(doubled) % 10 == 0 and len(set(figures)) > 1


def is_iban(text: str) -> bool:
    """By the check digits of ISO 13616: the rest of a division by 97 is 1."""
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and turned.isalnum() and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
