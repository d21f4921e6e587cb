"""Templates of letters and documents with their names filled in, so that what a value says stays what it says.

A value of a row stands as words, whatever signs are in it: nobody who fills in a form can make headings, links or pictures in the mail of
another. What a model or a co-worker wrote is read as Markdown, since that is what they write; a table of rows becomes a table, a picture a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from sayso.ai.told import text_of
from sayso.automations.figures import measured
from sayso.automations.names.names import Names, Unknown
from sayso.automations.names.template import Named, pieces
from sayso.automations.papers import markup
from sayso.automations.papers.files import files_of, is_picture
from sayso.automations.papers.tables import Table, table_of
from sayso.connections.mail import one_line
from sayso.spec.app import App
from sayso.spec.automation import every, named

FILLED_CHARACTERS_MAX = 1_000_000
_WRITERS = frozenset(("ai", "ask_coworker", "set_values", "document", "changes"))
"""Steps whose texts are Markdown."""
_OUTSIDE = frozenset(("", "http_request", "sql", "mcp_tool", "operation", "ask_coworker"))
"""Steps whose outputs others decide."""
_CAME_IN = frozenset(("body", "query", "headers", "inputs"))


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
        """One value for a model: rows line by line, each value with its field's name. Raises `Unknown`."""
        value = self._worth(name)
        table = self._table(name, value)
        return table.told if table else self._text(name, value)

    def address(self, template: str) -> str:
        """For addresses of the web: values cannot break out of where they stand, but one that is the beginning of the address. Raises `Unknown`."""
        found = pieces(template.strip())
        parts = [piece if isinstance(piece, str) else self.names.text(piece.written) for piece in found]
        return "".join(p if n == 0 or isinstance(found[n], str) else quote(p, safe="") for n, p in enumerate(parts)).strip()

    def line(self, template: str, characters_max: int) -> str:
        """For subjects and names of files: one line. Raises `Unknown`."""
        said = one_line(self._filled(template, lambda name: self._text(name, self.names.value(name.written))))
        return said if len(said) <= characters_max else said[: characters_max - 1] + "…"

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

    # ── one name ──────────────────────────────────────────────

    def _filled(self, template: str, written: Callable[[Named], str]) -> str:
        said = "".join(piece if isinstance(piece, str) else written(piece) for piece in pieces(template))
        if len(said) > FILLED_CHARACTERS_MAX:
            raise Unknown(f"The text is longer than {FILLED_CHARACTERS_MAX:,} characters once its names are filled in.")
        return said

    def _in_markdown(self, name: Named) -> str:
        value = self._worth(name)
        if is_picture(value) and self._is_ours(name):
            return f"\n\n![{markup.cell(value.get('name', 'Picture'))}](cid:{value['id']})\n\n"
        if table := self._table(name, value):
            return table.markdown
        text = self._text(name, value)
        return text if self._is_written(name) else markup.escaped_markdown(text)

    def _in_lines(self, name: Named) -> str:
        value = self._worth(name)
        table = self._table(name, value)
        return table.lines if table else self._text(name, value)

    def _text(self, name: Named, value: Any) -> str:
        """In words; a figure over rows as its field writes it, with its currency or unit."""
        if name.parts is not None and name.behind is None and not isinstance(value, (list, Mapping)):
            field = measured(self.app, self._step(name.parts[0])).get(name.parts[1])
            if field is not None:
                return text_of(field, value, self.people)
        return self.names.text(name.written)

    def _worth(self, name: Named) -> Any:
        """The value; of `{find: table}` the rows that the step found."""
        if name.parts and name.parts[1] == "table" and name.behind is None:
            try:
                return self.names.value(f"{{{name.parts[0]}: rows}}")
            except Unknown:
                pass
        return self.names.value(name.written)

    def _table(self, name: Named, value: Any) -> Table | None:
        if name.parts is None or name.behind is not None:
            return None
        fields = measured(self.app, self._step(name.parts[0])) if name.parts[1] == "groups" else {}
        return table_of(value, self.app, self.people, total=self._count(name), fields=fields)

    def _count(self, name: Named) -> int | None:
        """How many rows a step found, of which the first are at hand."""
        if name.parts is None or name.parts[1] not in ("rows", "table"):
            return None
        try:
            count = self.names.value(f"{{{name.parts[0]}: count}}")
        except Unknown:
            return None
        return count if isinstance(count, int) else None

    def _is_written(self, name: Named) -> bool:
        return bool(name.parts) and name.behind is None and self._kind(name.parts[0]) in _WRITERS

    def _is_ours(self, name: Named) -> bool:
        match name.parts:
            case None:
                return True
            case ("trigger", key):
                return key.partition(".")[0] not in _CAME_IN
            case (step, _):
                return self._kind(step) not in _OUTSIDE and step != "item"

    def _kind(self, step: str) -> str:
        found = self._step(step)
        return found.kind if found is not None else ""

    def _step(self, step: str) -> Any | None:
        found = next((a for a in self.app.automations if a.id == self.automation), None)
        if found is None:
            return None
        names = named(found.steps)
        return next((one for path, one in every(found.steps) if names[path] == step), None)


def _as_html(text: str) -> str:
    html = markup.from_markdown(text).strip()
    inside = html.removeprefix("<p>").removesuffix("</p>")
    return inside if html.startswith("<p>") and "<p>" not in inside else html or escape(text)
