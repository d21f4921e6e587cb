"""Questions to the directory in plain words and plain answers: what the JSON API, the command line and MCP share.

Every function takes text as it comes from an address and answers plain JSON. Errors are those of `sayso.errors`.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sayso.errors import Invalid, Problem
from sayso.models import changes, lifecycle, strengths
from sayso.models.compare import compare
from sayso.models.compare.related import popular
from sayso.models.cost import cost
from sayso.models.directory import Directory
from sayso.models.images import estimate, matrix
from sayso.models.lifecycle import STATUSES
from sayso.models.listing import SORTS, Filters, Listed, choices, listed, rows_of
from sayso.models.model import ABILITIES, TYPES, sources_of
from sayso.models.providers import PROVIDERS
from sayso.models.upcoming import busy_hours, upcoming
from sayso.models.workload import COUNTS, workload_of

LIMIT, LIMIT_MAX = 100, 2_000
SINCE_DAYS = 90
COLUMNS = (
    "id", "name", "maker_name", "type", "status", "label", "input", "output", "image", "context", "output_limit", "released", "shutdown",
    "open_weights", "abilities", "providers",
)  # fmt: skip


def models(directory: Directory, asked: Mapping[str, str], today: date) -> dict[str, Any]:
    """The list: `search`, `maker`, `provider`, `type`, `status`, `can` (each several, with commas), `input_max`, `output_max`, `image_max`,
    `context_min`, `open`, `sort` (`-` before it for descending), `offset`, `limit`."""
    rows = found(directory, asked, today)
    offset, limit = _count(asked, "offset", 0, 10**6), _count(asked, "limit", LIMIT, LIMIT_MAX)
    page = rows[offset : offset + limit]
    return {
        "items": [row.as_json() for row in page],
        "total": len(rows),
        "next": str(offset + limit) if offset + limit < len(rows) else None,
        "made": directory.made.isoformat(),
        "choices": {
            name: [{"value": v, "label": label, "count": n} for v, label, n in some]
            for name, some in choices(rows_of(directory, today)).items()
        },
    }


def found(directory: Directory, asked: Mapping[str, str], today: date) -> tuple[Listed, ...]:
    """The rows of the whole answer. Raises `Invalid` naming every parameter that makes no sense."""
    problems: list[Problem] = []
    filters = Filters(
        search=asked.get("search", "")[:200],
        makers=_some(asked, "maker", PROVIDERS, problems),
        providers=_some(asked, "provider", PROVIDERS, problems),
        types=_some(asked, "type", TYPES, problems),
        statuses=_some(asked, "status", {**STATUSES}, problems),
        abilities=_some(asked, "can", ABILITIES, problems),
        input_max=_amount(asked, "input_max", problems),
        output_max=_amount(asked, "output_max", problems),
        image_max=_amount(asked, "image_max", problems),
        context_min=int(least) if (least := _amount(asked, "context_min", problems)) is not None else None,
        open_weights=_yes(asked, "open", problems),
    )
    sort = asked.get("sort", "").removeprefix("-")
    if sort and sort not in SORTS:
        problems.append(Problem("sort", f"is one of {', '.join(SORTS)}, with - before it for descending", "-context"))
    if problems:
        raise Invalid.of(problems)
    return listed(directory, filters, today, sort=sort or None, descending=asked.get("sort", "").startswith("-"))  # pyright: ignore[reportArgumentType]


def model(directory: Directory, name: str, today: date) -> dict[str, Any]:
    """One model, by its id or any name that means it."""
    shown = directory.read(name)
    prices = matrix(shown)
    return shown.as_json(today) | {
        "lifecycle": lifecycle.of(shown, directory, today).as_json(),
        "matrix": prices.as_json() if prices else None,
        "announced": [*upcoming(shown, today), *busy_hours(shown, today)],
        "history": [change.as_json() for change in changes.of_model(shown, directory, today)],
        "strengths": [point.as_json() for point in strengths.strengths(shown, directory, today)],
        "weaknesses": [point.as_json() for point in strengths.weaknesses(shown, directory, today)],
        "sources": [source.as_json() for source in sources_of(shown, today)],
    }


def comparison(directory: Directory, names: Sequence[str], today: date) -> dict[str, Any]:
    """Two to four models side by side."""
    return compare(directory, names, today).as_json(today)


def changed(directory: Directory, asked: Mapping[str, str], today: date) -> dict[str, Any]:
    """What changed and what will: `since` and `until` (ISO dates; without them from 90 days ago, and everything announced), `kind`, `maker`."""
    problems: list[Problem] = []
    since = _day(asked, "since", problems) or today - timedelta(days=SINCE_DAYS)
    until = _day(asked, "until", problems)
    kinds = _some(asked, "kind", dict.fromkeys(changes.KINDS), problems)
    makers = _some(asked, "maker", PROVIDERS, problems)
    if problems:
        raise Invalid.of(problems)
    items = changes.changes(directory, since, today, until=until, kinds=kinds, makers=makers)
    return {"items": [change.as_json() for change in items], "since": since.isoformat(), "next": None}


def costs(directory: Directory, asked: Mapping[str, str], today: date) -> dict[str, Any]:
    """What a workload costs on up to four models: `models` (with commas), the counts of `workload.Workload`, `variant`; or `images` of a `quality` and `size`."""
    names = [name for name in asked.get("models", "").split(",") if name.strip()]
    if not 1 <= len(names) <= 4:
        raise Invalid(Problem("models", "names one to four models", "gpt-6-luna,claude-haiku-5-5"))
    shown = [directory.read(name) for name in names]
    if "quality" in asked or "size" in asked:
        count = _count(asked, "images", 1, 10**9)
        items = [estimate(one, asked.get("quality", "medium"), asked.get("size", "1024x1024"), count).as_json() for one in shown]
        return {"items": items}
    work = workload_of({name: asked[name] for name in COUNTS if name in asked})
    variant = asked.get("variant") or None
    return {
        "items": [cost(one, work, today, variant=variant).as_json() | {"name": one.name} for one in shown],
        "workload": work.as_json(),
    }


def as_csv(rows: Sequence[Listed]) -> str:
    """The list as a spreadsheet reads it. What is not published is an empty cell, never 0."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        plain = row.as_json()
        writer.writerow([_cell(plain[name]) for name in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def exported(directory: Directory, today: date) -> dict[str, Any]:
    """Everything, for programs: every model with every figure, its source and its date."""
    return {
        "made": directory.made.isoformat(),
        "day": today.isoformat(),
        "sources": [source.as_json() for source in directory.sources.values()],
        "models": [one.as_json(today) for one in directory],
    }


def pairs(directory: Directory, today: date) -> list[list[str]]:
    """Comparisons worth an entry in a sitemap."""
    return [list(pair) for pair in popular(directory, today)]


def _some(asked: Mapping[str, str], name: str, known: Mapping[str, object], problems: list[Problem]) -> frozenset[str]:
    values = frozenset(value.strip() for value in asked.get(name, "").split(",") if value.strip())
    if unknown := sorted(values - known.keys()):
        problems.append(Problem(name, f"knows no {unknown[0][:60]}; there are {', '.join(known)}", next(iter(known))))
    return values


def _amount(asked: Mapping[str, str], name: str, problems: list[Problem]) -> Decimal | None:
    text = asked.get(name, "").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= 10**12:
        problems.append(Problem(name, "is a number of at least 0", "0.5"))
        return None
    return amount


def _yes(asked: Mapping[str, str], name: str, problems: list[Problem]) -> bool | None:
    text = asked.get(name, "").strip().lower()
    if text in ("", "any"):
        return None
    if text not in ("yes", "no", "1", "0", "true", "false"):
        problems.append(Problem(name, "is yes or no", "yes"))
    return text in ("yes", "1", "true")


def _day(asked: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
    text = asked.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(Problem(name, "is a day", "2026-11-01"))
        return None


def _count(asked: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = asked.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= most):
        raise Invalid(Problem(name, f"is a number from 0 to {most:,}", str(usual)))
    return int(text)
