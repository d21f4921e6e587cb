"""What a column holds, judged by its values first and its name second."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sayso.errors import Invalid
from sayso.spec.fields.choice import HUES
from sayso.spec.fields.date import day_from
from sayso.spec.fields.number import decimal_from
from sayso.spec.part import id_from

JUDGED_MAX = 3_000
DISTINCT_MAX = 1_000
OPTIONS_MAX = 40
EXAMPLES = 3
AGREE_MIN = 0.98
"""Such a share of the values must be of a kind; the few others are refused with their reason when the rows are taken."""

YES_NO = {"yes", "no", "true", "false", "y", "n", "x", "✓", "✔", "ja", "nein", "oui", "non", "checked", "unchecked"}
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "CHF": "CHF"}
AMOUNTS = re.compile(
    r"(?i)\b(price|cost|amount|budget|salary|fee|total|revenue|turnover|value|worth|deposit|balance|paid|spend|rent|wage)s?\b"
)
PHONES = re.compile(r"(?i)\b(phone|tel|telephone|mobile|cell|fax)\b")
LENGTHS = re.compile(r"(?i)\b(time|duration|length|hours?|took)\b")
PHONE = re.compile(r"^\+?[\d\s().\-/]{6,24}(\s*(x|ext\.?)\s*\d+)?$")
NUMBER = re.compile(r"^[+\-(]?\d[\d.,'’\s]*\)?$|^[+\-]?\.\d+$")
MONEY = re.compile(
    r"^[+\-(]?\s*([€$£¥₹]|CHF|EUR|USD|GBP)\s*-?\d[\d.,'’\s]*\)?$|^[+\-]?\d[\d.,'’\s]*\s*([€$£¥₹]|CHF|EUR|USD|GBP)$"
)
CODE = re.compile(r"^0\d+$")
DATE = re.compile(
    r"(?i)^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}\.?[\s\-]+[a-z]{3,9}\.?,?[\s\-]+\d{4}|[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4})$"
)
CLOCK = re.compile(r"(?i)^.{6,20}[t\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?(z|[+-]\d{2}:?\d{2})?$")
LENGTH = re.compile(r"^\d{1,4}:\d{2}(:\d{2})?$")


@dataclass(slots=True)
class Column:
    """What was seen of one column while the file was read."""

    name: str
    filled: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    distinct: Counter[str] = field(default_factory=Counter)
    many: bool = False
    """Whether there are more different values than were counted."""
    longest: int = 0
    lines: bool = False
    day_first: int = 0
    month_first: int = 0
    currencies: Counter[str] = field(default_factory=Counter)
    decimals: int = 0

    def see(self, cell: Any) -> None:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return
        self.filled += 1
        text = cell.strip() if isinstance(cell, str) else str(cell)
        self.longest = max(self.longest, len(text))
        if not self.many and len(text) <= 200:
            self.distinct[text] += 1
            self.many = len(self.distinct) > DISTINCT_MAX
        if self.filled <= JUDGED_MAX or self.filled % 97 == 0:
            self.judged["all"] += 1
            self.lines = self.lines or "\n" in text
            for kind in self._kinds(cell, text):
                self.judged[kind] += 1

    def _kinds(self, cell: Any, text: str) -> list[str]:
        match cell:
            case bool():
                return ["checkbox"]
            case datetime():
                return ["datetime"]
            case date():
                return ["date", "datetime"]
            case int() | float():
                self._decimals(text)
                return ["number"]
            case _:
                return self._of_text(text)

    def _of_text(self, text: str) -> list[str]:
        folded, kinds = text.casefold(), list[str]()
        if folded in YES_NO:
            return ["checkbox"]
        if "@" in text and re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+\.[a-z]{2,}", folded):
            return ["email"]
        if re.match(r"https?://\S+$|www\.\S+\.\S+$", folded):
            return ["url"]
        if DATE.match(text) and self._is_day(text):
            return ["date", "datetime"]
        if CLOCK.match(text) and self._is_day(re.split(r"[tT\s]+(?=\d{1,2}:)", text)[0]):
            return ["datetime"]
        if PHONE.match(text) and sum(c.isdigit() for c in text) >= 7:
            kinds.append("phone")
        if LENGTH.match(text):
            kinds.append("duration")
        if text.endswith("%") and NUMBER.match(text[:-1].strip()):
            kinds.append("percent")
        elif MONEY.match(text):
            self.currencies[
                next(code for sign, code in (SIGNS | {c: c for c in ("EUR", "USD", "GBP")}).items() if sign in text)
            ] += 1
            kinds.append("money")
        elif NUMBER.match(text) and not CODE.match(text) and len(text) <= 20 and _is_number(text):
            self._decimals(text)
            kinds.append("number")
        return kinds

    def _decimals(self, text: str) -> None:
        tail = re.search(r"[.,](\d+)\)?$", text)
        self.decimals = max(self.decimals, min(6, len(tail[1]) if tail and len(tail[1]) != 3 else 0))

    def _is_day(self, text: str) -> bool:
        if m := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d", text):
            self.day_first += int(m[1]) > 12
            self.month_first += int(m[2]) > 12
        try:
            day_from(text)
        except (ValueError, KeyError):
            return False
        return True

    # ── the verdict ───────────────────────────────────────

    @property
    def kind(self) -> str:
        for kind in ("checkbox", "email", "url", "date", "datetime"):
            if self._agrees(kind):
                return kind
        if self._agrees("phone") and (PHONES.search(self.name) or not self._agrees("number")) and not self._agrees("duration"):
            return "phone"
        if self._agrees("duration") and LENGTHS.search(self.name):
            return "duration"
        if self._agrees("percent"):
            return "percent"
        if self.judged["money"] and self._agrees("money", "number"):
            return "money"
        if self._agrees("number"):
            return "money" if AMOUNTS.search(self.name) and self.decimals == 2 else "number"
        if self.lines or self.longest > 200:
            return "long_text"
        return "select" if self._is_choice() else "multi_select" if self._are_choices() else "text"

    def _agrees(self, *kinds: str) -> bool:
        return bool(self.judged["all"]) and sum(self.judged[k] for k in kinds) >= AGREE_MIN * self.judged["all"]

    def _is_choice(self) -> bool:
        names = len(self.distinct)
        return (
            not self.many
            and self.filled >= 4
            and 2 <= names <= OPTIONS_MAX
            and self.longest <= 40
            and names <= max(2, self.filled * 0.5 if self.filled < 20 else self.filled * 0.25)
        )

    def _pieces(self) -> Counter[str]:
        pieces: Counter[str] = Counter()
        for text, times in self.distinct.items():
            for piece in re.split(r"[,;]", text):
                pieces[piece.strip()] += times
        return pieces

    def _are_choices(self) -> bool:
        if self.many or self.filled < 6 or not any(re.search(r"[,;]", t) for t in self.distinct):
            return False
        pieces = self._pieces()
        return 2 <= len(pieces) <= OPTIONS_MAX and max(map(len, pieces)) <= 30 and sum(pieces.values()) >= 2 * len(pieces)

    def options(self) -> list[str]:
        names = self._pieces() if self.kind == "multi_select" else self.distinct
        return [name for name, _ in names.most_common() if name]

    def field(self, taken: set[str]) -> dict[str, Any]:
        """The field that would be made of the column, as a spec holds it."""
        kind = self.kind
        made: dict[str, Any] = {"id": id_from(self.name, taken), "name": self.name, "kind": kind}
        if kind in ("select", "multi_select"):
            ids: set[str] = set()
            made["options"] = []
            for n, name in enumerate(self.options()):
                ids.add(id := id_from(name, ids))
                made["options"].append({"id": id, "name": name, "hue": HUES[n % len(HUES)]})
        if kind == "money":
            made["currency"] = self.currencies.most_common(1)[0][0] if self.currencies else "EUR"
        if kind in ("date", "datetime") and self.month_first > self.day_first:
            made["order"] = "mdy"
        if kind == "number" and self.decimals:
            made["decimals"] = self.decimals
        return made

    def examples(self) -> list[str]:
        return [text[:80] for text, _ in self.distinct.most_common(EXAMPLES)]


def _is_number(text: str) -> bool:
    try:
        decimal_from(text)
    except (ValueError, Invalid):
        return False
    return True


def headings(first: list[Any], second: list[Any] | None) -> list[str] | None:
    """The names of the columns when the first row is a heading, else nothing."""
    texts = [str(c).strip() if c is not None else "" for c in first]
    filled = [t for t in texts if t]
    if (
        not filled
        or any(not isinstance(c, str) for c in first if c is not None)
        or any(NUMBER.match(t) or DATE.match(t) for t in filled)
    ):
        return None
    if second is None or len(set(filled)) >= len(filled) * 0.5:
        return texts
    return None
