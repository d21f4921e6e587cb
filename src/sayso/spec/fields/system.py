"""What the data engine keeps of every row, shown as fields."""

from typing import ClassVar, Literal

from sayso.spec.fields.field import Field, Storage


class _Kept(Field):
    storage: ClassVar = Storage.SYSTEM
    writable: ClassVar = False


class CreatedAt(_Kept):
    """When the row was added."""

    kind: Literal["created_at"] = "created_at"
    example: ClassVar = "2026-11-22T09:41:00Z"


class UpdatedAt(_Kept):
    """When the row was changed last."""

    kind: Literal["updated_at"] = "updated_at"
    example: ClassVar = "2026-11-22T09:41:00Z"


class CreatedBy(_Kept):
    """Who added the row."""

    kind: Literal["created_by"] = "created_by"
    example: ClassVar = "m_ana"


class UpdatedBy(_Kept):
    """Who changed the row last."""

    kind: Literal["updated_by"] = "updated_by"
    example: ClassVar = "m_ana"
