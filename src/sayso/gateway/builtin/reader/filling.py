"""Filling in a JSON schema from a text, as far as reading goes.

Every property is read in one way, found from its type, its name and its description: chosen from an `enum`, extracted, summed up, counted as
keywords, or told by language and mood. What would have to be written (a reply, an explanation) or cannot be found although it is
required ends in `Unfilled`, which names the properties: nothing is made up to satisfy a schema.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sayso.gateway.builtin.reader import mood
from sayso.gateway.builtin.reader.choosing import Choice, Label, choose, fitting
from sayso.gateway.builtin.reader.extraction import Read, Wanted, extract, kind_of
from sayso.gateway.builtin.reader.findings import Kind, findings
from sayso.gateway.builtin.reader.gist import keywords, summary
from sayso.gateway.builtin.reader.language import language

DEPTH_MAX = 8
PROPERTIES_MAX = 200
ITEMS = 8
"""How many a list has at most, when the schema does not say."""

_WRITTEN = re.compile(r"\b(?:repl(?:y|ies)|answer|response|draft|message|email body|body|letter|explanation|reason(?:ing)?|rationale|advice|suggestions?|recommendations?|translat\w*|rewrite|rewritten|paraphrase|story|slogan|headline|caption|comment|feedback|next steps?|plan|code|analysis)\b", re.I)  # fmt: skip
_SUMMARY, _TITLE = re.compile(r"\b(?:summary|gist|abstract|overview|tl ?dr|synopsis|key points?|highlights?)\b", re.I), re.compile(r"\b(?:title|subject|topic line)\b", re.I)  # fmt: skip
_KEYWORDS = re.compile(r"\b(?:keywords?|tags?|topics?|key ?phrases?|themes?)\b", re.I)
_LANGUAGE = re.compile(r"\blanguage\b", re.I)
_SURE, _REVIEW, _EVIDENCE = (
    re.compile(p, re.I)
    for p in (r"^(?:confidence|certainty|score|margin)$", r"^needs?_?review$", r"^(?:evidence|quotes?|source)$")
)
_SENTIMENT, _URGENT = re.compile(r"\b(?:sentiment|mood|tone)\b", re.I), re.compile(r"\b(?:is_?urgent|urgent)\b", re.I)
_POSITIVE = re.compile(r"\bis_?(?P<mood>positive|negative|happy|complaint|complaining)\b", re.I)
_FORMATS: dict[str, Kind] = {
    "email": "email",
    "date": "date",
    "date-time": "date",
    "time": "time",
    "uri": "url",
    "url": "url",
    "phone": "phone",
}
_EXAMPLE = re.compile(
    r"^[ \t]*[-*•]?[ \t]*[\"'`]?(?P<label>[^\"'`:\n]{1,60}?)[\"'`]?[ \t]*(?::|=|–|—|\s-\s)[ \t]*(?P<said>[^\n]{3,300})$", re.M
)


@dataclass(slots=True)
class Filled:
    """`value` fits the schema. `told` says of each path what it was read from, with its margin, and whether a person should look."""

    value: Any
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def needs_review(self) -> bool:
        return any(one.get("needs_review") for one in self.told.values())


class Unfilled(Exception):
    """`written` are properties that would have to be written, `absent` those that are required and not in the text."""

    def __init__(self, written: Sequence[str], absent: Sequence[str]) -> None:
        super().__init__(", ".join([*written, *absent]))
        self.written, self.absent = tuple(written), tuple(absent)


def fill(schema: Mapping[str, Any], text: str, *, instruction: str = "", today: date) -> Filled:
    """The schema's value, read from the text. Descriptions of labels are looked for in the schema and in the instruction."""
    return _Filling(schema, text, instruction, today).whole()


class _Filling:
    """One text being read by one schema."""

    def __init__(self, schema: Mapping[str, Any], text: str, instruction: str, today: date) -> None:
        self.root, self.text, self.instruction, self.today = schema, text, instruction, today
        self.told: dict[str, dict[str, Any]] = {}
        self.written: list[str] = []
        self.absent: list[str] = []
        self.properties = 0

    def whole(self) -> Filled:
        value = self.node(self.root, "", "", required=True, depth=0)
        self._about_itself(self.root, value)
        if self.written or self.absent:
            raise Unfilled(self.written, self.absent)
        return Filled(value, self.told)

    def node(
        self, schema: Mapping[str, Any], name: str, path: str, *, required: bool, depth: int, read: Read | None = None
    ) -> Any:
        """The value of one place in the schema; `read` is what was extracted for it together with its neighbours."""
        schema, nullable = self._plain(schema)
        if depth > DEPTH_MAX or self.properties > PROPERTIES_MAX:
            self.absent.append(path or "the whole")
            return None
        if "const" in schema:
            return schema["const"]
        options = _options(schema)
        if options:
            return self._chosen(options, schema, name, path)
        match schema.get("type"):
            case "object":
                return self._object(schema, path, depth)
            case "array":
                return self._array(schema, name, path)
            case "string" | "number" | "integer" | "boolean" | None:
                return self._single(schema, name, path, read, nullable=nullable, required=required)
            case "null":
                return None
            case _:
                self.absent.append(path or "the whole")
                return None

    def _plain(self, schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
        """Without `$ref`, and without the ways of saying that null is allowed."""
        for _ in range(DEPTH_MAX):
            if "$ref" not in schema:
                break
            found: Any = self.root
            for part in str(schema["$ref"]).removeprefix("#/").split("/"):
                found = found.get(part, {}) if isinstance(found, Mapping) and str(schema["$ref"]) != "#" else found
            schema = {**(found if isinstance(found, Mapping) else {}), **{k: v for k, v in schema.items() if k != "$ref"}}
        types = schema.get("type")
        if isinstance(types, list):
            left = [t for t in types if t != "null"]
            return {**schema, "type": left[0] if left else "null"}, "null" in types
        for key in ("anyOf", "oneOf"):
            kinds = [one for one in schema.get(key, ()) if isinstance(one, Mapping)]
            left = [one for one in kinds if one.get("type") != "null"]
            if len(left) < len(kinds) or (len(left) == 1 and "const" not in left[0]):
                rest = {k: v for k, v in schema.items() if k != key}
                return ({**rest, **self._plain(left[0])[0]}, True) if len(left) == 1 else ({**rest, key: left}, True)
        return schema, False

    def _object(self, schema: Mapping[str, Any], path: str, depth: int) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties") or {}
        self.properties += len(properties)
        required: set[str] = set(schema.get("required") or ())
        reads = self._extracted(properties)
        out: dict[str, Any] = {}
        for name, one in properties.items():
            if _SURE.match(name) or _REVIEW.match(name) or _EVIDENCE.match(name):
                out[name] = None
                continue
            here = f"{path}.{name}" if path else name
            below = one if isinstance(one, Mapping) else {}
            value = self.node(below, name, here, required=name in required, depth=depth + 1, read=reads.get(name))
            if value is not None or name in required:
                out[name] = value
        return out

    def _extracted(self, properties: Mapping[str, Any]) -> dict[str, Read]:
        """All plain values of an object are read together, so that no figure is given to two of them."""
        wanted: list[Wanted] = []
        for name, raw in properties.items():
            schema, _ = self._plain(raw) if isinstance(raw, Mapping) else ({}, False)
            type = schema.get("type", "string")
            if type in ("string", "number", "integer", "boolean") and not _options(schema) and not self._reader_of(name, schema):
                kind = _FORMATS.get(str(schema.get("format", "")))
                wanted.append(Wanted(name, "text" if type == "string" else type, kind, str(schema.get("description", ""))))
        return extract(self.text, wanted, today=self.today)

    def _reader_of(self, name: str, schema: Mapping[str, Any]) -> str:
        """How a string or boolean is read when it is not extracted."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")
        if schema.get("type") == "boolean":
            return "urgent" if _URGENT.search(words) else "mood" if _POSITIVE.search(words) else ""
        if schema.get("type", "string") != "string" or schema.get("format"):
            return ""
        for found, pattern in (
            ("summary", _SUMMARY),
            ("language", _LANGUAGE),
            ("sentiment", _SENTIMENT),
            ("title", _TITLE),
            ("keywords", _KEYWORDS),
        ):
            if pattern.search(words):
                return found
        return "written" if _WRITTEN.search(words) else ""

    def _single(
        self, schema: Mapping[str, Any], name: str, path: str, read: Read | None, *, nullable: bool, required: bool
    ) -> Any:
        reader = self._reader_of(name, schema)
        if reader == "written":
            if required and not nullable:
                self.written.append(path or "the whole")
            return None
        if reader:
            return self._by_reader(reader, name, path)
        read = read or extract(self.text, [Wanted(name or "value")], today=self.today)[name or "value"]
        if read.value is None:
            self.told[path] = {"found": False, "needs_review": required}
            if nullable or not required:
                return None
            if (
                schema.get("type", "string") == "string"
                and not schema.get("format")
                and not schema.get("minLength")
                and not schema.get("pattern")
            ):
                return ""
            self.absent.append(path or "the whole")
            return None
        self.told[path] = {
            "evidence": read.evidence,
            "start": read.start,
            "stop": read.stop,
            "score": read.score,
            "needs_review": read.needs_review,
        }
        value = read.value
        if schema.get("format") == "date-time" and isinstance(value, str):
            value += "T00:00:00Z"
        if isinstance(value, str) and isinstance(schema.get("maxLength"), int):
            value = value[: schema["maxLength"]]
        return value

    def _by_reader(self, reader: str, name: str, path: str) -> Any:
        if reader == "summary":
            return " ".join(p.text for p in summary(self.text))
        if reader == "title":
            return next((p.text for p in summary(self.text, sentences_max=1)), "")[:120]
        if reader == "keywords":
            return ", ".join(keywords(self.text))
        if reader == "language":
            found = language(self.text)
            self.told[path] = {"score": found.sure, "needs_review": found.sure < 0.3}
            return found.code if "code" in name.lower() else found.name
        felt = mood.urgency(self.text) if reader == "urgent" else mood.sentiment(self.text)
        self.told[path] = {"evidence": ", ".join(felt.evidence), "margin": felt.margin, "needs_review": felt.needs_review}
        if reader == "urgent":
            return felt.label == "high"
        if reader == "mood":
            wanted = "positive" if re.search("positive|happy", name, re.I) else "negative"
            return felt.label == wanted
        return felt.label

    def _chosen(self, options: list[Label], schema: Mapping[str, Any], name: str, path: str) -> Any:
        values = _values(schema)
        choice = choose(self.text, self._described(options), about=f"{name} {schema.get('description', '')}")
        self.told[path] = _of_choice(choice)
        return values[choice.label]

    def _described(self, options: Sequence[Label]) -> list[Label]:
        """With what the instruction says of each label, in lines such as `billing: invoices and payments`."""
        said = {m["label"].strip().lower(): m["said"].strip() for m in _EXAMPLE.finditer(self.instruction)}
        return [one if one.description else Label(one.name, said.get(one.name.lower(), ""), one.examples) for one in options]

    def _array(self, schema: Mapping[str, Any], name: str, path: str) -> list[Any]:
        items, _ = self._plain(schema.get("items") or {})
        limit = schema.get("maxItems")
        most = limit if isinstance(limit, int) else ITEMS
        options = _options(items)
        if options:
            found = fitting(self.text, self._described(options))[:most]
            self.told[path] = {
                "margins": {one.label: one.margin for one in found},
                "needs_review": not found or any(one.needs_review for one in found),
            }
            return [_values(items)[one.label] for one in found]
        words = name.replace("_", " ")
        if items.get("type", "string") == "string" and _KEYWORDS.search(words):
            return keywords(self.text, many=most)
        if items.get("type", "string") == "string" and _SUMMARY.search(words):
            return [p.text for p in summary(self.text, sentences_max=min(most, 5))]
        if items.get("type", "string") == "string" and not _WRITTEN.search(words):
            return self._every(name, items, path)[:most]
        if schema.get("minItems"):
            self.written.append(path)
        return []

    def _every(self, name: str, items: Mapping[str, Any], path: str) -> list[str]:
        """All findings of a kind, such as every mail address."""
        from_format = _FORMATS.get(str(items.get("format", "")))
        singular = re.sub(r"ies$", "y", name) if name.endswith("ies") else name.removesuffix("s")
        found: list[str] = []
        kind = from_format or kind_of(Wanted(singular))
        if kind:
            found = [str(one.value) for one in findings(self.text, kind, today=self.today)]
        self.told[path] = {"found": len(found), "needs_review": not found}
        return list(dict.fromkeys(found))

    def _about_itself(self, schema: Mapping[str, Any], value: Any) -> None:
        """Fills in `confidence`, `needs_review` and `evidence` of the outermost object, which speak of the others."""
        properties: Mapping[str, Any] = schema.get("properties") or {}
        if not isinstance(value, dict):
            return
        review = any(one.get("needs_review") for one in self.told.values())
        sure = min(
            (float(one.get("score", one.get("margin", 1.0))) for one in self.told.values() if one.get("found", True)), default=0.0
        )
        quoted = "; ".join(str(one["evidence"]) for one in self.told.values() if one.get("evidence"))
        for name in value:
            type = self._plain(properties.get(name, {}))[0].get("type")
            if _REVIEW.match(name):
                value[name] = review
            elif _SURE.match(name):
                value[name] = (
                    round(max(0.0, min(1.0, sure)), 2)
                    if type in ("number", None)
                    else ("low" if review else "high")
                    if type == "string"
                    else round(sure)
                )
            elif _EVIDENCE.match(name):
                value[name] = (
                    quoted if type == "string" else [quoted] if quoted and type == "array" else [] if type == "array" else None
                )


def _of_choice(choice: Choice) -> dict[str, Any]:
    told: dict[str, Any] = {"margin": choice.margin, "needs_review": choice.needs_review, "scores": dict(choice.scores[:5])}
    return told | ({"evidence": ", ".join(choice.evidence)} if choice.evidence else {})


def _options(schema: Mapping[str, Any]) -> list[Label]:
    """The labels of an `enum`, or of an `anyOf`/`oneOf` of constants, which may have descriptions and examples."""
    if isinstance(schema.get("enum"), list):
        said = schema.get("x-descriptions") or schema.get("enumDescriptions") or {}
        if isinstance(said, list):
            said = dict(zip(map(str, schema["enum"]), said, strict=False))
        return [
            Label(str(one), str(said.get(str(one), "")) if isinstance(said, Mapping) else "")
            for one in schema["enum"]
            if one is not None
        ]
    for key in ("oneOf", "anyOf"):
        kinds = schema.get(key)
        if isinstance(kinds, list) and kinds and all(isinstance(one, Mapping) and "const" in one for one in kinds):
            return [
                Label(
                    str(one["const"]),
                    str(one.get("description") or one.get("title") or ""),
                    tuple(map(str, one.get("examples") or ())),
                )
                for one in kinds
            ]
    return []


def _values(schema: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("enum"), list):
        return {str(one): one for one in schema["enum"]}
    return {
        str(one["const"]): one["const"]
        for key in ("oneOf", "anyOf")
        for one in schema.get(key, ())
        if isinstance(one, Mapping) and "const" in one
    }
