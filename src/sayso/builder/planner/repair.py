"""Makes an assembled app pass the checks of the spec: what cannot stand is mended, else left out and told."""

import re

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.spec.check import check
from sayso.spec.fields import Formula, Number, Rollup

ROUNDS_MAX = 6


def repaired(app: App, given: App | None) -> tuple[App, tuple[Problem, ...]]:
    """The app with the other ends of its links, valid; and the problems for which parts were mended or left out.

    Problems that the given app had already are not ours to mend.
    """
    try:
        app = completed_app(app)
    except Invalid as wrong:
        return given or app.model_copy(update={"tables": ()}), wrong.problems
    old = {str(p) for p in check(given)} if given is not None else set()
    told: list[Problem] = []
    for _ in range(ROUNDS_MAX):
        problems = [p for p in check(app) if str(p) not in old]
        if not problems:
            break
        told += problems
        after = app
        for problem in problems:
            after = _mended(after, problem)
        if after == app:
            break
        app = after
    return app, tuple(told)


def _mended(app: App, problem: Problem) -> App:
    """Without what is wrong: a formula becomes a number, a view, automation or role goes."""
    path = problem.path.split("/")
    if path[0] == "tables" and len(path) >= 4 and path[2] == "fields":
        return _field(app, path[1], path[3])
    if path[0] == "views" and len(path) >= 2:
        return app.model_copy(update={"views": tuple(v for v in app.views if v.id != path[1])})
    if path[0] == "automations" and len(path) >= 2:
        return app.model_copy(update={"automations": tuple(a for a in app.automations if a.id != path[1])})
    if path[0] == "roles" and len(path) >= 2:
        return app.model_copy(update={"roles": tuple(r for r in app.roles if r.id != path[1])})
    if path[0] == "coworkers" and len(path) >= 2:
        return app.model_copy(update={"coworkers": tuple(c for c in app.coworkers if c.id != path[1])})
    return app


def _field(app: App, table: str, id: str) -> App:
    tables = []
    for t in app.tables:
        if t.id == table:
            fields = []
            for f in t.fields:
                if f.id != id:
                    fields.append(f)
                elif isinstance(f, Formula | Rollup):
                    fields.append(Number(id=f.id, name=f.name, description=f.description))
            t = t.model_copy(update={"fields": tuple(fields)})
        tables.append(t)
    return app.model_copy(update={"tables": tuple(tables)})


def path_words(path: str) -> str:
    return re.sub(r"[/_]", " ", path)
