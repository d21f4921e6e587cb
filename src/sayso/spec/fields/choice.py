"""Choices: one of a list, several of a list, yes or no."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty
from sayso.spec.part import Frozen, Id, Name

Hue = Literal["gray", "red", "orange", "yellow", "green", "teal", "cyan", "blue", "purple", "pink"]
HUES: tuple[Hue, ...] = ("blue", "green", "orange", "purple", "teal", "red", "yellow", "pink", "cyan", "gray")


class Option(Frozen):
    """One choice. Values store its id, so that renaming an option touches no row."""

    id: Id
    name: Name
    hue: Hue = "gray"


class _Choice(Field):
    options: tuple[Option, ...] = ()

    def option(self, raw: object) -> Option:
        """By id first, then by name whatever the case."""
        text = " ".join(str(raw).split())
        for option in self.options:
            if option.id == text:
                return option
        for option in self.options:
            if option.name.casefold() == text.casefold():
                return option
        known = ", ".join(o.name for o in self.options[:8]) or "no choices yet"
        raise Invalid(f"{self.name} has no choice {text[:60]!r}; it has {known}")

    def named(self, ids: Iterable[str]) -> list[str]:
        names = {o.id: o.name for o in self.options}
        return [names.get(i, i) for i in ids]


class Select(_Choice):
    """One of a list; stores the option's id."""

    kind: Literal["select"] = "select"
    storage: ClassVar = Storage.TEXT
    example: ClassVar = "open"
    default: str | None = None

    def parse(self, raw: object) -> str | None:
        if is_empty(raw):
            return None
        if isinstance(raw, (list, tuple)) and len(raw) == 1:
            raw = raw[0]
        if isinstance(raw, (list, tuple, dict)):
            raise Invalid(f"{self.name} takes one choice")
        return self.option(raw).id

    def written(self, value: str | None) -> str:
        return "" if value is None else self.named([value])[0]


class MultiSelect(_Choice):
    """Several of a list; stores the options' ids."""

    kind: Literal["multi_select"] = "multi_select"
    storage: ClassVar = Storage.TEXTS
    example: ClassVar = ("film", "photo")
    default: tuple[str, ...] = ()

    def parse(self, raw: object) -> list[str] | None:
        if is_empty(raw):
            return None
        many = [p for p in raw.replace(";", ",").split(",") if p.strip()] if isinstance(raw, str) else raw
        if not isinstance(many, (list, tuple)):
            raise Invalid(f"{self.name} takes a list of choices")
        return list(dict.fromkeys(self.option(one).id for one in many)) or None

    def shown(self, value: list[str] | None) -> list[str]:
        return value or []

    def written(self, value: list[str] | None) -> str:
        return ", ".join(self.named(value or []))


class Checkbox(Field):
    """Yes or no; no value is no."""

    kind: Literal["checkbox"] = "checkbox"
    storage: ClassVar = Storage.BOOLEAN
    example: ClassVar = True
    default: bool = False

    def parse(self, raw: object) -> bool:
        if is_empty(raw):
            return False
        if isinstance(raw, bool):
            return raw
        text = str(raw).strip().casefold()
        if text in {"1", "true", "yes", "y", "x", "on", "checked", "✓", "✔", "done", "ja", "oui", "si", "sí"}:
            return True
        if text in {"0", "false", "no", "n", "off", "unchecked", "-", "nein", "non"}:
            return False
        raise Invalid(f"{self.name} is yes or no")

    def shown(self, value: bool | None) -> bool:
        return bool(value)

    def written(self, value: bool | None) -> str:
        return "yes" if value else "no"
