"""Who may do what in an app. Declared here; enforced by `sayso.team` and the data engine."""

from typing import Literal

from sayso.spec.filter import Filter
from sayso.spec.part import Frozen, Id, Part

Reach = Literal["nothing", "see", "add", "edit", "everything"]


class Right(Frozen):
    """On one table: how far, on which rows, without which fields."""

    table: Id
    may: Reach = "edit"
    rows: Filter = Filter()
    hidden: tuple[Id, ...] = ()
    read_only: tuple[Id, ...] = ()


class Role(Part):
    rights: tuple[Right, ...] = ()
