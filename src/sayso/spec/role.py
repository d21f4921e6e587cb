"""Who may do what in an app. Declared here; enforced by `sayso.data.rights`, and given to people by the workspace (`sayso.team.access`)."""

from typing import Literal

from sayso.spec.filter import Filter
from sayso.spec.part import Frozen, Id, Name, Part

Reach = Literal["nothing", "see", "add", "edit", "everything"]
"""Each may what the one before may: `add` new rows, `edit` those that are there, `everything` takes them away too."""


class Right(Frozen):
    """On one table: how far, on which rows, without which fields.

    `comment`, `export` and `delete` are as `may` says when they are None: comments from `add` on, exports from `edit` on, trash with
    `everything`. `changes` is which of the rows that are seen may be changed; None is all of them.
    """

    table: Id
    may: Reach = "edit"
    comment: bool | None = None
    export: bool | None = None
    delete: bool | None = None
    rows: Filter = Filter()
    changes: Filter | None = None
    hidden: tuple[Id, ...] = ()
    read_only: tuple[Id, ...] = ()


class Role(Part):
    """`rest` is how far on tables that no right names; `unseen` are views, automations and co-workers that are kept from this role.

    `groups` are names of groups in the workspace that it is meant for: where there is one of that name when the app is built, it is
    given the role. `manage` lets them change how this app is built, and see it whole.
    """

    rights: tuple[Right, ...] = ()
    rest: Reach = "nothing"
    manage: bool = False
    unseen: tuple[Id, ...] = ()
    groups: tuple[Name, ...] = ()
