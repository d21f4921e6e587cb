"""Wishes with their marks, as a tagger that makes no mistake would hear them."""

from typing import Any

from training.annotated import marked

from sayso.builder.evals.predictions import app_of, plain
from sayso.builder.planner import Plan, Wish, plan
from sayso.builder.planner.marks.mark import Found, Heard, Marked
from sayso.spec.app import App

Json = dict[str, Any]


def planned(story: str, given: App | None = None) -> Plan:
    """The plan of a wish whose marks are written in it as `{words|TAG}`."""
    words, marks = marked(story)
    heard = Marked([Found(m.start, m.end, m.tag) for m in marks])  # type: ignore[arg-type]

    def hears(words: str, app: App | None = None) -> Heard:
        return heard

    return plan(Wish(words, app=given), hears)


def built(story: str, given: App | None = None) -> Json:
    """What was planned, in the plain shape."""
    made = planned(story, given)
    assert made.outcome == "plan", made.message
    return plain(made.spec, made)


def field(spec: Json, path: str) -> Json:
    """The field at `Table.Field`; an assertion that fails says what there is."""
    table, _, name = path.partition(".")
    fields = next((t["fields"] for t in spec["tables"] if t["name"] == table), None)
    assert fields is not None, [t["name"] for t in spec["tables"]]
    found = next((f for f in fields if f["name"] == name), None)
    assert found is not None, [f["name"] for f in fields]
    return found


def app(tables: Json) -> App:
    return app_of({"tables": [{"name": t, "fields": f} for t, f in tables.items()], "views": [], "automations": [], "ai": []})
