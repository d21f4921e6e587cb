"""Words: a line, a long text, and lines of a known shape."""

import re
from typing import ClassVar, Literal

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty

LINE_CHARACTERS_MAX = 10_000
LONG_TEXT_CHARACTERS_MAX = 200_000


class _Words(Field):
    storage: ClassVar = Storage.TEXT
    characters_max: ClassVar[int] = LINE_CHARACTERS_MAX
    default: str | None = None

    def parse(self, raw: object) -> str | None:
        if is_empty(raw):
            return None
        if isinstance(raw, (dict, list, tuple, set)):
            raise Invalid(f"{self.name} is text, such as {self.example!r}")
        text = str(raw).replace("\x00", "")
        if len(text) > self.characters_max:
            raise Invalid(f"{self.name} holds at most {self.characters_max:,} characters; this has {len(text):,}")
        return text


class Text(_Words):
    """One line."""

    kind: Literal["text"] = "text"
    example: ClassVar = "Brandt & Söhne"

    def parse(self, raw: object) -> str | None:
        text = super().parse(raw)
        return None if text is None else " ".join(text.split()) if "\n" in text or "\r" in text else text.strip()


class LongText(_Words):
    """Several paragraphs, in Markdown."""

    kind: Literal["long_text"] = "long_text"
    characters_max: ClassVar[int] = LONG_TEXT_CHARACTERS_MAX
    example: ClassVar = "Called back on **Monday**; wants the spring catalogue."


class Email(_Words):
    """An e-mail address."""

    kind: Literal["email"] = "email"
    example: ClassVar = "ana@northlight.example"

    def parse(self, raw: object) -> str | None:
        text = super().parse(raw)
        if text is None:
            return None
        text = text.strip().removeprefix("mailto:")
        if len(text) > 254 or not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+", text):
            raise Invalid(f"{self.name} is an e-mail address, such as {self.example}")
        return text


class Phone(_Words):
    """A telephone number, as it was written."""

    kind: Literal["phone"] = "phone"
    example: ClassVar = "+49 30 1234567"

    def parse(self, raw: object) -> str | None:
        text = super().parse(raw)
        if text is None:
            return None
        text = " ".join(text.split()).removeprefix("tel:")
        if len(text) > 40 or sum(c.isdigit() for c in text) < 3 or not re.fullmatch(r"[\d+()/.\-\s#*xetEXT,]+", text):
            raise Invalid(f"{self.name} is a phone number, such as {self.example}")
        return text


class Url(_Words):
    """A web address; `https://` is added where none is given."""

    kind: Literal["url"] = "url"
    example: ClassVar = "https://northlight.example/lamps"

    def parse(self, raw: object) -> str | None:
        text = super().parse(raw)
        if text is None:
            return None
        text = text.strip()
        if re.match(r"(?i)^(www\.|[a-z0-9-]+(\.[a-z0-9-]+)+(/|$))", text) and "://" not in text:
            text = f"https://{text}"
        if not re.fullmatch(r"(?i)(https?|ftp)://[^\s<>\"]+|(mailto|tel):[^\s<>\"]+", text):
            raise Invalid(f"{self.name} is a web address, such as {self.example}")
        return text
