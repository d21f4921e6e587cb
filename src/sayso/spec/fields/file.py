"""Files and pictures."""

from typing import ClassVar, Literal

from sayso.errors import Invalid
from sayso.spec.fields.field import Field, Storage, is_empty


class _Stored(Field):
    storage: ClassVar = Storage.TEXTS
    example: ClassVar = ("f_9k2",)
    many: bool = True

    def parse(self, raw: object) -> list[str] | None:
        """Ids of uploaded files; whether they exist, and whose they are, the data engine checks."""
        if is_empty(raw):
            return None
        several = raw if isinstance(raw, (list, tuple)) else [raw]
        ids = [str(one["id"] if isinstance(one, dict) and "id" in one else one) for one in several]
        if len(ids) > 1 and not self.many:
            raise Invalid(f"{self.name} takes one file")
        return list(dict.fromkeys(ids))


class File(_Stored):
    """Files of any kind."""

    kind: Literal["file"] = "file"


class Image(_Stored):
    """Pictures, shown small."""

    kind: Literal["image"] = "image"
