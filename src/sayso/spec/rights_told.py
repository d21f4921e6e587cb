"""What a role may do, in sentences: `Members of Support see and change their own tickets and cannot see Salary.`"""

from collections.abc import Iterable, Iterator, Sequence

from sayso.spec.app import App
from sayso.spec.conditions import OP_WORDS
from sayso.spec.fields import AnyField, Link, MultiSelect, Person, Select
from sayso.spec.filter import MY, MY_GROUPS, Condition, Filter
from sayso.spec.role import Reach, Right, Role
from sayso.spec.table import Table

EVERYONE = "everyone"
"""A role that is meant for this group is for whoever has no other."""

_DEEDS: dict[Reach, str] = {
    "nothing": "see no", "see": "see", "add": "see and add", "edit": "see, add and change", "everything": "see, add, change and delete",
}  # fmt: skip
_REST: dict[Reach, str] = {
    "nothing": "They see nothing else.", "see": "They see everything else and change nothing of it.",
    "add": "They see everything else and may add to it.", "edit": "They may see, add and change everything else.",
    "everything": "They may do everything else.",
}  # fmt: skip
_WHOLE: dict[Reach, str] = {
    "nothing": "see nothing of this app", "see": "see everything and change nothing", "add": "see everything and may add rows",
    "edit": "may see, add and change everything", "everything": "may do everything with its rows",
}  # fmt: skip


def is_for_everyone(role: Role) -> bool:
    return any(name.casefold() == EVERYONE for name in role.groups)


def who(role: Role) -> str:
    """`Members of Support`, `Everyone else`, `People with the role Agent`."""
    if is_for_everyone(role):
        return "Everyone else"
    return f"Members of {_and(role.groups)}" if role.groups else f"People with the role {role.name}"


def told(app: App, role: Role) -> tuple[str, ...]:
    """One sentence for the first table that the role says something of, one for each further one, and one for all others."""
    if role.manage:
        return (f"{_may(role, 'see everything, may do everything, and may change how this app is built')}.",)
    rights = [(table, right) for right in role.rights if (table := app.table(right.table)) is not None]
    if not rights:
        return (f"{_may(role, _WHOLE[role.rest])}.", *_kept(app, role))
    sentences = [_right(app, table, right) for table, right in rights]
    first = f"{_may(role, sentences[0])}."
    others = (f"They {sentence}." for sentence in sentences[1:])
    rest = (_REST[role.rest],) if len(rights) < len(app.tables) else ()
    return (first, *others, *rest, *_kept(app, role))


def _may(role: Role, sentence: str) -> str:
    """`Members of Support see …`, but `Everyone else may see …`: everyone is one."""
    one = is_for_everyone(role) and sentence.startswith("see")
    return f"{who(role)} {'may ' if one else ''}{sentence}"


def summary(app: App, role: Role) -> str:
    return " ".join(told(app, role))


def _kept(app: App, role: Role) -> Iterator[str]:
    parts = {p.id: p.name for p in (*app.views, *app.automations, *app.coworkers)}
    names = [parts[id] for id in role.unseen if id in parts]
    if names:
        yield f"{_and(names)} {'is' if len(names) == 1 else 'are'} kept from them."


def _right(app: App, table: Table, right: Right) -> str:
    rows = _rows(app, table, right.rows)
    if right.may == "nothing":
        return f"{_DEEDS['nothing']} {_called(table)}"
    some = right.changes is not None and right.may in ("edit", "everything")
    parts = [f"{_DEEDS['add' if some else right.may]} {rows}"]
    if some and right.changes is not None:
        parts.append(f"change{' and delete' if right.may == 'everything' else ''} only {_rows(app, table, right.changes)}")
    if right.delete is not None and right.delete != (right.may == "everything"):
        parts.append("may delete them" if right.delete else "cannot delete them")
    if hidden := _names(table, right.hidden):
        parts.append(f"cannot see {hidden}")
    if (read_only := _names(table, right.read_only)) and right.may != "see":
        parts.append(f"cannot change {read_only}")
    if right.comment is not None and right.comment != (right.may != "see"):
        parts.append("may comment on them" if right.comment else "cannot comment on them")
    if right.export is not None and right.export != (right.may in ("edit", "everything")):
        parts.append("may export them" if right.export else "cannot export them")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _names(table: Table, ids: Iterable[str]) -> str:
    return _and([f.name for id in ids if (f := table.field(id)) is not None])


def _called(table: Table) -> str:
    """As a sentence names many of its rows."""
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in table.name.split())


def _rows(app: App, table: Table, rows: Filter) -> str:
    name = _called(table)
    if not rows.of:
        return name
    one = rows.of[0] if len(rows.of) == 1 else None
    if isinstance(one, Condition) and (short := _short(app, table, one, name)):
        return short
    return f"{name} of which {_filter(app, table, rows)}"


def _short(app: App, table: Table, one: Condition, name: str) -> str | None:
    """The usual rules, as people say them."""
    field = _led_to(app, table, one)
    value = one.value[0] if isinstance(one.value, (list, tuple)) and len(one.value) == 1 else one.value
    if one.op not in ("is", "contains", "any_of") or field is None:
        return None
    if value == "me" and isinstance(field, Person):
        return f"the {name} of their own {_way(app, table, one)}" if one.via else f"their own {name}"
    if value == "me" and field.kind == "created_by" and not one.via:
        return f"the {name} that they made"
    if value == MY_GROUPS:
        return f"the {name} of their groups"
    if isinstance(one.value, str) and one.value.startswith(MY):
        return f"the {name} of their {one.value.removeprefix(MY).replace('_', ' ')}"
    return None


def _way(app: App, table: Table, one: Condition) -> str:
    link = table.field(one.via[-1]) if len(one.via) == 1 else None
    return link.name.lower() if link is not None else "linked rows"


def _filter(app: App, table: Table, rows: Filter) -> str:
    parts = [
        f"({_filter(app, table, one)})" if isinstance(one, Filter) else _condition(app, table, one) for one in rows.of
    ]  # fmt: skip
    return (" and " if rows.match == "all" else " or ").join(parts)


def _condition(app: App, table: Table, one: Condition) -> str:
    field = _led_to(app, table, one)
    links = [_field_name(app, table, one.via[: n + 1]) for n in range(len(one.via))]
    name = " of ".join([field.name if field else one.field, *reversed(links)])
    value = "" if one.op in ("empty", "not_empty") else f" {_value(field, one.value)}"
    return f"{name} {OP_WORDS[one.op]}{value}"


def _field_name(app: App, table: Table, via: Sequence[str]) -> str:
    here: Table | None = table
    for id in via[:-1]:
        link = here.field(id) if here else None
        here = app.table(link.to) if isinstance(link, Link) else None
    last = here.field(via[-1]) if here else None
    return last.name if last else via[-1]


def _led_to(app: App, table: Table, one: Condition) -> AnyField | None:
    here: Table | None = table
    for id in one.via:
        link = here.field(id) if here else None
        here = app.table(link.to) if isinstance(link, Link) else None
    return here.field(one.field) if here else None


def _value(field: AnyField | None, value: object) -> str:
    if isinstance(value, list | tuple):
        return " or ".join(_value(field, v) for v in value)
    if value == "me":
        return "themselves"
    if value == MY_GROUPS:
        return "one of their groups"
    if isinstance(value, str) and value.startswith(MY):
        return f"their {value.removeprefix(MY).replace('_', ' ')}"
    if isinstance(field, Select | MultiSelect):
        return next((o.name for o in field.options if o.id == value), str(value))
    return str(value)


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
