"""The copy of an app that a model works on: each call is mended, checked and applied as far as it stands; the rest is told by path."""

from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from sayso.builder.agent import filling, mending, outward
from sayso.builder.agent.call import At, Done, Json, Work, find, forget, inside, kind_of, wanted
from sayso.builder.agent.guard import Guard, Held
from sayso.builder.agent.meaning import meant, settled
from sayso.builder.agent.operations import BY_NAME
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.change import difference, effects
from sayso.spec.change.completed import settled as followed
from sayso.spec.check import check
from sayso.spec.part import id_from
from sayso.spec.portable import problem_from, spelled_out

MENDING_ROUNDS_MAX = 40
PARTS_IN_A_CALL_MAX = 300
LISTS = {"table": "tables", "view": "views", "automation": "automations", "role": "roles", "coworker": "coworkers"}
MENDED = {"view": mending.view, "automation": mending.automation, "role": mending.role, "coworker": mending.coworker}
FACE = ("name", "description", "icon", "hue", "zone")
NEW_APP = "New app"


class Bench:
    """`app` is the copy, `given` what it began from (None for a new app)."""

    def __init__(self, given: App | None, guard: Guard, *, zone: str = "UTC") -> None:
        self.given, self.guard = given, guard
        self.app = given or App(id="app", name=NEW_APP, zone=zone)
        self.start = self.app
        self.held: list[Held] = []
        self.mended: list[str] = []
        self.open: dict[str, Problem] = {}
        """Problems of parts that were never put right, by path."""

    @property
    def changed(self) -> bool:
        return self.app != self.start

    def do(self, name: str, arguments: Json) -> Done:
        """One call. Never raises: what cannot be done comes back as problems."""
        asked = mending.cleaned(arguments)
        raw = self.app.portable()
        work = Work(raw, deepcopy(raw))
        match name:
            case "create_tables":
                self._name_app(work, asked)
                self._tables(work, mending.many(asked.get("tables") or []))
            case "add_fields":
                self._fields(work, mending.many(asked.get("fields") or []))
            case "create_views" | "create_automations" | "create_roles" | "create_coworkers":
                kind = name.removeprefix("create_").removesuffix("s")
                self._parts(work, kind, mending.many(asked.get(LISTS[kind]) or []))
            case "change":
                self._changes(work, mending.many(asked.get("parts") or asked.get("changes") or []))
            case "remove":
                self._removals(work, mending.many(asked.get("parts") or []))
            case _:
                raise ValueError(name)
        if not (work.touched or work.removed or work.problems or work.held or work.raw != work.before):
            listed = next((k for k, v in BY_NAME[name].schema["properties"].items() if v.get("type") == "array"), name)
            work.problems.append(Problem(listed, "nothing that is new was in this call", "call finish when nothing is missing"))
        return self._applied(work)

    # ── what the calls put ────────────────────────────────────

    def _name_app(self, work: Work, asked: Json) -> None:
        if self.given is None and asked.get("app_name"):
            work.raw["name"] = mending.name_of({"name": asked["app_name"]}) or NEW_APP
            work.raw["id"] = id_from(work.raw["name"])
        if self.given is None and isinstance(asked.get("icon"), str):
            work.raw["icon"] = asked["icon"][:40]

    def _tables(self, work: Work, tables: list[Json]) -> None:
        """A table that is there already gets the fields that it has not: twice the same call makes nothing twice."""
        fields: list[Json] = []
        for one in tables[:PARTS_IN_A_CALL_MAX]:
            name = mending.name_of(one)
            if not name:
                work.problems.append(Problem("tables", "a table needs a name", '{"name": "Clients", "fields": […]}'))
                continue
            if self._by_a_row(work, "table", name):
                continue
            there = meant(name, work.raw.get("tables") or ())
            if there is None:
                taken = {t["id"] for t in work.raw.get("tables") or ()}
                there = Json(id=id_from(name, taken), name=name, fields=[])
                there |= {k: one[k] for k in ("description", "icon") if isinstance(one.get(k), str)}
                work.put(("tables", there["id"]), there)
            fields += [inside(f, there["id"]) for f in mending.many(one.get("fields") or [])]
        self._fields(work, fields)
        for at in [t for t in work.touched if len(t) == 2]:
            table = find(work.raw, at)
            if table is not None:
                filling.title(table)

    def _fields(self, work: Work, fields: list[Json]) -> None:
        for one in fields[:PARTS_IN_A_CALL_MAX]:
            table = meant(one.get("table", ""), work.raw.get("tables") or ())
            made = mending.field({k: v for k, v in one.items() if k != "table"})
            if table is None:
                known = ", ".join(t["name"] for t in work.raw.get("tables") or ()) or "none yet"
                reason = f"there is no table {str(one.get('table', ''))[:60]!r}"
                work.problems.append(Problem(f"fields/{made['name']}", reason, f'"table": one of {known}'))
                continue
            if not made["name"]:
                work.problems.append(Problem(f"tables/{table['id']}", "a field needs a name", '{"name": "Due", "kind": "date"}'))
                continue
            if self._by_a_row(work, "field", made["name"]):
                continue
            there = next((f for f in table["fields"] if mending.name_of(f).casefold() == made["name"].casefold()), None)
            if there is not None:
                if self.given is None or find(self.given.portable(), ("tables", table["id"], "fields", there["id"])) is None:
                    work.put(("tables", table["id"], "fields", there["id"]), {**made, "id": there["id"], "name": there["name"]})
                continue
            made["id"] = id_from(made["name"], {f["id"] for f in table["fields"]})
            work.put(("tables", table["id"], "fields", made["id"]), made)

    def _parts(self, work: Work, kind: str, parts: list[Json]) -> None:
        for one in parts[:PARTS_IN_A_CALL_MAX]:
            made = MENDED[kind](mending.in_our_words(kind, one))
            made["name"] = mending.name_of(made) or kind.capitalize()
            if self._by_a_row(work, kind, made["name"]):
                continue
            home = work.raw.get(LISTS[kind]) or []
            mine = [p for p in home if kind != "view" or p.get("table") == made.get("table")]
            same = next((p for p in mine if p["name"].casefold() == made["name"].casefold()), None)
            fresh = same is not None and find(self.start.portable(), (LISTS[kind], same["id"])) is None
            made["id"] = same["id"] if same is not None and fresh else id_from(made["name"], {p["id"] for p in home})
            if same is not None and not fresh:
                made["name"] = f"{made['name']} 2"
            work.put((LISTS[kind], made["id"]), made)

    def _by_a_row(self, work: Work, kind: str, name: str) -> bool:
        if not self.guard.told_by_a_row(name):
            return False
        work.held.append(Held(f"adding the {kind} {name}, which only a row of the app asks for"))
        return True

    # ── what they change and take away ────────────────────────

    def _found(self, work: Work, one: Json) -> tuple[At, Json, tuple[str, ...]] | None:
        """The part that is meant, its place, and the names that a wish would call it by."""
        kind, name = kind_of(one), one.get("name", "")
        if kind == "field":
            table = meant(one.get("table", ""), work.raw.get("tables") or ())
            part = meant(name, table["fields"]) if table else None
            if table is not None and part is not None:
                return ("tables", table["id"], "fields", part["id"]), part, (part["name"],)
        elif kind in LISTS and (part := meant(name, work.raw.get(LISTS[kind]) or ())):
            return (LISTS[kind], part["id"]), part, (part["name"],)
        known = [p["name"] for p in work.raw.get(LISTS.get(kind, "tables")) or ()]
        if kind == "field" and (table := meant(one.get("table", ""), work.raw.get("tables") or ())):
            known = [f["name"] for f in table["fields"]]
        reason = f"there is no {kind} {str(name)[:60]!r}"
        work.problems.append(Problem(f"{kind}/{name}"[:80], reason, f"one of: {', '.join(known[:20])}" if known else None))
        return None

    def _ours(self, at: At) -> bool:
        """Whether the part was there before this wish: only then is it guarded."""
        return self.given is not None and find(self.given.portable(), at) is not None

    def _changes(self, work: Work, parts: list[Json]) -> None:
        for one in parts[:PARTS_IN_A_CALL_MAX]:
            new = wanted(one)
            if one.get("part") == "app":
                self._face(work, new)
            elif (found := self._found(work, one)) is not None:
                self._changed(work, *found, kind=kind_of(one), new=new)

    def _face(self, work: Work, new: Json) -> None:
        if self.given is not None and not self.guard.may_change("app", self.given.name, "app"):
            work.held.append(Held(f"changing how {self.given.name} is called or looks"))
            return
        for key in FACE:
            if key in new:
                work.raw[key] = mending.name_of(new) if key == "name" else new[key]

    def _changed(self, work: Work, at: At, part: Json, names: tuple[str, ...], *, kind: str, new: Json) -> None:
        name = mending.name_of(new)
        if self._ours(at):
            table = find(work.raw, at[:2]) or {}
            around = (table.get("name", ""),) if kind == "field" else ()
            if not self.guard.may_change(kind, *names, *around):
                work.held.append(Held(f"changing the {kind} {part['name']}", "/".join(at)))
                return
            if name and name.casefold() != part["name"].casefold() and not self.guard.may_rename(name):
                work.held.append(Held(f"calling the {kind} {part['name']} {name}", "/".join(at)))
                new.pop("name")
        if not name:
            new.pop("name", None)
        new = {k: v for k, v in mending.in_our_words(kind, new).items() if k not in ("id", "on")}
        if kind == "field":
            made = mending.field({**part, **new}) if "name" not in new else mending.field({**part, **new, "name": name})
            made["options"] = filling.options(part, new) if new.get("options") else part.get("options")
            made = {k: v for k, v in made.items() if v is not None}
        elif kind == "table":
            self._fields(work, [inside(f, at[1]) for f in mending.many(new.pop("fields", None) or [])])
            made = {
                **(find(work.raw, at) or part),
                **{k: v for k, v in new.items() if k in ("name", "description", "icon", "title")},
            }
        else:
            before = {k: v for k, v in part.items() if kind != "automation" or k != "on"}
            made = mending.altered(before, new) if kind == "automation" else MENDED[kind]({**before, **new})
            if kind == "automation" and part.get("on"):
                made["on"] = True
        work.put(at, {**made, "id": part["id"]})

    def _removals(self, work: Work, parts: list[Json]) -> None:
        for one in parts[:PARTS_IN_A_CALL_MAX]:
            found = self._found(work, one)
            if found is None:
                continue
            at, part, names = found
            kind = "field" if len(at) == 4 else next(k for k, v in LISTS.items() if v == at[0])
            if self._ours(at) and not self.guard.may_remove(kind, *names):
                work.held.append(Held(f"taking away the {kind} {part['name']}", "/".join(at)))
                continue
            home = work.siblings(at)
            home[:] = [p for p in home if p.get("id") != at[-1]]
            work.removed.add(at)

    # ── whether it stands ─────────────────────────────────────

    def _applied(self, work: Work) -> Done:
        self._kept_in(work)
        settled(work.raw, [p for at in work.touched if (p := find(work.raw, at)) is not None])
        filling.fill(work.raw, work.touched, work.mended, work.put)
        made = self._standing(work)
        told = tuple(e.sentence for e in effects(self.app, difference(self.app, made)))
        for problem in work.problems:
            self.open[problem.path] = problem
        for at in work.touched:
            self.open = {p: one for p, one in self.open.items() if not (p + "/").startswith("/".join(at) + "/")}
        for problem in work.problems:
            self.open.setdefault(problem.path, problem)
        self.app = made
        self.held += [h for h in work.held if h not in self.held]
        self.mended += work.mended
        return Done(told, tuple(dict.fromkeys(work.problems)), tuple(work.held), tuple(work.mended))

    def _kept_in(self, work: Work) -> None:
        """Addresses that nobody wrote do not get in: in an app that is there, a rule that was to use one is held back whole."""
        for at in list(work.touched):
            part = find(work.raw, at)
            if part is None:
                continue
            clean, found = self.guard.without_addresses({k: v for k, v in part.items() if k != "id"})
            if found and self.given is not None and at[0] in ("automations", "coworkers"):
                work.drop(at)
                work.held.append(
                    Held(f"{part['name']}, which uses {found[0]}: an address that your words do not name", "/".join(at))
                )
                continue
            part.update(clean)
            if at[0] == "automations":
                was = find(self.given.portable(), at) if self.given is not None else None
                asked, gone = outward.kept(part, self.guard.words, outward.kinds(was))
                part.update(asked)
                work.held += [Held(f"{part['name']}: {what}", "/".join(at)) for what in gone]
            work.held += [Held(f"the address {a}, which your words do not name", "/".join(at)) for a in found]

    def _standing(self, work: Work) -> App:
        """The app with as much of the call as is valid; each part that is not is left as it was, and told."""
        known = {str(p) for p in check(self.app)}
        for _ in range(MENDING_ROUNDS_MAX):
            whole = spelled_out(deepcopy(work.raw))
            try:
                app = App.model_validate(whole)
            except ValidationError as error:
                if not self._unwritten(work, whole, error):
                    return self.app
                continue
            try:
                app = followed(self.app, app)
            except Invalid as wrong:
                work.problems += wrong.problems
                return self.app
            problems = [p for p in check(app) if str(p) not in known]
            if not problems:
                return app
            if not self._left_out(work, problems):
                work.problems += problems
                return self.app
        work.problems.append(Problem("", "too much of this call is wrong at once", "a smaller call"))
        return self.app

    def _unwritten(self, work: Work, whole: Json, error: ValidationError) -> bool:
        """Takes out what has the wrong shape: a key that is not known goes silently, a part is told. False when it is in none of them."""
        moved = False
        for one in error.errors(include_url=False, include_input=False):
            at = self._place(work, one["loc"], whole)
            if at is None:
                continue
            part = find(work.raw, at)
            if one["type"] == "extra_forbidden" and part is not None and forget(part, str(one["loc"][-1])):
                moved = True
            elif part is not None:
                work.problems.append(problem_from(dict(one), whole))
                work.drop(at)
                moved = True
        if not moved:
            work.problems += [problem_from(dict(one), whole) for one in error.errors(include_url=False, include_input=False)]
        return moved

    def _place(self, work: Work, loc: tuple[Any, ...], whole: Json) -> At | None:
        """Which part of this call stands at a place that pydantic names by numbers."""
        if len(loc) < 2 or not isinstance(loc[1], int) or loc[0] not in whole:
            return None
        part = whole[loc[0]][loc[1]]
        at: At = (str(loc[0]), str(part.get("id")))
        if loc[0] == "tables" and len(loc) >= 4 and loc[2] == "fields" and isinstance(loc[3], int):
            at = (*at, "fields", str(part["fields"][loc[3]].get("id")))
        return at if at in work.touched or at[:2] in work.touched else None

    def _left_out(self, work: Work, problems: list[Problem]) -> bool:
        """Drops the parts of this call that the problems are about; False when none is."""
        moved = False
        for problem in problems:
            path = tuple(problem.path.split("/"))
            candidates = [at for at in work.touched if path[: len(at)] == at]
            at = max(candidates, key=len, default=None)
            if at is None:
                if not work.removed:
                    continue
                gone = next(iter(work.removed))
                work.drop(gone)
                at = gone
            else:
                work.drop(at)
            work.problems.append(problem)
            moved = True
        return moved
