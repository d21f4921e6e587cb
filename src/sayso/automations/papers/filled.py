"""Templates of letters and documents with their names filled in, so that what a value says stays what it says.

A value of a row stands as words, whatever signs are in it: nobody who fills in a form can make headings, links or pictures in the mail of
another. What a model or a co-worker wrote is read as Markdown, since that is what they write; a table of rows becomes a table, a picture a picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from sayso.ai.told import text_of
from sayso.automations.names.names import Names, Unknown
from sayso.automations.names.readable import readable
from sayso.automations.names.template import Named, pieces
from sayso.automations.papers import markup
from sayso.spec.app import App
from sayso.spec.automation import every, named
from sayso.spec.fields import AnyField

TABLE_ROWS_MAX = 50
"""Rows of a table in a letter; how many more there are is told below it."""
TABLE_COLUMNS_MAX = 8
LISTED_MAX = 200
FILLED_CHARACTERS_MAX = 1_000_000
_WRITERS = frozenset(("ai", "ask_coworker", "set_values", "document", "aggregate", "changes"))
"""Steps whose texts are Markdown."""
_OUTSIDE = frozenset(("", "http_request", "sql", "mcp_tool", "operation", "ask_coworker"))
_CAME_IN = frozenset(("body", "query", "headers", "inputs"))
_FIGURES = frozenset(("number", "money", "percent", "rating", "duration", "autonumber", "rollup"))


@dataclass(frozen=True, slots=True)
class Writing:
    """Fills in templates at one place of a run. `people` are names of members by id."""

    app: App
    automation: str
    names: Names
    people: Mapping[str, str]

    def markdown(self, template: str) -> str:
        """For letters and documents in Markdown. Raises `Unknown`."""
        return self._filled(template, self._in_markdown)

    def html(self, template: str) -> str:
        """For documents in HTML. Raises `Unknown`."""
        return self._filled(template, lambda name: _as_html(self._in_markdown(name)))

    def lines(self, template: str) -> str:
        """For messages: text in lines. Raises `Unknown`."""
        return self._filled(template, self._in_lines)

    def read(self, name: Named) -> str:
        """One value for a model: rows line by line, each value with its field's name."""
        value = self._worth(name)
        if table := self._table(name, value):
            headings, rows, _, more = table
            lines = ["; ".join(f"{h}: {c}" for h, c in zip(headings, row, strict=True) if c) for row in rows]
            return "\n".join((*lines, *((f"and {more:,} more",) if more else ())))
        return self.names.text(name.written)

    def address(self, template: str) -> str:
        """For addresses of the web: values cannot break out of where they stand, but one that is the beginning of the address. Raises `Unknown`."""
        found = pieces(template.strip())
        parts = [piece if isinstance(piece, str) else self.names.text(piece.written) for piece in found]
        return "".join(p if n == 0 or isinstance(found[n], str) else quote(p, safe="") for n, p in enumerate(parts)).strip()

    def line(self, template: str, characters_max: int) -> str:
        """For subjects and names of files: one line. Raises `Unknown`."""
        said = " ".join(self.names.text(template).split())
        return said if len(said) <= characters_max else said[: characters_max - 1] + "…"

    def _filled(self, template: str, written: Callable[[Named], str]) -> str:
        said = "".join(piece if isinstance(piece, str) else written(piece) for piece in pieces(template))
        if len(said) > FILLED_CHARACTERS_MAX:
            raise Unknown(f"The text is longer than {FILLED_CHARACTERS_MAX:,} characters once its names are filled in.")
        return said

    def files(self, template: str) -> list[dict[str, Any]] | None:
        """The files that a text names, for attaching; None when it names something else. What came in from outside names none: whoever
        calls a webhook must not choose which files of the workspace are sent out. Raises `Unknown`."""
        found = pieces(template.strip())
        if len(found) != 1 or not isinstance(found[0], Named):
            return None
        value = self.names.value(found[0].written)
        if value in (None, "", []) or (
            isinstance(value, str) and value.startswith("‹")
        ):  # ‹…›: of a step that a dry run only prepared
            return []
        return (files_of(value) or None) if self._is_ours(found[0]) else None

    def _is_ours(self, name: Named) -> bool:
        match name.parts:
            case None:
                return True
            case ("trigger", key):
                return key.partition(".")[0] not in _CAME_IN
            case (step, _):
                return self._kind(step) not in _OUTSIDE and step != "item"

    def _in_markdown(self, name: Named) -> str:
        value = self._worth(name)
        if is_picture(value) and self._is_ours(name):
            return f"\n\n![{markup.cell(value.get('name', 'Picture'))}](cid:{value['id']})\n\n"
        if table := self._table(name, value):
            headings, rows, right, more = table
            return f"\n{markup.table(headings, rows, right)}\n{f'*and {more:,} more*' if more else ''}\n"
        text = self.names.text(name.written)
        return text if self._is_written(name) else markup.escaped_markdown(text)

    def _in_lines(self, name: Named) -> str:
        value = self._worth(name)
        if table := self._table(name, value):
            _, rows, _, more = table
            return (
                "\n"
                + "\n".join("• " + " · ".join(filter(None, row)) for row in rows)
                + (f"\nand {more:,} more" if more else "")
                + "\n"
            )
        return self.names.text(name.written)

    def _worth(self, name: Named) -> Any:
        """The value; of `{find: table}` the rows that the step found."""
        if name.parts and name.parts[1] == "table" and name.behind is None:
            try:
                return self.names.value(f"{{{name.parts[0]}: rows}}")
            except Unknown:
                pass
        return self.names.value(name.written)

    def _is_written(self, name: Named) -> bool:
        return bool(name.parts) and name.behind is None and self._kind(name.parts[0]) in _WRITERS

    def _kind(self, step: str) -> str:
        found = next((a for a in self.app.automations if a.id == self.automation), None)
        if found is None:
            return ""
        names = named(found.steps)
        return next((one.kind for path, one in every(found.steps) if names[path] == step), "")

    # ── tables of rows ────────────────────────────────────────

    def _table(self, name: Named, value: Any) -> tuple[list[str], list[list[str]], frozenset[int], int] | None:
        if not isinstance(value, list) or not value or not all(isinstance(one, Mapping) for one in value):
            return None
        rows: list[Mapping[str, Any]] = list(value)
        table = self.app.table(str(rows[0].get("table") or "")) if "values" in rows[0] else None
        total = self._count(name) or len(rows)
        shown = rows[:TABLE_ROWS_MAX]
        if table is None:
            return _of_objects(shown, total) if name.parts else None
        fields = _worth_showing(table.fields, shown)
        cells = [[text_of(f, row["values"].get(f.id), self.people) for f in fields] for row in shown]
        right = frozenset(n for n, f in enumerate(fields) if f.kind in _FIGURES)
        return [f.name for f in fields], cells, right, total - len(shown)

    def _count(self, name: Named) -> int | None:
        try:
            count = self.names.value(f"{{{name.parts[0]}: count}}") if name.parts else None
        except Unknown:
            return None
        return count if isinstance(count, int) else None


def _worth_showing(fields: tuple[AnyField, ...], rows: list[Mapping[str, Any]]) -> list[AnyField]:
    """The first fields that say something in any of the rows."""
    told = [
        f
        for f in fields
        if f.kind not in ("image", "file") and any(r["values"].get(f.id) not in (None, "", [], False) for r in rows)
    ]
    return told[:TABLE_COLUMNS_MAX] or list(fields[:1])


def _of_objects(rows: list[Mapping[str, Any]], total: int) -> tuple[list[str], list[list[str]], frozenset[int], int] | None:
    """Of rows that a database or a program gave: whatever they have in common."""
    keys = list(dict.fromkeys(key for row in rows for key in row if key != "key" or "name" not in row))[:TABLE_COLUMNS_MAX]
    if not keys or any(is_file(row) for row in rows) or set(keys) <= {"id", "name"}:
        return None
    cells = [[readable(row.get(key)) for key in keys] for row in rows]
    right = frozenset(
        n for n, key in enumerate(keys) if all(isinstance(r.get(key), (int, float)) or r.get(key) is None for r in rows)
    )
    return [key.replace("_", " ").capitalize() for key in keys], cells, right, total - len(rows)


def is_file(value: Any) -> bool:
    return isinstance(value, Mapping) and re.fullmatch(r"f_[a-z0-9]{12}", str(value.get("id", ""))) is not None


def is_picture(value: Any) -> bool:
    return is_file(value) and value.get("type") in ("image/png", "image/jpeg", "image/gif", "image/webp")


def files_of(value: Any) -> list[dict[str, Any]]:
    """The files in a value: one, or a list of them."""
    if is_file(value):
        return [dict(value)]
    return [file for one in value for file in files_of(one)] if isinstance(value, (list, tuple)) else []


def _as_html(text: str) -> str:
    html = markup.from_markdown(text).strip()
    inside = html.removeprefix("<p>").removesuffix("</p>")
    return inside if html.startswith("<p>") and "<p>" not in inside else html or escape(text)
