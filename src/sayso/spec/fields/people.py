"""People: members of the workspace."""

from typing import ClassVar, Literal

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty


class Person(Field):
    """Members of the workspace, by id (`m_` and letters); `many` allows several.

    `parse` checks the shape only: whether such a member exists is the data engine's to say.
    """

    kind: Literal["person"] = "person"
    storage: ClassVar = Storage.TEXTS
    example: ClassVar = ("m_ana",)
    many: bool = False
    default: Literal["me"] | None = None

    def parse(self, raw: object) -> list[str] | None:
        if is_empty(raw):
            return None
        several = raw if isinstance(raw, (list, tuple)) else [raw]
        ids = [str(one["id"] if isinstance(one, dict) and "id" in one else one).strip() for one in several]
        if len(ids) > 1 and not self.many:
            raise Invalid(f"{self.name} takes one person")
        return list(dict.fromkeys(ids))

    def shown(self, value: list[str] | None) -> list[str]:
        return value or []

    def written(self, value: list[str] | None) -> str:
        return ", ".join(value or [])
