"""Rules about rows as SQL: which rows of a scope somebody sees, may change or may throw away.

A rule reads the whole row, whatever of it is hidden from whoever it binds, and linked rows whatever of these they see.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from sayso.data.filters import condition_on
from sayso.data.rights.granted import shape_led_to
from sayso.data.rights.sight import Asker
from sayso.data.scope import Scope
from sayso.errors import Invalid, Problem
from sayso.spec.fields import Link
from sayso.spec.filter import MY, MY_GROUPS, Condition, Filter

Sql = ColumnElement[Any]
_LISTED: dict[str, str] = {"is": "any_of", "is_not": "none_of", "any_of": "any_of", "none_of": "none_of", "contains": "any_of"}
"""What is asked of one value, asked of the several that `my_groups` and `my.region` may stand for."""


def met(scope: Scope, filter: Filter, asker: Asker) -> Sql:
    """`scope` is of the whole app. What is not known of the asker, and what cannot be worked out, meets no row."""
    parts = [met(scope, one, asker) if isinstance(one, Filter) else _condition(scope, one, asker) for one in filter.of]
    if not parts:
        return true()
    return and_(*parts) if filter.match == "all" else or_(*parts)


def _condition(scope: Scope, condition: Condition, asker: Asker) -> Sql:
    if condition.via:
        return _over_links(scope, condition, asker)
    meant = _meant(scope, condition, asker)
    try:
        return false() if meant is None else condition_on(scope, meant, f"tables/{scope.table.id}/rows")
    except Invalid:
        return false()


def _over_links(scope: Scope, condition: Condition, asker: Asker) -> Sql:
    """Whether any row that is linked meets it."""
    link = scope.table.field(condition.via[0])
    if not isinstance(link, Link):
        raise Invalid(Problem(f"tables/{scope.table.id}", f"{condition.via[0]} is no link"))
    linked = scope.through(link)
    inner = _condition(linked.there, condition.model_copy(update={"via": condition.via[1:]}), asker)
    return exists(linked.select(linked.there.t.c.id).where(inner).correlate(scope.t))


def _meant(scope: Scope, condition: Condition, asker: Asker) -> Condition | None:
    """The condition with what its words stand for. None when nothing is known of that."""
    value, people = condition.value, shape_led_to(scope.app.spec, scope.table.id, condition) == "people"
    if people and (value == "me" or (isinstance(value, list | tuple) and "me" in value)):
        if asker.member is None:
            return None
        ids = [asker.member if one == "me" else one for one in (value if isinstance(value, list | tuple) else [value])]
        return condition.model_copy(update={"value": ids if isinstance(value, list | tuple) else ids[0]})
    words = _words(value, asker, people=people)
    if words is None:
        return condition
    op = _LISTED.get(condition.op)
    return condition.model_copy(update={"op": op, "value": list(words)}) if words and op else None


def _words(value: object, asker: Asker, *, people: bool) -> tuple[str, ...] | None:
    """What `my_groups` or `my.region` stands for; None when the value is neither."""
    if value == MY_GROUPS:
        return asker.peers if people else asker.groups
    if isinstance(value, str) and value.startswith(MY) and len(value) > len(MY):
        return asker.properties.get(value.removeprefix(MY).casefold(), ())
    return None
